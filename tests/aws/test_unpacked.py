from collections.abc import Iterator

import pytest
from moto import mock_aws

from scanloft.aws.unpacked import UnpackedIndex
from tests.functions.api.tables import new_rows


@pytest.fixture
def unpacked() -> Iterator[UnpackedIndex]:
    with mock_aws():
        yield UnpackedIndex(new_rows())


def test_how_far_a_file_is_unpacked_never_goes_back(unpacked: UnpackedIndex) -> None:
    file = ("alpha", "u-1", "3")
    for below, known in ((256, 256), (300, 300), (256, 300), (300, 300)):
        unpacked.note(*file, below=below)
        assert unpacked.known([file, ("alpha", "u-1", "4")]) == {file: known}
