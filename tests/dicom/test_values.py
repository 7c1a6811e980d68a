import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanloft.dicom.values import codecs_of, decode_text, decode_values

Decoded = list[str | int | float | None]


def decoded(raw: bytes, vr: str, charset: bytes = b"") -> Decoded:
    return decode_values(raw, vr=vr, codecs=codecs_of(charset), is_little=True)


@pytest.mark.parametrize(
    ("vr", "raw", "values"),
    [
        ("CS", b"CT", ["CT"]),
        ("CS", b" CT \\MR ", ["CT", "MR"]),
        ("LO", b" a b \\\\c ", [" a b", None, "c"]),
        ("LT", b" a\\b  ", [" a\\b"]),
        ("LT", b"  ", [None]),
        ("UI", b"1.2\0", ["1.2"]),
        ("IS", b" 7 \\-1\\", [7, -1, None]),
        ("IS", b"7.0", [7]),
        ("DS", b"1.5\\2\\1e-3", [1.5, 2.0, 0.001]),
        ("US", b"\1\0\2\0", [1, 2]),
        ("SS", b"\xff\xff", [-1]),
        ("PN", b"Doe^John", ["Doe^John"]),
    ],
)
def test_values_are_read_as_their_vr_says(vr: str, raw: bytes, values: Decoded) -> None:
    assert decoded(raw, vr) == values


@pytest.mark.parametrize(
    ("vr", "raw"),
    [
        ("US", b"\1"),
        ("FD", struct.pack("<d", float("nan"))),
        ("FL", struct.pack("<f", float("inf"))),
        ("IS", b"1.5"),
        ("IS", b"1_0"),
        ("DS", b"nan"),
        ("DS", b"0x1"),
        ("DS", b"1e999"),
        ("CS", b"\xff"),
        ("LO", b"\x1b%Z"),
    ],
)
def test_what_a_vr_does_not_allow_is_refused(vr: str, raw: bytes) -> None:
    with pytest.raises(ValueError, match=r".+"):
        decoded(raw, vr)


def test_bytes_that_a_character_set_does_not_allow_are_refused() -> None:
    assert decoded(b"\xe9", "LO", b"ISO_IR 100") == ["é"]
    with pytest.raises(ValueError, match="utf-8"):
        decoded(b"\xe9", "LO", b"ISO_IR 192")


@given(st.lists(st.integers(-(2**31), 2**31 - 1), max_size=8), st.booleans())
def test_numbers_are_read_in_their_byte_order(numbers: list[int], is_little: bool) -> None:
    raw = struct.pack(f"{'<' if is_little else '>'}{len(numbers)}l", *numbers)
    assert decode_values(raw, vr="SL", codecs=(), is_little=is_little) == numbers


@given(st.text(st.characters(exclude_characters="\x1b", exclude_categories=["Cs"])))
def test_text_survives_the_way_through_its_character_set(text: str) -> None:
    assert decode_text(text.encode(), codecs_of(b"ISO_IR 192")) == text


def test_an_escape_ends_at_a_delimiter() -> None:
    codecs = codecs_of(b"\\ISO 2022 IR 149")
    assert decode_text(b"A^\x1b$)C\xb1\xe8^B", codecs) == "A^김^B"


def test_misspelt_and_unknown_character_sets_have_a_codec() -> None:
    assert codecs_of(b"ISO IR 100") == codecs_of(b"ISO_IR 100") == codecs_of(b"ISO-IR-100 ")
    assert codecs_of(b"KLINGON ") == ("ascii",)
