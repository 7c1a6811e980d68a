from typing import Any

import pytest

from scanloft.core.model import Declaration, Fate, FateKind, FileKind, Role, Upload, UploadSource
from tests.functions.api.front import Front
from tests.functions.api.uploads.racing import close_before_touch

FILE = {"size_bytes": 3, "sha256": "0" * 64, "kind": "dicom"}


def declared(front: Front, count: int, *, kind: FileKind = FileKind.DICOM) -> tuple[str, str]:
    """The path and the name of an upload of so many files."""
    path = front.upload()
    name = path.rpartition("/")[2]
    files = [Declaration(str(n), 3, "0" * 64, kind) for n in range(1, count + 1)]
    front.services.uploads.declare("alpha", name, files)
    return path, name


def missing(front: Front, path: str, **query: str) -> tuple[list[str], Any]:
    body = front.call("GET", f"{path}/missing", query=query or None).body
    return body["missing"], body["next"]


def test_what_has_a_fate_or_lies_in_the_inbox_is_not_missing(front: Front) -> None:
    front.project()
    path, name = declared(front, 5)
    front.services.uploads.put_fates([("alpha", name, Fate("2", FateKind.QUARANTINED))])
    front.services.inbox.put(f"dicom/alpha/{name}/4", b"abc")
    front.services.inbox.put(f"dicom/alpha/{name}/41", b"of nobody")
    front.services.inbox.put(f"dicom/alpha/{name}/5.1", b"a member, not the file")
    assert missing(front, path) == (["1", "3", "5"], None)


def test_a_zip_in_the_inbox_is_not_missing(front: Front) -> None:
    front.project()
    path, name = declared(front, 2, kind=FileKind.ARCHIVE)
    front.services.inbox.put(f"archives/alpha/{name}/1", b"abc")
    assert missing(front, path) == (["2"], None)


def test_what_is_missing_comes_in_pages_that_join(front: Front) -> None:
    front.project()
    path, name = declared(front, 7)
    front.services.inbox.put(f"dicom/alpha/{name}/3", b"abc")
    first, after = missing(front, path, limit="4")
    second, last = missing(front, path, limit="4", after=after)
    assert (first, second, last) == (["1", "2", "4", "5"], ["6", "7"], None)


def test_a_file_that_is_processed_while_it_is_asked_for_is_not_missing(
    front: Front, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It leaves the inbox between the two looks, and has its fate by then."""
    front.project()
    path, name = declared(front, 1)
    key = f"dicom/alpha/{name}/1"
    front.services.inbox.put(key, b"abc")
    fates = front.services.uploads.fates

    def process(*place: Any, **options: Any) -> Any:
        front.services.uploads.put_fates([("alpha", name, Fate("1", FateKind.ARCHIVED))])
        front.services.inbox.delete([key])
        return fates(*place, **options)

    monkeypatch.setattr(type(front.services.uploads), "fates", lambda _, *a, **k: process(*a, **k))
    assert missing(front, path) == ([], None)


def test_a_closed_upload_takes_no_more_files(front: Front) -> None:
    front.project()
    path, _ = declared(front, 2)
    closed = front.call("POST", f"{path}/close")
    assert closed.status == 200
    assert closed.body["missing"] == ["1", "2"]
    assert closed.body["counts"]["waiting"] == 2
    refused = front.call("POST", f"{path}/files", body={"first": 3, "files": [FILE]})
    assert (refused.status, refused.body["code"]) == (409, "conflict")
    assert "closed" in refused.body["detail"]
    assert front.call("GET", path).body["counts"]["declared"] == 2


def test_closing_again_changes_nothing(front: Front) -> None:
    front.project()
    path, _ = declared(front, 1)
    first = front.call("POST", f"{path}/close").body
    assert front.call("POST", f"{path}/close").body == first
    assert front.call("GET", path).body["closed_at"] == first["closed_at"]


def test_a_declaration_that_meets_the_closing_is_refused(
    front: Front, monkeypatch: pytest.MonkeyPatch
) -> None:
    front.project()
    path, name = declared(front, 1)
    uploads = front.services.uploads
    close_before_touch(uploads, monkeypatch)
    assert front.call("POST", f"{path}/files", body={"first": 9, "files": [FILE]}).status == 409
    assert list(uploads.numbers("alpha", name)) == ["1"]


def test_what_came_by_dicom_is_not_closed_by_hand(front: Front) -> None:
    front.project()
    upload = Upload("alpha", "assoc-1", UploadSource.DICOM, "2026-01-01T00:00:00Z", "CT1")
    front.services.uploads.create(upload)
    assert front.call("POST", "/api/projects/alpha/uploads/assoc-1/close").status == 409


def test_an_uploader_asks_and_closes_for_their_own_alone(front: Front) -> None:
    front.project(uma=Role.UPLOADER, ulf=Role.UPLOADER)
    path = front.upload(user="uma")
    for user, status in (("ulf", 404), ("uma", 200)):
        assert front.call("GET", f"{path}/missing", user=user).status == status
        assert front.call("POST", f"{path}/close", user=user).status == status


@pytest.mark.parametrize("query", [{"after": "x"}, {"after": "1.2"}, {"limit": "0"}])
def test_a_place_that_is_no_number_is_refused(front: Front, query: dict[str, str]) -> None:
    front.project()
    assert front.call("GET", f"{front.upload()}/missing", query=query).status == 400
