"""Kinds of objects that the byte-level way has met: what holds for all whose headers are alike."""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from threading import Lock

from scanloft.deid.bytewise.head import DataSetPlace
from scanloft.deid.bytewise.recipe import Recipe, Structure
from scanloft.deid.bytewise.walk import ByteWalk
from scanloft.deid.bytewise.window import ByteWindow
from scanloft.deid.pixels.parts import Part
from scanloft.deid.profiles.profile import Profile
from scanloft.deid.rules.rules import Rules
from scanloft.deid.stamps import stamps
from scanloft.dicom.structure import Pixels

_PIXEL_GROUP = b"\xe0\x7f"
_MOST_SPANS = 50_000
_LARGEST_BYTES, _LARGEST_BYTES_OF_ALL = 4 * 2**20, 16 * 2**20
"""How much memory one kind may take, and all that a book remembers."""
_MOST_ENDS, _MOST_OF_AN_END, _MOST_SEEN = 128, 4, 1024


class Kind:
    """How objects with headers of one structure are treated.

    `native_parts` are those of pixel data that is not compressed.
    """

    def __init__(
        self, place: DataSetPlace, rules: Rules, profile: Profile, *, pixels_known: bool
    ) -> None:
        self.place = place
        self.rules = rules
        self.sop_class_uid = ""
        self.structure: Structure | None = None
        self.pixels_at: int | None = None
        self.pixels: Pixels | None = None
        self.native_parts: Sequence[Part] | None = None
        self._profile = profile
        self._pixels_known = pixels_known
        self._recipes: dict[bool, Recipe] = {}

    def recipe(self, window: bytes, size: int, *, careful: bool) -> Recipe:
        """Return the recipe for an object of this kind.

        Raises Declined, NeedsMore.
        """
        found = self._recipes.get(careful)
        return self._walked(window, size, careful=careful) if found is None else found

    def _walked(self, window: bytes, size: int, *, careful: bool) -> Recipe:
        implicit = self.place.implicit
        walk = ByteWalk(
            ByteWindow(window, size, rules=self.rules, implicit=implicit),
            implicit=implicit,
            careful=careful,
        )
        inserts = stamps(self._profile, walk.encoding, pixels_known=self._pixels_known)
        recipe = walk.run(self.place.start, inserts)
        self._recipes[careful] = recipe
        self.pixels_at = walk.pixels_at
        end = size if walk.pixels_at is None else walk.pixels_at
        book = book_of(self._profile)
        if self.structure is None and book.wants(end, spans=len(walk.header_spans)):
            self.structure = walk.structure(self.place.spans, end)
        return recipe


class KindBook:
    """The kinds that were met with a profile, as many as are likely to be met again.

    Objects pass in several threads: what changes the book holds its lock, and who reads goes over
    what was there.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._kinds: dict[int, list[Kind]] = {}
        self._size_bytes = 0
        self._seen: dict[int, None] = {}

    def __len__(self) -> int:
        return sum(map(len, [*self._kinds.values()]))

    def find(self, window: bytes, size: int) -> Kind | None:
        """Return the kind of an object; None if it was not met before."""
        for kind in self._at_ends(window, size):
            if kind.structure is not None and kind.structure.is_that_of(window):
                return kind
        return None

    def wants(self, end: int, *, spans: int) -> bool:
        """Whether a header that ends at `end` is worth remembering: it is not the first one."""
        if spans > _MOST_SPANS:
            return False
        with self._lock:
            if end in self._seen:
                return True
            if len(self._seen) >= _MOST_SEEN:
                self._seen.clear()
            self._seen[end] = None
        return False

    def add(self, kind: Kind) -> None:
        """Remember a kind whose structure is known."""
        if kind.structure is None or kind.structure.size_bytes > _LARGEST_BYTES:
            return
        with self._lock:
            kinds = self._kinds.setdefault(kind.structure.end, [])
            kinds.insert(0, kind)
            self._size_bytes += kind.structure.size_bytes
            self._forget(kinds, most=_MOST_OF_AN_END)
            while self._size_bytes > _LARGEST_BYTES_OF_ALL or len(self._kinds) > _MOST_ENDS:
                oldest = next(iter(self._kinds))
                self._forget(self._kinds[oldest], most=0)
                del self._kinds[oldest]

    def _forget(self, kinds: list[Kind], *, most: int) -> None:
        while len(kinds) > most:
            structure = kinds.pop().structure
            self._size_bytes -= 0 if structure is None else structure.size_bytes

    def _at_ends(self, window: bytes, size: int) -> Iterator[Kind]:
        for end, kinds in [*self._kinds.items()]:
            if end == size <= len(window) or window.startswith(_PIXEL_GROUP, end):
                # What is told from the structure is the header alone, and not what follows it.
                yield from (kind for kind in kinds if (kind.pixels_at is None) == (end == size))


@lru_cache(maxsize=8)
def book_of(profile: Profile) -> KindBook:
    """Return the book of a profile."""
    return KindBook()
