"""Who the patient is as items say it: in any encoding, at any depth, and whatever the damage."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanloft.deid.values.items import identifiers_in
from tests.support.growth import in_proportion
from tests.support.wire import Syntax, Wire, data_set, within

NAME, ID, ACCESSION, COMMENT = 0x00100010, 0x00100020, 0x00080050, 0x00104000
OTHERS, STUDIES = 0x00101002, 0x00081110
TELLING = (Wire(ACCESSION, "SH", b"A1234567"), Wire(NAME, "PN", b"Panza^S "), Wire(ID, "LO", b"77"))
AN_ITEM = b"\xfe\xff\x00\xe0\xff\xff\xff\xff"
EXPECTED = tuple((wire.tag, wire.value) for wire in TELLING)


def value_of(element: Wire, syntax: str = Syntax.EXPLICIT) -> bytes:
    """The value of a sequence: its bytes without tag, VR and length."""
    return data_set([element], syntax)[8 if syntax == Syntax.IMPLICIT else 12 :]


def sequence(*elements: Wire, undefined: bool = False) -> Wire:
    return Wire(OTHERS, "SQ", (elements,), undefined)


@pytest.mark.parametrize("syntax", [Syntax.EXPLICIT, Syntax.IMPLICIT, Syntax.BIG])
@pytest.mark.parametrize("undefined", [False, True])
@pytest.mark.parametrize("depth", [0, 1, 30])
def test_identifiers_are_found_at_any_depth(syntax: Syntax, undefined: bool, depth: int) -> None:
    inner = sequence(Wire(COMMENT, "LT", b"none"), *TELLING, undefined=undefined)
    outer = within(inner, *[STUDIES] * depth, undefined=undefined)
    value = value_of(outer, syntax)
    found = identifiers_in(value, implicit=syntax == Syntax.IMPLICIT)
    assert found == EXPECTED
    if undefined:
        assert identifiers_in(value + value, implicit=syntax == Syntax.IMPLICIT) == EXPECTED


def test_implicit_items_in_explicit_data_sets_are_read() -> None:
    items = value_of(sequence(*TELLING), Syntax.IMPLICIT)
    assert identifiers_in(items, implicit=False) == EXPECTED
    within_un = value_of(sequence(Wire(STUDIES, "UN", items)))
    assert identifiers_in(within_un, implicit=False) == EXPECTED
    in_big = value_of(sequence(Wire(STUDIES, "UN", items)), Syntax.BIG)
    assert identifiers_in(in_big, implicit=False) == EXPECTED


def test_fragments_in_an_icon_are_stepped_over() -> None:
    fragments = struct.pack("<HHL", 0xFFFE, 0xE000, 8) + data_set([TELLING[2]])[:8]
    pixels = struct.pack("<HH2sHL", 0x7FE0, 0x10, b"OB", 0, 0xFFFFFFFF) + fragments
    pixels += struct.pack("<HHL", 0xFFFE, 0xE0DD, 0)
    item = data_set(TELLING[:2]) + pixels
    value = struct.pack("<HHL", 0xFFFE, 0xE000, len(item)) + item + value_of(sequence(TELLING[2]))
    assert identifiers_in(value, implicit=False) == EXPECTED


def test_an_item_that_is_damaged_does_not_hide_the_next() -> None:
    damaged = value_of(sequence(Wire(COMMENT, "UT", b"12"), TELLING[0]))
    damaged = damaged.replace(b"UT\0\0\2\0\0\0", b"UT\0\0\2\0\0\x7f")
    assert identifiers_in(damaged + value_of(sequence(*TELLING)), implicit=False) == EXPECTED


def test_what_is_cut_off_counts_as_far_as_it_goes() -> None:
    value = value_of(sequence(*TELLING[:1]))
    assert identifiers_in(value[:-2], implicit=False) == ((ACCESSION, b"A12345"),)


@pytest.mark.parametrize("value", [b"", b"OTHER12345", b"\xfe\xff\x00\xe0", b"\xfe\xff\xdd\xe0"])
def test_what_holds_no_items_tells_nobody(value: bytes) -> None:
    assert identifiers_in(value, implicit=False) == identifiers_in(value, implicit=True) == ()


@given(
    st.lists(st.tuples(st.integers(0), st.binary(max_size=4)), max_size=5),
    st.sampled_from([Syntax.EXPLICIT, Syntax.IMPLICIT, Syntax.BIG]),
    st.booleans(),
)
def test_damage_of_any_kind_is_no_trap(
    changes: list[tuple[int, bytes]], syntax: Syntax, undefined: bool
) -> None:
    value = value_of(within(sequence(*TELLING, undefined=undefined), STUDIES, OTHERS), syntax)
    for at, new in changes:
        at %= len(value)
        value = value[:at] + new + value[at + len(new) :]
    for implicit in (False, True):
        identifiers_in(value, implicit=implicit)


@pytest.mark.parametrize("part", [AN_ITEM, b"\x10\0\x20\0LO\0\0"])
def test_a_million_parts_take_time_in_proportion(part: bytes) -> None:
    def work(value: bytes) -> None:
        identifiers_in(value, implicit=False)

    assert in_proportion(work, lambda count: AN_ITEM + part * count, 1_000_000)


def test_items_within_items_take_time_in_proportion() -> None:
    def work(value: bytes) -> None:
        assert identifiers_in(value, implicit=False) == ()

    nested = AN_ITEM + b"\x10\0\x02\x10SQ\0\0\xff\xff\xff\xff"
    assert in_proportion(work, lambda count: nested * count, 100_000)
