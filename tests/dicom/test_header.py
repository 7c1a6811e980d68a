import zlib

import pytest

from scanloft.core.errors import MalformedDicom, NotDicom
from scanloft.dicom.elements import Encoding, Truncated
from scanloft.dicom.header import INFLATED_LIMIT_BYTES, open_header, uid_text, walk
from tests.dicom.objects import BIG, BODY, DEFLATED, EXPLICIT, IMPLICIT, element, image, part10

PIXELS = element(0x7FE00010, "OW", bytes(8))


@pytest.mark.parametrize(
    ("syntax", "encoding"),
    [
        (IMPLICIT, Encoding(is_implicit=True, is_little=True)),
        (EXPLICIT, Encoding(is_implicit=False, is_little=True)),
        (BIG, Encoding(is_implicit=False, is_little=False)),
        ("1.2.840.10008.1.2.4.50", Encoding(is_implicit=False, is_little=True)),
    ],
)
def test_the_transfer_syntax_says_how_elements_are_written(syntax: str, encoding: Encoding) -> None:
    header = open_header(part10(BODY, syntax))
    assert (header.transfer_syntax_uid, header.encoding) == (syntax, encoding)
    assert header.data[header.start :] == BODY


def test_a_deflated_data_set_is_inflated_up_to_a_limit() -> None:
    deflater = zlib.compressobj(wbits=-15)
    body = deflater.compress(BODY + bytes(2 * INFLATED_LIMIT_BYTES)) + deflater.flush()
    header = open_header(part10(body, DEFLATED))
    assert header.data.startswith(BODY)
    assert (header.start, len(header.data)) == (0, INFLATED_LIMIT_BYTES)
    with pytest.raises(MalformedDicom, match="cannot be inflated"):
        open_header(part10(b"\xff" * 50, DEFLATED))


def test_what_has_no_prefix_or_no_syntax_is_refused() -> None:
    with pytest.raises(NotDicom, match="no DICM prefix"):
        open_header(b"%PDF-1.7 " * 30)
    with pytest.raises(MalformedDicom, match="TransferSyntaxUID"):
        open_header(bytes(128) + b"DICM" + BODY)
    with pytest.raises(Truncated):
        open_header(part10(b""))


def test_the_walk_ends_with_the_pixel_data() -> None:
    header = open_header(part10(image(PIXELS) + element(0xFFFCFFFC, "OB", b"")))
    tags = [found.tag for found in walk(header, limit=len(header.data))]
    assert tags[0] == 0x00080016
    assert tags[-1] == 0x7FE00010
    before = len(header.data) - len(element(0xFFFCFFFC, "OB", b"")) - len(PIXELS)
    assert [found.tag for found in walk(header, limit=before)] == tags[:-1]


def test_a_uid_is_read_without_its_padding() -> None:
    assert uid_text(b"1.2.3\0", name="StudyInstanceUID") == "1.2.3"
    for raw in (b"", b"1.2/3", b"\xff"):
        with pytest.raises(MalformedDicom, match=r"^StudyInstanceUID is not"):
            uid_text(raw, name="StudyInstanceUID")
