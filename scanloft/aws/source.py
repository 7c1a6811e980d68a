"""An S3 object that is read in pieces: few requests, few bytes, one content only."""

import hashlib
from functools import cached_property

from scanloft.aws.multipart import CopySource
from scanloft.aws.objects import ObjectFacts, ObjectStore, changed

KIB = 1024
FIRST_BYTES = 256 * KIB
"""The first window: holds the header of nearly every object."""
GROWTH = 8
"""How much larger than the last one a window is while reading goes on in order."""
WINDOW_LIMIT_BYTES = 8 * KIB * KIB
"""The largest window, and the block by which an object is read from end to end."""
NEAR_BYTES = KIB * KIB
"""How far ahead still is "in order": S3 sends as much in the time that one more request takes."""
PROBE_BYTES = KIB
"""The window after a jump: room for the header of an element or a fragment."""


class RangedSource:
    """An object of a bucket by ranges, all of the content that it has when it is first asked for.

    It reads ahead: more and more while reading goes on in order, next to nothing after a jump. So
    the headers of a thousand small fragments come in a few large windows, those of large
    fragments in a small one each. It serves one thread.
    """

    def __init__(self, store: ObjectStore, key: str, facts: ObjectFacts) -> None:
        self._store = store
        self._key = key
        self.facts = facts
        self._start = b""
        self._window_at = 0
        self._window = b""
        self._ahead = FIRST_BYTES // GROWTH
        self._asked_to = 0

    @property
    def size(self) -> int:
        """How many bytes the object has."""
        return self.facts.size_bytes

    @property
    def copy_source(self) -> CopySource:
        """The object as S3 copies parts from it."""
        return CopySource(self._store.bucket, self._key, self.facts.etag)

    def read(self, offset: int, length: int) -> bytes:
        """Up to `length` bytes from `offset` on, fewer only at the end; reads ahead.

        Raises:
            NotFound: the object is gone.
            Unavailable: it has another content by now, or S3 did not answer.
        """
        end = min(offset + length, self.size)
        held = self._held(offset, end)
        at = offset + len(held)
        if at < end:
            held += self._moved_window(at, end)
        self._asked_to = end
        return held

    def exactly(self, offset: int, length: int) -> bytes:
        """The same without reading ahead, and without keeping anything of it."""
        end = min(offset + length, self.size)
        held = self._held(offset, end)
        at = offset + len(held)
        return held + self._fetched(at, end - at) if at < end else held

    @cached_property
    def sha256_hex(self) -> str:
        """The SHA-256 of the object: as S3 has it, else by reading it all, block by block.

        Raises:
            NotFound, Unavailable: as `read`.
        """
        if self.facts.sha256_hex:
            return self.facts.sha256_hex
        digest = hashlib.sha256()
        for at in range(0, self.size, WINDOW_LIMIT_BYTES):
            digest.update(self._fetched(at, min(WINDOW_LIMIT_BYTES, self.size - at)))
        return digest.hexdigest()

    def check(self) -> None:
        """Makes sure that the object still has the content that was read.

        Raises:
            NotFound: the object is gone.
            Unavailable: it has another content by now.
        """
        facts = self._store.facts(self._key)
        if (facts.etag, facts.size_bytes) != (self.facts.etag, self.facts.size_bytes):
            raise changed()

    def _held(self, offset: int, end: int) -> bytes:
        """The bytes from `offset` on that are here already."""
        held = self._start[offset:end]
        at = offset + len(held)
        if self._window_at <= at:
            held += self._window[at - self._window_at : max(0, end - self._window_at)]
        return held

    def _moved_window(self, at: int, end: int) -> bytes:
        """The bytes from `at` to `end`, in a new window that begins there."""
        in_order = 0 <= at - self._asked_to <= NEAR_BYTES
        self._ahead = min(self._ahead * GROWTH, WINDOW_LIMIT_BYTES) if in_order else PROBE_BYTES
        length = min(max(end - at, self._ahead), self.size - at)
        self._window_at, self._window = at, self._fetched(at, length)
        if at == 0:
            self._start = self._window[:FIRST_BYTES]
        return self._window[: end - at]

    def _fetched(self, offset: int, length: int) -> bytes:
        return self._store.read(self._key, offset=offset, length=length, of=self.facts)
