"""How a result is cut into the parts of a multipart upload: nearly all of it copied by S3."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from scanloft.aws.multipart import PART_MINIMUM_BYTES
from scanloft.core.settings import MIB
from scanloft.deid.source import Span

UPLOAD_BYTES = 8 * MIB
"""From this size on an uploaded part is sent: so much more lies in memory than is needed."""
COPY_LIMIT_BYTES = 128 * MIB
"""The largest copied part, far below S3's 5 GiB: S3 copies parts side by side, none takes long."""


@dataclass(frozen=True, slots=True)
class Uploaded:
    """A part that is uploaded: new bytes, and bytes of the source that must be read for it."""

    pieces: tuple[bytes | Span, ...]


def cut(
    pieces: Sequence[bytes | Span],
    *,
    minimum_bytes: int = PART_MINIMUM_BYTES,
    upload_bytes: int = UPLOAD_BYTES,
    copy_limit_bytes: int = COPY_LIMIT_BYTES,
) -> Iterator[Uploaded | Span]:
    """The parts in order; together they are the pieces.

    Each but the last has at least the minimum: before a span that is copied, new bytes take as
    much of it along as they lack. A span that is too short to be copied is read and uploaded.
    """
    waiting = _Waiting()
    for piece in pieces:
        if isinstance(piece, Span) and piece.length >= minimum_bytes:
            lack = max(0, minimum_bytes - waiting.size_bytes) if waiting.size_bytes else 0
            if piece.length - lack >= minimum_bytes:
                waiting.add(Span(piece.offset, lack))
                yield from waiting.sent()
                rest = Span(piece.offset + lack, piece.length - lack)
                yield from _evenly(rest, copy_limit_bytes)
                continue
        waiting.add(piece)
        if waiting.size_bytes >= upload_bytes:
            yield from waiting.sent()
    yield from waiting.sent()


class _Waiting:
    """The pieces of the uploaded part that is being gathered."""

    def __init__(self) -> None:
        self._pieces: list[bytes | Span] = []
        self.size_bytes = 0

    def add(self, piece: bytes | Span) -> None:
        length = _length(piece)
        if length:
            self._pieces.append(piece)
            self.size_bytes += length

    def sent(self) -> Iterator[Uploaded]:
        if self._pieces:
            yield Uploaded(tuple(self._pieces))
        self._pieces, self.size_bytes = [], 0


def _evenly(span: Span, limit_bytes: int) -> Iterator[Span]:
    """The span in as few parts as the limit allows, of the same size, so that none is too small."""
    count = -(-span.length // limit_bytes)
    bounds = [span.length * place // count for place in range(count + 1)]
    for start, end in pairwise(bounds):
        yield Span(span.offset + start, end - start)


def _length(piece: bytes | Span) -> int:
    return piece.length if isinstance(piece, Span) else len(piece)
