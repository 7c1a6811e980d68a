"""Two encodings of one object side by side, element by element, at any depth."""

from collections.abc import Iterator
from dataclasses import dataclass

from pydicom.dataelem import DataElement, RawDataElement
from pydicom.dataset import Dataset
from pydicom.multival import MultiValue
from pydicom.sequence import Sequence

from scanloft.deid.profiles.tag_rules import tag_text
from scanloft.deid.values.dummies import dummy
from scanloft.dicom.dictionary import keyword_of
from scanloft.dicom.layout import lay_out
from scanloft.dicom.raw import tolerant_pydicom
from scanloft.dicom.read import read_dicom

_PIXEL_GROUP = 0x7FE0
_BINARY = frozenset({"OB", "OD", "OF", "OL", "OV", "OW", "UN"})
_ASCII = frozenset({"AE", "AS", "CS", "DA", "DS", "DT", "IS", "TM", "UI", "UR"})
_SHORT_BINARY_BYTES = 16
_WRITER = frozenset({0x00020012})  # Implementation Class UID: which program wrote the file


@dataclass(frozen=True, slots=True)
class Row:
    """One element before and after; `path` names the sequences around it with their items.

    `before` and `after` are values as text, None where the element is not there.
    """

    path: tuple[str, ...]
    tag: str
    keyword: str
    vr: str
    action: str
    before: str | None
    after: str | None

    def to_dict(self) -> dict[str, str | None]:
        """Return it as plain values for JSON."""
        return {
            "path": "/".join((*self.path, self.tag)),
            "tag": self.tag,
            "keyword": self.keyword,
            "vr": self.vr,
            "action": self.action,
            "before": self.before,
            "after": self.after,
        }


def compared(before: bytes, after: bytes) -> list[Row]:
    """Return a row for each element that either object has, in the order of their tags.

    Raises what `read_dicom` raises.
    """
    with tolerant_pydicom():
        old, new = read_dicom(before), read_dicom(after)
        return [
            *_around(before),
            *_rows(old.file_meta, new.file_meta, ()),
            *_rows(old, new, ()),
        ]


def _around(data: bytes) -> Iterator[Row]:
    """Yield what stands before and behind the data set (PS3.10 7.1)."""
    if data[128:132] == b"DICM" and any(data[:128]):
        yield Row((), "", "Preamble", "", "removed", "128 bytes", None)
    layout = lay_out(data)
    trailing = len(data) - layout.end if layout.body is data else 0
    if trailing > 0:
        yield Row((), "", "Behind the pixel data", "", "removed", _bytes(trailing), None)


def _rows(old: Dataset | None, new: Dataset | None, path: tuple[str, ...]) -> Iterator[Row]:
    datasets = [dataset for dataset in (old, new) if dataset is not None]
    tags = {int(tag) for dataset in datasets for tag in dataset.keys()}  # noqa: SIM118  # decodes
    for tag in sorted(tags):
        if tag & 0xFFFF == 0 and all(_is_length(dataset, tag) for dataset in datasets):
            continue  # group lengths say nothing, and are no longer true
        yield from _element_rows(_get(old, tag), _get(new, tag), tag, path, old)


def _is_length(dataset: Dataset, tag: int) -> bool:
    side = _get(dataset, tag)
    return side is None or side.raw is None or len(side.raw) == 4


@dataclass(frozen=True, slots=True)
class _Side:
    """An element of one of the objects: decoded as far as that is possible."""

    vr: str
    raw: bytes | None
    value: object

    @property
    def items(self) -> Sequence | None:
        return self.value if isinstance(self.value, Sequence) else None

    @property
    def text(self) -> str:
        if self.raw is not None and self.vr in _ASCII:
            return self.raw.decode("latin-1").strip(" \0")  # as it was written: 1, not 1.0
        return _text(self.value, self.vr)

    @property
    def is_blank(self) -> bool:
        if self.items is not None:
            return len(self.items) == 0
        return not (self.raw if self.raw is not None and self.vr in _BINARY else self.text)


def _get(dataset: Dataset | None, tag: int) -> _Side | None:
    if dataset is None or tag not in dataset:
        return None
    stored = dataset.get_item(tag)
    raw = (stored.value or b"") if isinstance(stored, RawDataElement) else None
    try:
        element: DataElement = dataset[tag]
    except Exception:  # noqa: BLE001  # pydicom raises anything for values that are none
        return _Side(stored.VR or "UN", raw, raw)
    return _Side(element.VR, raw, element.value)


def _element_rows(
    old: _Side | None, new: _Side | None, tag: int, path: tuple[str, ...], dataset: Dataset | None
) -> Iterator[Row]:
    side = new or old
    if side is None:
        return
    text, keyword = _named(tag, dataset)
    vr = (old or side).vr
    inside = old is not None and new is not None and _same_items(old.items, new.items)
    if not inside or old is None or new is None:
        action = _action(old, new, tag)
        yield Row(path, text, keyword, vr, action, _shown(old), _shown(new))
        return
    yield Row(path, text, keyword, "SQ", "inside", _shown(old), _shown(new))
    for number, (old_item, new_item) in enumerate(
        zip(old.items or (), new.items or (), strict=True), 1
    ):
        yield from _rows(old_item, new_item, (*path, f"{text}[{number}]"))


def _same_items(old: Sequence | None, new: Sequence | None) -> bool:
    return old is not None and new is not None and len(old) == len(new)


def _named(tag: int, dataset: Dataset | None) -> tuple[str, str]:
    if not tag >> 16 & 1:
        return tag_text(tag), keyword_of(tag)
    creator_tag = (tag & 0xFFFF0000) | (tag >> 8 & 0xFF)
    creator = _get(dataset, creator_tag) if tag & 0xFFFF > 0xFF else None
    return tag_text(tag), "" if creator is None else f"[{creator.text}]"


def _action(old: _Side | None, new: _Side | None, tag: int) -> str:
    if old is None or new is None:
        return "added" if old is None else "removed"
    if _is_same(old, new):
        return "kept"
    if new.is_blank:
        return "emptied"
    if tag >> 16 == _PIXEL_GROUP:
        return "blanked"
    if new.vr == "UI" and tag not in _WRITER:
        return "new UID"
    if _is_dummy(new):
        return "dummy"
    return "shifted" if new.vr in ("DA", "DT") else "replaced"


def _is_same(old: _Side, new: _Side) -> bool:
    if old.raw is not None and new.raw is not None:
        return old.raw.rstrip(b"\0 ") == new.raw.rstrip(b"\0 ")
    return old.text == new.text


def _is_dummy(side: _Side) -> bool:
    try:
        return side.raw is not None and side.raw.rstrip() == dummy(side.vr).rstrip()
    except KeyError:
        return False


def _shown(side: _Side | None) -> str | None:
    return None if side is None else side.text


def _text(value: object, vr: str) -> str:
    if value is None:
        return ""
    if isinstance(value, Sequence):
        return f"{len(value)} item{'' if len(value) == 1 else 's'}"
    if isinstance(value, bytes):
        text = value.rstrip(b"\0 ").decode("latin-1")
        short = bool(text) and len(text) <= _SHORT_BINARY_BYTES
        is_text = vr not in _BINARY or (short and text.isascii() and text.isprintable())
        return text if is_text or not value else _bytes(len(value))
    if isinstance(value, list | MultiValue):
        return "\\".join(str(part) for part in value)
    return str(value)


def _bytes(length: int) -> str:
    return f"{length:,} byte{'' if length == 1 else 's'}"
