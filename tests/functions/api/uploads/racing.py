"""Uploads that are closed while a request that they were open for goes on."""

import pytest

from scanloft.aws.uploads import UploadIndex
from scanloft.core.model import Upload


def close_before_touch(uploads: UploadIndex, monkeypatch: pytest.MonkeyPatch) -> None:
    """Closes an upload right before a request writes down that its sender was heard of."""
    touch = UploadIndex.touch

    def close_before(_: UploadIndex, upload: Upload, *, at: str) -> bool:
        uploads.close(upload, at=at)
        return touch(uploads, upload, at=at)

    monkeypatch.setattr(UploadIndex, "touch", close_before)
