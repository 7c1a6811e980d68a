"""The byte-level way: one walk over the encoded header that copies untouched runs as they are.

It decodes nothing that is kept or dropped whole and enters only the sequences that are kept. What
is not plain, such as elements out of order, unknown VRs or reserved bytes in use, is declined:
then the slow way decides, and words the error if there is one (PS3.5 7).
"""

import struct
from collections.abc import Sequence

from scanloft.deid.actions import Actions
from scanloft.deid.byte_dataset import ByteDataSet, Insert
from scanloft.deid.byte_window import ByteWindow
from scanloft.deid.encode import Encoding
from scanloft.deid.review import ENCAPSULATED_DOCUMENT
from scanloft.deid.rules import TOP_LEVEL


class ByteWalk:
    """Walks over the header of an object.

    `noted` holds the values that others need to know, by tag, of the top level; `texts` those that
    were kept and may name the patient. With `careful`, they are searched for what the actions know
    of the patient, and kept only if they do not.
    """

    def __init__(
        self, window: ByteWindow, *, actions: Actions, implicit: bool, careful: bool
    ) -> None:
        self.noted: dict[int, bytes] = {}
        self.texts: list[bytes] = []
        self.pixels_at: int | None = None
        self.items = 0
        self.window = window
        self.actions = actions
        self.careful = careful
        self.encoding = Encoding(implicit=implicit, little=True)

    def look(self, tag: int) -> bytes:
        """Return a noted value, b"" where there is none."""
        return self.noted.get(tag, b"")

    @property
    def reviewed(self) -> list[int]:
        """The tags of encapsulated documents and overlays."""
        return [tag for tag in self.noted if tag >> 24 == 0x60 or tag == ENCAPSULATED_DOCUMENT]

    def run(self, start: int, inserts: Sequence[Insert]) -> list[bytes]:
        """Return the new elements up to the pixel data, with those of `inserts`, in order.

        Raises Declined, NeedsMore.
        """
        window = self.window
        top = ByteDataSet(self, start, window.size, parent=TOP_LEVEL, noted=self.noted)
        top.inserts = [*reversed(inserts)]
        try:
            end = top.walk(start)
        except struct.error:
            raise window.short_of(len(window.data) + 1) from None
        return top.finished(end)
