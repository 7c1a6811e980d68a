import io
import zipfile

import pytest

from scanloft.core.errors import BadArchiveFile
from scanloft.core.packed.zip_directory import check_directory
from tests.functions.unpack.packed import with_hidden_directory, zipped

MANY = zipped({str(n): b"" for n in range(1000)})


def check(data: bytes, *, member_limit: int) -> None:
    check_directory(io.BytesIO(data), size_bytes=len(data), member_limit=member_limit)


@pytest.mark.parametrize("data", [zipped({}), zipped({"a": b"a"}), MANY])
def test_a_directory_within_the_limit_passes_and_nothing_is_read_away(data: bytes) -> None:
    file = io.BytesIO(data)
    check_directory(file, size_bytes=len(data), member_limit=1000)
    assert file.tell() == 0


@pytest.mark.parametrize("data", [b"", b"PK\3\4", MANY[:-22], MANY[:-1], MANY], ids=len)
def test_a_directory_that_is_too_large_or_cut_off_does_not_pass(data: bytes) -> None:
    with pytest.raises(BadArchiveFile):
        check(data, member_limit=10)


def test_a_directory_whose_size_is_in_the_zip64_record_is_found_there() -> None:
    honest = with_hidden_directory(MANY, claimed_bytes=0xFFFFFFFF)
    check(honest, member_limit=1000)
    with pytest.raises(BadArchiveFile):
        check(honest, member_limit=10)


def test_a_zip_that_promises_a_zip64_record_and_has_none_does_not_pass() -> None:
    lying = bytearray(MANY)
    lying[-10:-6] = b"\xff" * 4
    with pytest.raises(BadArchiveFile):
        check(bytes(lying), member_limit=10)


def test_a_small_size_in_the_end_record_does_not_hide_a_large_directory() -> None:
    lying = with_hidden_directory(MANY, claimed_bytes=46)
    with zipfile.ZipFile(io.BytesIO(lying)) as archive:
        assert len(archive.infolist()) == 1000
    with pytest.raises(BadArchiveFile):
        check(lying, member_limit=10)
