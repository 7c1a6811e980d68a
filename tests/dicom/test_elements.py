import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanloft.core.errors import MalformedDicom
from scanloft.deid.values.encode import Encoding as Writer
from scanloft.dicom.elements import (
    LONG_VRS,
    SHORT_VRS,
    UNDEFINED,
    Encoding,
    Truncated,
    read_element,
    skip,
)
from tests.dicom.objects import ITEM, ITEM_END, SEQUENCE_END, nested

EXPLICIT = Encoding(is_implicit=False, is_little=True)
ENCODINGS = st.sampled_from(
    [Encoding(True, True), EXPLICIT, Encoding(is_implicit=False, is_little=False)]
)
VRS = st.sampled_from(sorted(SHORT_VRS | LONG_VRS))


@given(ENCODINGS, VRS, st.binary(max_size=64), st.integers(0x00020000, 0x7FE0FFFF))
def test_an_element_is_found_as_it_was_written(
    encoding: Encoding, vr: str, value: bytes, tag: int
) -> None:
    written = Writer(implicit=encoding.is_implicit, little=encoding.is_little)
    data = b"before" + written.element(tag, vr, value)
    found = read_element(data, 6, encoding=encoding)
    assert (found.tag, found.vr) == (tag, "" if encoding.is_implicit else vr)
    assert data[found.start : found.start + found.length] == value
    assert skip(data, found, encoding=encoding) == len(data)


@given(ENCODINGS, VRS, st.integers(0, 11))
def test_an_element_cut_before_its_value_says_how_much_is_needed(
    encoding: Encoding, vr: str, length: int
) -> None:
    whole = Writer(implicit=encoding.is_implicit, little=encoding.is_little).element(
        0x80060, vr, b""
    )
    data = whole[:length]
    if len(data) == len(whole):
        assert read_element(data, 0, encoding=encoding).length == 0
        return
    with pytest.raises(Truncated) as caught:
        read_element(data, 0, encoding=encoding)
    assert len(data) < caught.value.wanted_bytes <= len(whole)


def test_a_sequence_of_undefined_length_ends_after_its_own_delimiter() -> None:
    data = nested(3)
    start = data.index(b"\x08\x00\x15\x11SQ")
    sequence = read_element(data, start, encoding=EXPLICIT)
    assert sequence.length == UNDEFINED
    assert skip(data + b"junk", sequence, encoding=EXPLICIT) == len(data)


@pytest.mark.parametrize(
    ("value", "error"),
    [
        (b"", Truncated),
        (ITEM + struct.pack("<L", 0), Truncated),
        (ITEM_END, MalformedDicom),
        (struct.pack("<HH2sH", 8, 0x60, b"CS", 0), MalformedDicom),
    ],
)
def test_a_sequence_without_end_or_items_is_not_stepped_over(
    value: bytes, error: type[Exception]
) -> None:
    data = nested(1)
    start = data.index(b"\x08\x00\x15\x11SQ")
    data = data[start : start + 12] + value
    with pytest.raises(error):
        skip(data, read_element(data, 0, encoding=EXPLICIT), encoding=EXPLICIT)
    assert SEQUENCE_END not in data
