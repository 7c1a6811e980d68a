"""Texts of raw objects, read for deciding where they go: whole, cut, odd and hostile ones."""

import struct
import subprocess
import sys
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanloft.dicom.texts import VALUE_LIMIT_BYTES, read_texts
from tests.dicom.objects import (
    BIG,
    BODY,
    DEFLATED,
    EXPLICIT,
    IMPLICIT,
    element,
    fragments,
    image,
    nested,
    part10,
)  # fmt: skip

DESCRIPTION, COMMENTS, NAME, CHARSET = 0x00081030, 0x00104000, 0x00100010, 0x00080005
TAGS = (DESCRIPTION, NAME, COMMENTS)
PIXELS = element(0x7FE00010, "OW", bytes(64))


def texts(data: bytes) -> dict[int, str]:
    return dict(read_texts(data, TAGS).by_tag)


def implicit(tag: int, value: bytes) -> bytes:
    return struct.pack("<HHL", tag >> 16, tag & 0xFFFF, len(value)) + value


def big(tag: int, vr: str, value: bytes) -> bytes:
    head = struct.pack(">HH2sH", tag >> 16, tag & 0xFFFF, vr.encode(), len(value))
    return head + value


SAID = element(DESCRIPTION, "LO", b"Thorax ") + element(COMMENTS, "LT", b" Project:alpha\0")
SAID_IMPLICIT = implicit(DESCRIPTION, b"Thorax ") + implicit(COMMENTS, b" Project:alpha\0")


def deflated(body: bytes) -> bytes:
    deflater = zlib.compressobj(wbits=-15)
    return deflater.compress(body) + deflater.flush()


@pytest.mark.parametrize(
    "data",
    [
        part10(SAID + PIXELS),
        part10(SAID_IMPLICIT + implicit(0x7FE00010, bytes(64)), IMPLICIT),
        part10(SAID + PIXELS, IMPLICIT),
        part10(SAID_IMPLICIT + implicit(0x7FE00010, bytes(64)), EXPLICIT),
        part10(deflated(SAID + PIXELS), DEFLATED),
        part10(
            big(DESCRIPTION, "LO", b"Thorax ") + big(COMMENTS, "LT", b" Project:alpha\0")
            + big(0x7FE00010, "US", bytes(2)),
            BIG,
        ),
        SAID + PIXELS,
        SAID_IMPLICIT + implicit(0x7FE00010, bytes(64)),
        part10(element(DESCRIPTION, "UN", b"Thorax ") + element(COMMENTS, "LT", b"Project:alpha")
               + PIXELS),
    ],
    ids=["explicit", "implicit", "called implicit", "called explicit", "deflated", "big endian",
         "explicit without a head", "implicit without a head", "unknown VR"],
)  # fmt: skip
def test_texts_are_read_however_the_data_set_is_written(data: bytes) -> None:
    found = read_texts(data, TAGS)
    assert found.by_tag == {DESCRIPTION: "Thorax", COMMENTS: "Project:alpha"}
    assert found.is_complete


@pytest.mark.parametrize(
    ("charset", "raw", "text"),
    [
        (b"ISO_IR 100", b"M\xfcller", "Müller"),
        (b"ISO_IR 192", "Мария".encode(), "Мария"),
        (b"\\ISO 2022 IR 87", b"\x1b$B;3ED\x1b(B", "山田"),
        (b"ISO_IR 192", b"a\xffb", "a\ufffdb"),
        (b"nonsense", b"plain", "plain"),
    ],
)
def test_texts_are_read_in_the_character_set_of_the_object(
    charset: bytes, raw: bytes, text: str
) -> None:
    assert texts(part10(element(CHARSET, "CS", charset) + element(NAME, "PN", raw))) == {NAME: text}


def test_only_what_is_asked_for_and_holds_text_is_read() -> None:
    body = (
        element(0x00080060, "CS", b"CT")
        + element(DESCRIPTION, "US", b"\1\0")
        + element(NAME, "PN", b"A")
        + element(NAME, "PN", b"B")
        + element(COMMENTS, "UN", b" " * (VALUE_LIMIT_BYTES + 1))
    )
    assert texts(part10(body)) == {NAME: "A"}


def test_what_lies_in_sequences_does_not_count() -> None:
    inner = element(NAME, "PN", b"INNER")
    item = b"\xfe\xff\x00\xe0" + struct.pack("<L", len(inner)) + inner
    body = element(0x00081115, "SQ", item) + element(NAME, "PN", b"OUTER") + PIXELS
    assert texts(part10(body)) == {NAME: "OUTER"}
    assert texts(part10(nested(10_000) + element(NAME, "PN", b"OUTER"))) == {NAME: "OUTER"}


def test_the_beginning_of_an_object_says_whether_more_may_come() -> None:
    data = part10(BODY + SAID + image(PIXELS)[len(BODY) :])
    for length in range(len(data) + 1):
        found = read_texts(data[:length], TAGS)
        whole = {DESCRIPTION: "Thorax", COMMENTS: "Project:alpha"}
        assert found.by_tag.items() <= whole.items()
        assert not found.is_complete or found.by_tag == whole
    assert read_texts(data, TAGS).is_complete


def test_what_is_no_dicom_has_no_texts() -> None:
    for data in (b"", b"%PDF-1.7 " * 30, b"PK\3\4" + bytes(500), bytes(128) + b"DICM"):
        assert texts(data) == {}


def test_reading_texts_takes_neither_pydicom_nor_numpy() -> None:
    code = "import scanloft.dicom.texts, sys; print({'pydicom', 'numpy'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


SOUND = part10(
    element(CHARSET, "CS", b"\\ISO 2022 IR 87") + nested(3) + SAID + element(NAME, "PN", b"A^B")
    + fragments(3, 5)
)  # fmt: skip


@given(st.lists(st.tuples(st.integers(132, len(SOUND) - 1), st.integers(0, 255)), max_size=8))
def test_whatever_is_damaged_texts_come_back_that_utf8_can_hold(
    damage: list[tuple[int, int]],
) -> None:
    data = bytearray(SOUND)
    for place, byte in damage:
        data[place] = byte
    for text in read_texts(bytes(data), TAGS).by_tag.values():
        assert text.encode().decode() == text


@given(st.binary(max_size=400))
def test_whatever_is_sent_texts_come_back(data: bytes) -> None:
    for body in (data, part10(data), part10(data, IMPLICIT), part10(data, BIG)):
        assert read_texts(body, TAGS).by_tag.keys() <= set(TAGS)
