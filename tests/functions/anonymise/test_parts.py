import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.anonymise.parts import COPY_LIMIT_BYTES, Uploaded, cut
from scanloft.aws.multipart import PART_MINIMUM_BYTES
from scanloft.core.settings import MIB
from scanloft.deid.source import Span

SOURCE = bytes(range(256)) * 8
SPANS = st.builds(Span, st.integers(0, 1000), st.integers(0, 900))
PIECES = st.lists(st.one_of(st.binary(max_size=40), SPANS), max_size=8)


def joined(pieces: tuple[bytes | Span, ...] | list[bytes | Span]) -> bytes:
    return b"".join(
        SOURCE[piece.offset :][: piece.length] if isinstance(piece, Span) else piece
        for piece in pieces
    )


def size(part: Uploaded | Span) -> int:
    return part.length if isinstance(part, Span) else len(joined(part.pieces))


@given(PIECES)
def test_the_parts_are_the_pieces_and_none_but_the_last_is_too_small(
    pieces: list[bytes | Span],
) -> None:
    parts = list(cut(pieces, minimum_bytes=50, upload_bytes=80, copy_limit_bytes=120))
    flat = [p for part in parts for p in (part.pieces if isinstance(part, Uploaded) else (part,))]
    assert joined(flat) == joined(pieces)
    assert all(size(part) >= 50 for part in parts[:-1])
    assert all(size(part) > 0 for part in parts)
    # An uploaded part lies in memory: never more than a piece above what is sent.
    assert all(size(part) < 80 + 100 for part in parts if isinstance(part, Uploaded))
    assert all(size(part) <= 120 for part in parts if isinstance(part, Span))


@pytest.mark.parametrize("length", [300_000_000, 5 * 1024 * MIB])
def test_of_a_large_object_little_more_than_the_header_is_uploaded(length: int) -> None:
    head = b"h" * 4000
    first, *copied = cut([head, Span(9000, length)])
    assert first == Uploaded((head, Span(9000, PART_MINIMUM_BYTES - len(head))))
    assert sum(part.length for part in copied if isinstance(part, Span)) == (
        length - PART_MINIMUM_BYTES + len(head)
    )
    assert len(copied) == -(-(length - PART_MINIMUM_BYTES + len(head)) // COPY_LIMIT_BYTES)


def test_padding_behind_the_pixels_is_a_last_part() -> None:
    *_, copied, last = cut([b"head", Span(0, 40 * MIB), b"\0"])
    assert isinstance(copied, Span)
    assert last == Uploaded((b"\0",))


def test_what_is_smaller_than_a_part_is_uploaded_at_once() -> None:
    assert list(cut([b"head", Span(8, 100)])) == [Uploaded((b"head", Span(8, 100)))]
    assert list(cut([])) == []
