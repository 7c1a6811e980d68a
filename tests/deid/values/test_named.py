"""Whom and what places an encoded header names."""

import struct
import time

import pytest

from scanloft.deid.values.named import MOST_WORDS, Named, named_in
from tests.support.wire import Syntax, Wire, data_set, within

OPERATOR, OBSERVER, OBSERVERS, CODES = 0x00081070, 0x0040A075, 0x0040A073, 0x00401101
ASCII, UTF8, CYRILLIC = ("iso8859",), ("UTF8",), ("iso_ir_144",)


def found(*elements: Wire, syntax: str = Syntax.EXPLICIT, institutions: bool = True) -> Named:
    header = data_set(elements, syntax)
    named = named_in(header, little=syntax != Syntax.BIG, institutions=institutions)
    assert named is not None
    return named


def words(*persons: bytes, places: tuple[bytes, ...] = ()) -> tuple[str, ...] | None:
    return Named(persons, places).words(ASCII)


@pytest.mark.parametrize("undefined", [False, True])
@pytest.mark.parametrize("syntax", [Syntax.EXPLICIT, Syntax.IMPLICIT, Syntax.BIG])
def test_persons_are_found_wherever_they_stand(syntax: str, undefined: bool) -> None:
    observer = Wire(OBSERVER, "PN", b"Quixote^Alonso")
    code = Wire(CODES, "SQ", ((Wire(0x00080104, "LO", b"Panza^Sancho"),),), undefined)
    named = found(
        Wire(OPERATOR, "PN", b"Lindqvist "),
        within(code, 0x00081072, undefined=undefined),
        within(observer, OBSERVERS, undefined=undefined),
        syntax=syntax,
    )
    assert named == Named((b"Lindqvist", b"Panza^Sancho", b"Quixote^Alonso"), ())


@pytest.mark.parametrize("vr", ["UN", "LO", "UT"])
def test_another_vr_hides_nobody(vr: str) -> None:
    assert found(Wire(OPERATOR, vr, b"Lindqvist ")).persons == (b"Lindqvist",)


def test_meanings_of_other_codes_are_no_persons() -> None:
    code = (Wire(0x00080100, "SH", b"T-A0100 "), Wire(0x00080104, "LO", b"Brain "))
    person = (Wire(0x00080104, "LO", b"Panza^Sancho"),)
    named = found(Wire(0x00082218, "SQ", (code,)), Wire(CODES, "SQ", (person,)))
    assert named.persons == (b"Panza^Sancho",)


def test_bytes_that_only_look_like_a_name_are_none() -> None:
    noise = bytes.fromhex("08007010 2000 0000") + struct.pack("<16H", *range(100, 116))
    assert found(Wire(0x00660016, "OF", noise)).persons == ()


def test_institutions_count_unless_they_are_kept() -> None:
    elements = (Wire(0x00080080, "LO", b"Barataria "), Wire(0x00101040, "LO", b"Toboso"))
    assert found(*elements).places == (b"Barataria", b"Toboso")
    assert found(*elements, institutions=False).places == (b"Toboso",)


def test_an_address_tells_by_its_names_and_long_numbers() -> None:
    told = words(places=(b"120 High Street, New Toboso, 12345", b"0511 100 300", b"(555) 120-4000"))
    assert told is not None
    assert {"toboso", "12345"} <= set(told)
    assert not {"120", "high", "street", "new", "0511", "100", "300", "555", "4000"} & set(told)


def test_persons_tell_by_all_of_their_names() -> None:
    assert words(b"HEAD^ANNE^^MRS^PHD", b"MR TECH 3", b"Unknown") == ("anne", "head")


def test_a_value_is_read_as_its_character_set_says() -> None:
    name = "Фёдоров^Глеб".encode()
    assert Named((name,), ()).words(UTF8) == ("глеб", "фёдоров")
    assert {"глеб", "фёдоров"} < set(Named((name,), ()).words(CYRILLIC) or ())
    assert set(Named(("Müller".encode("latin-1"),), ()).words(UTF8) or ()) > {"müller"}


def test_no_word_is_left_out_silently() -> None:
    names = [b"zz%sq" % bytes([97 + at // 26, 97 + at % 26]) for at in range(MOST_WORDS + 1)]
    assert len(words(*names[:-1]) or ()) == MOST_WORDS
    assert words(*names) is None


OPERATORS = bytes.fromhex("08007010") + b"PN\xff\xffAB"
CODES_WITHIN = bytes.fromhex("40000111 ffffffff")


@pytest.mark.parametrize("unit", [bytes(range(256)), OPERATORS, CODES_WITHIN, CODES_WITHIN[:4]])
def test_looking_through_a_large_header_is_quick(unit: bytes) -> None:
    header = unit * (5_000_000 // len(unit))
    started = time.process_time()
    named = named_in(header, little=True, institutions=True)
    assert time.process_time() - started < 1
    assert (named is None) == (unit == OPERATORS)
