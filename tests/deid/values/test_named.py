"""Whom and what places an encoded header names."""

import struct

import pytest

from scanloft.deid.values.named import MOST_WORDS, Named, Words, named_in
from tests.support.growth import in_proportion
from tests.support.wire import Syntax, Wire, data_set, within

OPERATOR, OBSERVER, OBSERVERS, CODES = 0x00081070, 0x0040A075, 0x0040A073, 0x00401101
ASCII, UTF8, CYRILLIC = ("iso8859",), ("UTF8",), ("iso_ir_144",)


def found(*elements: Wire, syntax: str = Syntax.EXPLICIT, institutions: bool = True) -> Named:
    header = data_set(elements, syntax)
    named = named_in(header, little=syntax != Syntax.BIG, institutions=institutions)
    assert named is not None
    return named


def words(*persons: bytes, places: tuple[bytes, ...] = ()) -> tuple[str, ...] | None:
    told = Named(persons, places).words(ASCII)
    return None if told is None else (*told.persons, *told.places)


def read(name: bytes, encodings: tuple[str, ...]) -> tuple[str, ...]:
    told = Named((name,), ()).words(encodings)
    assert told is not None
    return told.persons


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


@pytest.mark.parametrize("undefined", [False, True])
@pytest.mark.parametrize("syntax", [Syntax.EXPLICIT, Syntax.IMPLICIT, Syntax.BIG])
def test_codes_of_persons_end_where_their_sequence_ends(syntax: str, undefined: bool) -> None:
    def meaning(text: bytes) -> Wire:
        return Wire(0x00080104, "LO", text)

    equivalents = Wire(0x00080121, "SQ", ((meaning(b"Panza "),), ()), True)
    empty = Wire(0x00081199, "SQ", (), True)
    items = ((meaning(b"Quixote "), equivalents, empty), (meaning(b"Lindqvist "),))
    codes = Wire(CODES, "SQ", items, undefined)
    other = Wire(0x00402001, "SQ", ((meaning(b"Brain "),),), True)
    named = found(codes, other, syntax=syntax)
    assert named.persons == (b"Lindqvist", b"Panza", b"Quixote")


@pytest.mark.parametrize("syntax", [Syntax.EXPLICIT, Syntax.BIG])
def test_persons_of_private_elements_are_found(syntax: str) -> None:
    private = Wire(0x00090010, "LO", b"ACME"), Wire(0x00091001, "PN", b"Quixote^Alonso")
    assert found(*private, syntax=syntax).persons == (b"Quixote^Alonso",)
    assert found(within(private[1], 0x00091002), syntax=syntax).persons == (b"Quixote^Alonso",)


def test_the_letters_of_the_vr_in_a_text_name_nobody() -> None:
    texts = (Wire(0x00081030, "LO", b"SPN PN "), Wire(0x0008103E, "LO", b"T1 SPN"))
    more = Wire(0x00181030, "LO", b"xPNPN "), Wire(0x00204000, "LT", b"xPN\r\nof one ")
    assert found(*texts, *more).persons == ()


@pytest.mark.parametrize(
    "value", [b"Quixote" + bytes(13), bytes(5) + b"Quixote", b"Quixote\0\1x" + bytes(11) + b"y"]
)
def test_names_in_fixed_buffers_are_found(value: bytes) -> None:
    assert found(Wire(OPERATOR, "PN", value)).persons == (b"Quixote",)


def test_institutions_count_unless_they_are_kept() -> None:
    elements = (Wire(0x00080080, "LO", b"Barataria "), Wire(0x00101040, "LO", b"Toboso"))
    assert found(*elements).places == (b"Barataria", b"Toboso")
    assert found(*elements, institutions=False).places == (b"Toboso",)


def test_an_address_tells_by_its_names_and_long_numbers() -> None:
    told = words(places=(b"120 High Street, New Toboso, 12345", b"0511 100 300", b"(555) 120-4000"))
    assert told is not None
    assert {"toboso", "12345"} <= set(told)
    assert not {"120", "high", "street", "new", "0511", "100", "300", "555", "4000"} & set(told)


@pytest.mark.parametrize(
    "place",
    [
        "Institut für Diagnostische und Interventionelle Radiologie",
        "MAMMOGRAPHY",
        "Angiographie",
        "Neurochirurgie",
        "CT Scan",
        "ULTRASOUND",
        "Obstetrics & Gynaecology",
        "Tomografia",
        "Royal Orthopaedic Hospital, Spine Unit",
        "Service d'Imagerie Pédiatrique et Foetale",
    ],
)
def test_words_of_medicine_name_no_place(place: str) -> None:
    assert Named((), (place.encode(),)).words(UTF8) == Words((), ())


def test_sides_and_links_name_no_place_beside_its_name() -> None:
    told = Named((), (b"Klinikum rechts der Isar",)).words(ASCII)
    assert told == Words((), ("isar", "klinikumrechtsderisar"))


def test_particles_alone_are_nobody() -> None:
    assert words(b"van der Berg^Jan") == ("berg", "jan", "vanderberg")


def test_persons_tell_by_all_of_their_names() -> None:
    assert words(b"HEAD^ANNE^^MRS^PHD", b"MR TECH 3", b"Unknown") == ("anne", "head")


def test_a_value_is_read_as_its_character_set_says() -> None:
    name = "Фёдоров^Глеб".encode()
    assert read(name, UTF8) == ("глеб", "фёдоров")
    assert {"глеб", "фёдоров"} < set(read(name, CYRILLIC))
    assert set(read("Müller".encode("latin-1"), UTF8)) > {"müller"}


def test_no_word_is_left_out_silently() -> None:
    names = [b"zz%sq" % bytes([97 + at // 26, 97 + at % 26]) for at in range(MOST_WORDS + 1)]
    assert len(words(*names[:-1]) or ()) == MOST_WORDS
    assert words(*names) is None


OPERATORS = bytes.fromhex("08007010") + b"PN\xff\xffAB"
EMPTY_OPERATORS = bytes.fromhex("08007010") + b"PN\0\0"
CODES_WITHIN = bytes.fromhex("40000111 ffffffff")
UNITS = [bytes(range(256)), OPERATORS, EMPTY_OPERATORS, CODES_WITHIN, CODES_WITHIN[:4], b"PN"]


@pytest.mark.parametrize("unit", UNITS)
def test_looking_through_a_large_header_takes_time_in_proportion(unit: bytes) -> None:
    def work(header: bytes) -> Named | None:
        return named_in(header, little=True, institutions=True)

    def header(size: int) -> bytes:
        return unit * (size // len(unit))

    assert in_proportion(work, header, 8_000_000)
    assert (work(header(8_000_000)) is None) == (unit in (OPERATORS, EMPTY_OPERATORS, b"PN"))
