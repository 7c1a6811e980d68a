"""The byte-level way: one walk over the encoded header that says what to do with each part.

It decodes nothing that is kept or dropped whole and enters only the sequences that are kept. What
is not plain, such as elements out of order, unknown VRs or reserved bytes in use, is declined:
then the slow way decides, and words the error if there is one (PS3.5 7).
"""

import struct
from collections.abc import Sequence

from scanloft.deid.account import KINDS
from scanloft.deid.bytewise.data_set import ByteDataSet, Insert
from scanloft.deid.bytewise.place import Noted
from scanloft.deid.bytewise.recipe import Recipe, Structure
from scanloft.deid.bytewise.window import ByteWindow
from scanloft.deid.rules.rules import TOP_LEVEL
from scanloft.deid.values.encode import Encoding


class ByteWalk:
    """Walks over the header of an object; with `careful`, kept text is an act of its own.

    `header_spans` and `fixed` are the places of what makes the structure: offsets of headers and
    values in turn, and elements whose values matter.
    """

    def __init__(self, window: ByteWindow, *, implicit: bool, careful: bool) -> None:
        self.noted = Noted()
        self.texts: list[slice] = []
        self.counts = dict.fromkeys(KINDS, 0)
        self.header_spans: list[int] = []
        self.fixed: list[slice] = []
        self.pixels_at: int | None = None
        self.items = 0
        self.window = window
        self.careful = careful
        self.encoding = Encoding(implicit=implicit, little=True)
        self._end = 0

    def run(self, start: int, inserts: Sequence[Insert]) -> Recipe:
        """Return the recipe for the header up to the pixel data, with `inserts` in their places.

        Raises Declined, NeedsMore.
        """
        window = self.window
        top = ByteDataSet(self, start, window.size, parent=TOP_LEVEL, noted=self.noted)
        top.inserts = [*reversed(inserts)]
        try:
            self._end = top.walk(start)
        except struct.error:
            raise window.short_of(len(window.data) + 1) from None
        return Recipe(
            top.finished(self._end), self.counts, self.noted, self.texts, self.encoding
        )  # fmt: skip

    def structure(self, before: Sequence[slice], end: int) -> Structure:
        """Return what an object must have in common with this one to be treated the same."""
        spans = iter(self.header_spans)
        places = [slice(position, at) for position, at in zip(spans, spans, strict=True)]
        return Structure(self.window.data, [*before, *places, *self.fixed], end)
