"""What the functions of a script can see: the object, the item they work in, table and clock."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from pydicom.dataset import Dataset

from scanloft.deid.ctp.attributes import Attribute, AttributePath
from scanloft.deid.ctp.copies import Copy
from scanloft.deid.ctp.elements import encodings_of, text_of, vr_of
from scanloft.deid.ctp.expressions import Expression

_FIRST_OF_DATA_SET = 0x00080000


@dataclass(frozen=True, slots=True)
class Level:
    """The data set itself or one item of a sequence; names refer to what is in it.

    `way` are the tags of the sequences around it, from the top.
    """

    dataset: Dataset
    encodings: Sequence[str]
    is_root: bool = False
    way: tuple[int, ...] = ()

    def text(self, tag: int) -> str | None:
        """Return an element's text; None if it is absent or holds no text."""
        return text_of(self.dataset, tag, self.encodings)

    def tag(self, attribute: Attribute) -> int | None:
        """Return the tag of an attribute here; None if no block has its creator."""
        if not attribute.creator:
            return attribute.tag
        group = attribute.tag >> 16
        for creator in sorted(self._claims(group)):
            if (self.text(creator) or "").strip().upper() == attribute.creator:
                own = (creator & 0xFF) << 8 | (attribute.tag & 0xFF)
                return creator if attribute.is_creator else group << 16 | own
        return None

    def first_item(self, tag: int) -> "Level | None":
        """Return the first item of a sequence; None if there is none."""
        if tag not in self.dataset or vr_of(self.dataset, tag) != "SQ":
            return None
        items = self.dataset[tag].value
        return self.item(items[0], tag) if items else None

    def item(self, dataset: Dataset, tag: int) -> "Level":
        """Return the level of an item of a sequence in this one."""
        encodings = encodings_of(dataset, self.encodings)
        return Level(dataset, encodings, way=(*self.way, tag))

    def creator(self, tag: int) -> str:
        """Return who claimed the block of a private element; "" if nobody did."""
        claim = tag & 0xFFFF0000 | (tag & 0xFFFF) >> 8
        return (self.text(claim) or "") if tag >> 16 & 1 and claim & 0xFFFF else ""

    def _claims(self, group: int) -> Iterator[int]:
        tags = map(int, self.dataset.keys())
        return (tag for tag in tags if tag >> 16 == group and 0x10 <= tag & 0xFFFF <= 0xFF)


@dataclass(frozen=True, slots=True)
class Context:
    """Where an expression is evaluated: `this` is a tag of `level`; `depth` counts re-entries.

    `copies` collects what functions hand on.
    """

    this: int
    level: Level
    root: Level
    actions: Mapping[int, Expression]
    lookup: Mapping[str, str]
    now: datetime
    depth: int = 0
    copies: list[Copy] = field(default_factory=list)

    def find(self, path: AttributePath) -> tuple[Level, int] | None:
        """Return where an argument's attribute would be; None if the way to it is not there."""
        level = self.root if path.from_root else self.level
        if not path.steps:
            return level, self.this
        *sequences, last = path.steps
        for attribute in sequences:
            tag = level.tag(attribute)
            inner = level.first_item(tag) if tag is not None else None
            if inner is None:
                return None
            level = inner
        tag = level.tag(last)
        if tag is None:
            return None
        return (self._file_meta() or level, tag) if tag < _FIRST_OF_DATA_SET else (level, tag)

    def exists(self, path: AttributePath) -> bool:
        """Whether the attribute is there, whatever its value."""
        found = self.find(path)
        return found is not None and found[1] in found[0].dataset

    def text(self, path: AttributePath) -> str | None:
        """Return the attribute's text; None if it is absent or holds no text."""
        found = self.find(path)
        return found[0].text(found[1]) if found is not None else None

    def note_copy(self, path: AttributePath, given: str, *, in_part: bool) -> None:
        """Remember that a function gave this text from an attribute."""
        found = self.find(path)
        text = found[0].text(found[1]) if found is not None else None
        if found is None or not text:
            return
        level, tag = found
        vr, creator = vr_of(level.dataset, tag), level.creator(tag)
        self.copies.append(Copy((*level.way, tag), vr, creator, text, given, in_part))

    def _file_meta(self) -> Level | None:
        meta = getattr(self.root.dataset, "file_meta", None)
        return Level(meta, self.root.encodings) if meta is not None else None
