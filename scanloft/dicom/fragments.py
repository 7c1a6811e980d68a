"""The fragments of encapsulated pixel data: where they end, and how many there are (PS3.5 A.4)."""

import struct
from collections.abc import Callable
from typing import NoReturn

from scanloft.core.errors import MalformedDicom
from scanloft.dicom.elements import ITEM, SEQUENCE_END, UNDEFINED

_HEADER_BYTES = 8
MAX_FRAGMENTS = 500_000


def measure_fragments(
    read: Callable[[int, int], bytes], at: int, *, size: int, little: bool = True
) -> tuple[int, int]:
    """Return the offset behind the sequence that begins at `at`, and its number of fragments.

    `read(offset, length)` gives bytes of the object, `size` is all that it has. The offset table
    is no fragment. Raises MalformedDicom where something else stands between the fragments.
    """
    unpack = struct.Struct("<HHL" if little else ">HHL").unpack
    items = 0
    while True:
        header = read(at, _HEADER_BYTES)
        if len(header) < _HEADER_BYTES:
            _refuse_truncated()
        group, number, length = unpack(header)
        at += _HEADER_BYTES
        tag = group << 16 | number
        if tag == SEQUENCE_END:
            return at, max(items - 1, 0)
        if tag != ITEM or length == UNDEFINED:
            raise MalformedDicom("Items and delimiters do not match: export the object again.")
        at += length
        items += 1
        if items > MAX_FRAGMENTS:
            raise MalformedDicom(
                f"The pixel data has more than {MAX_FRAGMENTS} fragments: export it in smaller "
                "parts."
            )
        if at > size:
            _refuse_truncated()


def _refuse_truncated() -> NoReturn:
    raise MalformedDicom("The object is truncated, as an element goes past its end: send it again.")
