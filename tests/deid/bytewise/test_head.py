"""Where the data set of a plain object begins, and what is not plain."""

import struct

import pytest

from scanloft.deid.bytewise.head import find_data_set
from scanloft.deid.bytewise.table import Declined
from scanloft.deid.bytewise.window import NeedsMore
from tests.support.objects import file_with
from tests.support.wire import Syntax, Wire, data_set, uid

FIRST = b"\x08\0\x05\0"
CHARSET = Wire(0x00080005, "CS", b"ISO_IR 192")


def file_of(meta: bytes, body: bytes, *, prefix: bytes = b"DICM") -> bytes:
    return bytes(128) + prefix + meta + body


def syntax_of(text: str) -> bytes:
    return data_set([Wire(0x00020010, "UI", uid(text))])


EXPLICIT_BODY = data_set([CHARSET])
IMPLICIT_BODY = data_set([CHARSET], Syntax.IMPLICIT)


@pytest.mark.parametrize(
    ("syntax", "implicit"),
    [
        (Syntax.EXPLICIT, False),
        (Syntax.IMPLICIT, True),
        ("1.2.840.10008.1.2.4.50", False),
        ("1.2.840.10008.1.2.5", False),
    ],
)
def test_a_plain_object_is_found_and_how_it_is_written(syntax: str, implicit: bool) -> None:
    body = IMPLICIT_BODY if implicit else EXPLICIT_BODY
    data = file_of(syntax_of(syntax), body)
    place = find_data_set(data)
    assert data[place.start :] == body
    assert place.start == len(data) - len(body)
    assert (place.transfer_syntax_uid, place.implicit) == (syntax, implicit)


def test_meta_information_is_handed_on_by_tag_with_its_padding() -> None:
    data = file_with([], meta=[Wire(0x00020013, "SH", b"ACME 1"), Wire(0x00020102, "OB", b"\1\2")])
    meta = find_data_set(data).meta
    assert (meta[0x00020013], meta[0x00020102]) == (b"ACME 1", b"\1\2")
    assert meta[0x00020010] == uid(Syntax.EXPLICIT)


def test_a_wrong_group_length_misleads_nobody() -> None:
    length = data_set([Wire(0x00020000, "UL", struct.pack("<L", 7))])
    data = file_of(length + syntax_of(Syntax.EXPLICIT), EXPLICIT_BODY)
    assert data[find_data_set(data).start :].startswith(FIRST)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        EXPLICIT_BODY,
        file_of(syntax_of(Syntax.EXPLICIT), EXPLICIT_BODY, prefix=b"DICN"),
        file_of(b"", EXPLICIT_BODY),
        file_of(syntax_of(""), EXPLICIT_BODY),
        file_of(syntax_of(Syntax.DEFLATED), EXPLICIT_BODY),
        file_of(syntax_of(Syntax.BIG), EXPLICIT_BODY),
        file_of(syntax_of("1.2.826.0.1.3680043.1"), EXPLICIT_BODY),
        file_of(syntax_of(Syntax.IMPLICIT), EXPLICIT_BODY),
        file_of(syntax_of(Syntax.EXPLICIT), IMPLICIT_BODY),
        file_of(syntax_of(Syntax.EXPLICIT), data_set([Wire(0x00040010, "CS", b"X ")])),
        file_of(data_set([Wire(0x00020010, "UI", uid(Syntax.IMPLICIT))], Syntax.IMPLICIT),
                IMPLICIT_BODY),
        file_of(
            data_set([Wire(0x00020002, "UI", uid("1.2.840.10008.1.3.10"))])
            + syntax_of(Syntax.EXPLICIT),
            EXPLICIT_BODY,
        ),
    ],
)  # fmt: skip
def test_what_is_not_plain_is_left_to_the_slow_way(data: bytes) -> None:
    with pytest.raises(Declined):
        find_data_set(data)


META = (
    data_set([Wire(0x00020001, "OB", b"\0\1")]),
    data_set([Wire(0x00020010, "UI", uid(Syntax.EXPLICIT))]),
    data_set([Wire(0x00020102, "OB", b"private "), Wire(0x00020013, "SH", b"ACME")]),
)


@pytest.mark.parametrize(
    ("elements", "beyond"), [(0, 0), (1, -1), (1, 0), (2, -2), (2, 0), (3, 0), (3, 5)]
)
def test_more_is_asked_for_where_the_bytes_end_too_early(elements: int, beyond: int) -> None:
    whole = file_of(b"".join(META), EXPLICIT_BODY)
    end = 132 + len(b"".join(META[:elements])) + beyond
    with pytest.raises(NeedsMore) as caught:
        find_data_set(whole[:end])
    assert end < caught.value.wanted <= len(whole)


def test_a_head_that_is_cut_off_anywhere_never_gives_a_place() -> None:
    whole = file_of(b"".join(META), EXPLICIT_BODY)
    start = len(whole) - len(EXPLICIT_BODY)
    for end in range(start + 6):
        with pytest.raises((NeedsMore, Declined)):
            find_data_set(whole[:end])
    assert find_data_set(whole[: start + 6]).start == start
