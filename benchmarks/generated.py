"""Objects made in code, the same everywhere: a CT and an MR image, a long cine, an enhanced MR.

Their headers are lists in `headers/`, filled in for each object. A list holds an element a line,
`tag VR value`; "> " before it is one level deeper, and "item" starts an item of the sequence
above. `{name}` is a value that differs from object to object, `*512` is that many bytes.
"""

import re
import struct
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from scanloft.core.part10 import file_head

HEADERS = Path(__file__).with_name("headers")
UID_ROOT = "1.2.826.0.1.3680043.10.77"
"""Only of objects that end with the benchmark."""
EXPLICIT_LITTLE = "1.2.840.10008.1.2.1"
LONG_VRS = ("OB", "OW", "SQ", "UN")
NUMBER_FORMATS = {"US": "<H", "SS": "<h", "UL": "<I", "SL": "<i", "FL": "<f", "FD": "<d"}
PATTERN = bytes(range(1, 256))
PIXEL_DATA = 0x7FE00010
BLOCK_BYTES = 1 << 20

Values = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Line:
    """An element of a list; `items` are those of a sequence."""

    tag: int
    vr: str
    value: str
    items: list[list["Line"]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of object: the lists of its header, its SOP class, the size of its pixels in bytes."""

    lists: tuple[str, ...]
    sop_class_uid: str
    rows: int
    columns: int
    frames: int = 1
    bytes_each: int = 2

    @property
    def pixel_bytes(self) -> int:
        """The length of the pixel data."""
        return self.rows * self.columns * self.frames * self.bytes_each


CT = Kind(("common", "ct"), "1.2.840.10008.5.1.4.1.1.2", 512, 512)
MR = Kind(("common", "mr"), "1.2.840.10008.5.1.4.1.1.4", 144, 144)
CINE = Kind(("common", "cine"), "1.2.840.10008.5.1.4.1.1.12.1", 1024, 1024, 286, 1)
ENHANCED = Kind(("common", "enhanced"), "1.2.840.10008.5.1.4.1.1.4.1", 512, 512, 572)
PER_FRAME = 0x52009230


def image(kind: Kind, *, batch: int, number: int) -> bytes:
    """The object with this number of a series; all of a batch share their series."""
    return header(kind, batch=batch, number=number) + _pixels(kind.pixel_bytes)


def write_large(kind: Kind, target: Path, *, batch: int = 0) -> None:
    """The same into a file, piece by piece, for objects that should not lie in memory."""
    with target.open("wb") as file:
        file.write(header(kind, batch=batch, number=1))
        block = _pixels(BLOCK_BYTES)
        for start in range(0, kind.pixel_bytes, BLOCK_BYTES):
            file.write(block[: kind.pixel_bytes - start])


def header(kind: Kind, *, batch: int, number: int) -> bytes:
    """All of an object up to the first byte of its pixels."""
    values = _values(kind, batch=batch, number=number)
    elements = {line.tag: _element(line, values) for name in kind.lists for line in lines(name)}
    if "enhanced" in kind.lists:
        elements[PER_FRAME] = _per_frame(kind.frames, values)
    # OW for 16 bits, OB for 8 (PS3.5 A.2).
    elements[PIXEL_DATA] = _head(
        PIXEL_DATA, "OB" if kind.bytes_each == 1 else "OW", kind.pixel_bytes
    )
    head = file_head(
        sop_class_uid=kind.sop_class_uid,
        sop_uid=str(values["sop"]),
        transfer_syntax_uid=EXPLICIT_LITTLE,
    )
    return head + b"".join(encoded for _, encoded in sorted(elements.items()))


def element_count(kind: Kind) -> int:
    """How many elements an object has, those in sequences and the pixel data among them."""
    count = 1 + sum(_count(lines(name)) for name in kind.lists)
    return count + 1 + kind.frames * _count(lines("frame")) if "enhanced" in kind.lists else count


@cache
def lines(name: str) -> list[Line]:
    """The elements of a list.

    Raises:
        ValueError: a line is no element.
    """
    top: list[Line] = []
    open_lists = [top]
    for text in (HEADERS / f"{name}.txt").read_text().splitlines():
        if text.startswith("#"):
            continue
        found = re.fullmatch(r"(>*) ?(?:(item)|([0-9A-F]{8}) ([A-Z]{2}) ?(.*))", text)
        if found is None:
            raise ValueError(f"{name}.txt holds a line that is no element.")
        depth = len(found[1])
        if found[2]:
            item: list[Line] = []
            open_lists[depth - 1][-1].items.append(item)
            open_lists[depth:] = [item]
        else:
            open_lists[depth].append(Line(int(found[3], 16), found[4], found[5]))
    return top


def _count(found: Iterable[Line]) -> int:
    return sum(1 + sum(_count(item) for item in line.items) for line in found)


def _values(kind: Kind, *, batch: int, number: int) -> dict[str, object]:
    return {
        "root": UID_ROOT,
        "class": kind.sop_class_uid,
        "series": batch + 1,
        "sop": f"{UID_ROOT}.1.{batch + 1}.{number}",
        "number": number,
        "position": f"{number * 3 - 40}.5",
        "rows": kind.rows,
        "columns": kind.columns,
        "frames": kind.frames,
        "bits": 8 * kind.bytes_each,
        "high_bit": 8 * kind.bytes_each - 1,
        "signed": int("ct" in kind.lists),
    }


def _per_frame(frames: int, values: Values) -> bytes:
    """A sequence and items of undefined length, as most makers write them."""
    items = (
        _item(lines("frame"), {**values, "frame": number, "position": f"{number}.5"})
        for number in range(1, frames + 1)
    )
    end = struct.pack("<HHI", 0xFFFE, 0xE0DD, 0)
    return _head(PER_FRAME, "SQ", 0xFFFFFFFF) + b"".join(items) + end


def _item(found: Iterable[Line], values: Values) -> bytes:
    content = b"".join(_element(line, values) for line in found)
    start, end = (
        struct.pack("<HHI", 0xFFFE, 0xE000, 0xFFFFFFFF),
        struct.pack("<HHI", 0xFFFE, 0xE00D, 0),
    )
    return start + content + end


def _element(line: Line, values: Values) -> bytes:
    value = b"".join(_encoded(line, values))
    return _head(line.tag, line.vr, len(value)) + value


def _encoded(line: Line, values: Values) -> Iterator[bytes]:
    text = line.value.format_map(values)
    if line.vr == "SQ":
        for item in line.items:
            content = b"".join(_element(inner, values) for inner in item)
            yield struct.pack("<HHI", 0xFFFE, 0xE000, len(content)) + content
    elif text.startswith("*") and line.vr in LONG_VRS:
        yield _pixels(int(text[1:]))
    elif line.vr == "AT":
        yield struct.pack("<HH", int(text[:4], 16), int(text[4:], 16))
    elif line.vr in NUMBER_FORMATS:
        number = float if line.vr in ("FL", "FD") else int
        yield from (struct.pack(NUMBER_FORMATS[line.vr], number(one)) for one in text.split("\\"))
    else:
        padding = (b"\0" if line.vr == "UI" else b" ") * (len(text) % 2)
        yield text.encode("ascii") + padding


def _head(tag: int, vr: str, length: int) -> bytes:
    """The tag, the VR and the length of an element (PS3.5 7.1.2)."""
    form = "<HH2sHI" if vr in LONG_VRS else "<HH2sH"
    reserved = (0,) if vr in LONG_VRS else ()
    return struct.pack(form, tag >> 16, tag & 0xFFFF, vr.encode(), *reserved, length)


def _pixels(length: int) -> bytes:
    """Bytes of which no block is all zeros, so that no file system leaves one out."""
    return (PATTERN * (length // len(PATTERN) + 1))[:length]
