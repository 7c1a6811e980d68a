"""Putting a planned result together: what is new is uploaded, S3 copies the rest itself."""

import hashlib
from collections.abc import Iterator, Sequence

from functions.anonymise.parts import Uploaded, cut
from scanloft.aws.multipart import MultipartUpload
from scanloft.aws.source import WINDOW_LIMIT_BYTES, RangedSource
from scanloft.core.overlap import overlapped
from scanloft.deid.source import Span

COPY_THREADS = 8
"""How many parts S3 copies side by side: the calls wait and do nothing else."""
RECIPE = "recipe-"
"""What the `sha256` of an object that was put in parts begins with: nobody has read all of it."""

Pieces = Sequence[bytes | Span]


def recipe(pieces: Pieces, source: RangedSource) -> str:
    """What stands for the SHA-256 of a result that nobody reads; equal only where the bytes are.

    It is made of the new bytes, of the places of the others in the source, and of its SHA-256.
    """
    digest = hashlib.sha256(source.sha256_hex.encode())
    for piece in pieces:
        if isinstance(piece, Span):
            digest.update(f"copy {piece.offset} {piece.length};".encode())
        else:
            digest.update(f"write {len(piece)};".encode() + piece)
    return RECIPE + digest.hexdigest()


def fill(upload: MultipartUpload, pieces: Pieces, source: RangedSource) -> None:
    """Puts all parts.

    Raises:
        NotFound: the source is gone.
        Unavailable: it was replaced meanwhile, or S3 did not take a part.
    """
    copies: list[tuple[int, Span]] = []
    for number, part in enumerate(cut(pieces), start=1):
        if isinstance(part, Uploaded):
            upload.upload(number, b"".join(blocks(part.pieces, source)))
        else:
            copies.append((number, part))

    def copy(numbered: tuple[int, Span]) -> None:
        number, span = numbered
        upload.copy(number, source.copy_source, offset=span.offset, length=span.length)

    for result in overlapped(copies, copy, threads=COPY_THREADS):
        if isinstance(result, Exception):
            raise result
    # S3 holds each copied part against the ETag; what only speaks S3 may not.
    source.check()


def blocks(pieces: Pieces, source: RangedSource) -> Iterator[bytes]:
    """The bytes of the result, in blocks that fit into memory."""
    for piece in pieces:
        if isinstance(piece, Span):
            end = piece.offset + piece.length
            for at in range(piece.offset, end, WINDOW_LIMIT_BYTES):
                yield source.exactly(at, min(WINDOW_LIMIT_BYTES, end - at))
        elif piece:
            yield piece
