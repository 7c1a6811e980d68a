"""Reading DICOM that may be hostile: its structure is walked before pydicom may parse it.

Source: PS3.10 7 (files), PS3.5 7 (elements and sequences), PS3.5 A (transfer syntaxes).
"""

import logging
import re
import struct
import threading
import warnings
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from typing import NoReturn

from pydicom import config
from pydicom._dicom_dict import DicomDictionary
from pydicom._uid_dict import UID_dictionary
from pydicom.dataelem import RawDataElement
from pydicom.dataset import Dataset, FileDataset, FileMetaDataset
from pydicom.filereader import read_dataset
from pydicom.sequence import Sequence
from pydicom.tag import BaseTag
from pydicom.uid import UID
from pydicom.values import convert_SQ

from scanloft.core.errors import MalformedDicom, NotDicom, Oversized

IMPLICIT_LITTLE = "1.2.840.10008.1.2"
EXPLICIT_LITTLE = "1.2.840.10008.1.2.1"
EXPLICIT_BIG = "1.2.840.10008.1.2.2"
DEFLATED = "1.2.840.10008.1.2.1.99"
NATIVE = frozenset({IMPLICIT_LITTLE, EXPLICIT_LITTLE, EXPLICIT_BIG, DEFLATED})
DICOMDIR = "1.2.840.10008.1.3.10"

MAX_DEPTH = 64
MAX_INFLATED_BYTES = 256 * 2**20
# Blank images deflate well: the ratio only counts once the result is large.
MAX_RATIO, RATIO_FREE_BYTES = 100, 16 * 2**20

UNDEFINED = 0xFFFFFFFF
SHORT_VRS = frozenset(
    b"AE AS AT CS DA DS DT FL FD IS LO LT PN SH SL SS ST TM UI UL US".split()
)  # fmt: skip
LONG_VRS = frozenset(b"OB OD OF OL OV OW SQ SV UC UN UR UT UV".split())
PIXEL_TAGS = frozenset({0x7FE00008, 0x7FE00009, 0x7FE00010})

_ITEM, _ITEM_END, _SEQUENCE_END = 0xFFFEE000, 0xFFFEE00D, 0xFFFEE0DD
_PIXEL_VRS = frozenset({b"OB", b"OW", b"OF", b"OD", b"OL", b"OV", b"UN", None})
_NO_SYNTAX = re.compile(r"1\.2\.840\.10008\.1\.(2\.(4\.(94|95|204|205)|6\..*|7\..*)|20)")
# Deflated image frames and JPEG XL (PS3.6 A, 2024), which pydicom 3.0 does not list yet.
_NEWER_SYNTAXES = frozenset(
    f"1.2.840.10008.1.2.{suffix}" for suffix in ("8.1", "4.110", "4.111", "4.112")
)
_VIDEO = "1.2.840.10008.1.2.4.10"
_LOGGER = logging.getLogger("pydicom")
_QUIET = threading.RLock()


@dataclass(frozen=True, slots=True)
class Pixels:
    """Where the top-level pixel data element is in the body: offsets in bytes.

    `fragments` counts the fragments after the offset table; it is None for native pixels.
    """

    tag: int
    vr: str | None
    offset: int
    value_offset: int
    end: int
    fragments: int | None


@dataclass(frozen=True, slots=True)
class Layout:
    """A checked object: `body[start:end]` is the data set, inflated if it was deflated."""

    body: bytes
    start: int
    end: int
    meta: bytes
    transfer_syntax_uid: str
    implicit: bool
    little: bool
    pixels: Pixels | None


def read_dicom(data: bytes) -> FileDataset:
    """Read a whole object; element values stay raw until they are asked for.

    Raises NotDicom, MalformedDicom (truncated, nested deeper than 64, no known syntax) and
    Oversized (a deflated data set that inflates beyond 256 MiB or 100 times its size).
    """
    with tolerant_pydicom():
        layout = lay_out(data)
        header = read_header(layout)
        check_pixels(layout, header)
        if layout.pixels is not None:
            header[layout.pixels.tag] = _pixel_element(layout, layout.pixels)
        meta = FileMetaDataset(
            read_dataset(BytesIO(layout.meta), is_implicit_VR=False, is_little_endian=True)
        )
        meta.TransferSyntaxUID = UID(layout.transfer_syntax_uid)
        return FileDataset(
            BytesIO(),
            header,
            preamble=b"\0" * 128,
            file_meta=meta,
            is_implicit_VR=layout.implicit,
            is_little_endian=layout.little,
        )


def lay_out(data: bytes) -> Layout:
    """Find the data set and its encoding, inflate it within limits and walk its structure.

    Raises NotDicom, MalformedDicom, Oversized.
    """
    meta_start = _find_meta(data)
    meta_end, values = _read_meta(data, meta_start)
    uid = values.get(0x00020010, b"").rstrip(b"\0 ").decode("latin-1")
    body, start = data, meta_end
    if uid == DEFLATED:
        body, start = _inflate(memoryview(data)[meta_end:]), 0
    media_class = values.get(0x00020002, b"").rstrip(b"\0 ")
    if media_class == DICOMDIR.encode() or body[start : start + 2] in (b"\x04\0", b"\0\x04"):
        raise NotDicom("a DICOMDIR is an index of media, not an image object: send what it lists")
    uid, implicit = _settle_syntax(uid, body, start)
    little = uid != EXPLICIT_BIG
    pixels = _Walk(body, little=little).run(start, len(body), implicit=implicit)
    end = len(body) if pixels is None else pixels.end
    return Layout(
        body, start, end, data[meta_start:meta_end], uid, implicit, little, pixels
    )  # fmt: skip


def read_header(layout: Layout) -> Dataset:
    """Parse the data set up to its pixel data; to be called inside `tolerant_pydicom`."""
    end = layout.end if layout.pixels is None else layout.pixels.offset
    return read_dataset(
        BytesIO(layout.body[layout.start : end]),
        is_implicit_VR=layout.implicit,
        is_little_endian=layout.little,
    )


def read_unknown_sequence(value: bytes, *, depth: int) -> Sequence:
    """Parse a sequence written as UN: implicit VR little endian (PS3.5 6.2.2).

    Raises MalformedDicom where it is no sequence or lies too deep.
    """
    _Walk(value, little=True, depth=depth).run(0, len(value), implicit=True, sequence=True)
    return convert_SQ(value, is_implicit_VR=True, is_little_endian=True)


def check_pixels(layout: Layout, header: Dataset) -> None:
    """Compare the size of the pixel data with what rows, columns and frames promise.

    Raises MalformedDicom where there is less; more is padding and harmless.
    """
    if layout.pixels is None:
        return
    native = layout.transfer_syntax_uid in NATIVE
    if native != (layout.pixels.fragments is None):
        raise MalformedDicom(
            "the pixel data is not encoded as its transfer syntax says: export it again"
        )
    count = text(header, 0x00280008)
    frames = int(count) if re.fullmatch("[0-9]{1,12}", count) else 1
    if layout.pixels.fragments is not None:
        needed = 1 if layout.transfer_syntax_uid.startswith(_VIDEO) else frames
        if layout.pixels.fragments < needed:
            raise MalformedDicom("truncated: fewer fragments of pixel data than frames")
        return
    expected = (frames * _frame_bits(layout, header) + 7) // 8
    if layout.pixels.end - layout.pixels.value_offset < expected:
        raise MalformedDicom("truncated: less pixel data than rows, columns and frames promise")


def _frame_bits(layout: Layout, header: Dataset) -> int:
    rows, columns, samples, bits = (
        int.from_bytes(raw_value(header, tag)[:2], "little" if layout.little else "big")
        for tag in (0x00280010, 0x00280011, 0x00280002, 0x00280100)
    )
    if "422" in text(header, 0x00280004):
        samples = 2
    return rows * columns * (samples or 1) * bits


def raw_value(dataset: Dataset, tag: int) -> bytes:
    """Return the bytes of an element as they were read; empty where there are none."""
    element = dataset.get_item(tag)
    value = None if element is None else element.value
    return value if isinstance(value, bytes) else b""


def text(dataset: Dataset, tag: int) -> str:
    """Return an element of the default repertoire (UI, CS, IS), without its padding."""
    return raw_value(dataset, tag).decode("latin-1").strip(" \0")


@contextmanager
def tolerant_pydicom() -> Iterator[None]:
    """Let pydicom neither validate, warn nor log, and turn what it raises into MalformedDicom.

    Its messages quote values, so neither they nor their tracebacks are passed on.
    """
    with _QUIET, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        settings, disabled = config.settings, _LOGGER.disabled
        modes = settings.reading_validation_mode, settings.writing_validation_mode
        settings.reading_validation_mode = settings.writing_validation_mode = config.IGNORE
        _LOGGER.disabled = True
        try:
            yield
        except (
            ValueError, TypeError, LookupError, AttributeError, ArithmeticError, OSError,
            EOFError, MemoryError, RuntimeError, AssertionError, struct.error,
        ):  # fmt: skip
            raise MalformedDicom(
                "the data set cannot be decoded: check that it opens in a DICOM viewer"
            ) from None
        finally:
            settings.reading_validation_mode, settings.writing_validation_mode = modes
            _LOGGER.disabled = disabled


def _pixel_element(layout: Layout, pixels: Pixels) -> RawDataElement:
    native = pixels.fragments is None
    # The value of encapsulated pixels goes without its sequence delimitation item (8 bytes).
    value = layout.body[pixels.value_offset : pixels.end if native else pixels.end - 8]
    return RawDataElement(
        BaseTag(pixels.tag),
        pixels.vr,
        len(value) if native else UNDEFINED,
        value,
        pixels.value_offset,
        layout.implicit,
        layout.little,
    )


def _find_meta(data: bytes) -> int:
    if data[128:132] == b"DICM":
        return 132
    group, element = struct.unpack_from("<HH", data) if len(data) >= 8 else (0, 0)
    if (element, group) == (0x0800, 0x0800) or data[:2] == b"\0\x08":
        raise MalformedDicom("big endian without a Part 10 header: store it with one")
    known = (group << 16 | element) in DicomDictionary or element == 0
    vr_or_length = data[4:6] in SHORT_VRS | LONG_VRS or (
        len(data) > 8 and int.from_bytes(data[4:8], "little") <= min(len(data) - 8, 1024)
    )
    if group in (2, 8) and known and vr_or_length:
        return 0
    if _count_explicit(data) >= 3:
        raise MalformedDicom("a data set that starts with an unknown element: export it again")
    raise NotDicom("this is not DICOM: neither a Part 10 header nor a data set was found")


def _count_explicit(data: bytes) -> int:
    # What only resembles DICOM must not pass as some other kind of file, with names inside.
    position, count = 0, 0
    while count < 3 and data[position + 4 : position + 6] in SHORT_VRS | LONG_VRS:
        _, _, at, length = _element(data.ljust(len(data) + 4), position, implicit=False, order="<")
        position, count = at + length, count + 1
    return count


def _read_meta(data: bytes, start: int) -> tuple[int, dict[int, bytes]]:
    position, values = start, {}
    while data[position : position + 2] == b"\x02\0":
        tag, vr, value_offset, length = _element(data, position, implicit=False, order="<")
        if vr is None and not data[position + 4 : position + 6].isalpha():
            tag, vr, value_offset, length = _element(data, position, implicit=True, order="<")
        position = value_offset + length
        if position > len(data):
            _refuse_truncated()
        values[tag] = data[value_offset:position]
    return position, values


def _inflate(deflated: memoryview) -> bytes:
    cap = min(MAX_INFLATED_BYTES, max(RATIO_FREE_BYTES, MAX_RATIO * len(deflated)))
    inflater = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        body = inflater.decompress(deflated, cap + 1)
    except zlib.error:
        raise MalformedDicom("the deflated data set is damaged: send it again") from None
    if len(body) > cap:
        raise Oversized("the deflated data set inflates beyond the limit", limit_bytes=cap)
    if not inflater.eof:
        _refuse_truncated()
    return body


def _settle_syntax(uid: str, body: bytes, start: int) -> tuple[str, bool]:
    explicit = _is_explicit(body, start)
    known = uid in _NEWER_SYNTAXES or UID_dictionary.get(uid, ("", ""))[1] == "Transfer Syntax"
    if uid and (not known or _NO_SYNTAX.fullmatch(uid)):
        raise MalformedDicom(
            "its transfer syntax is private, retired or refers to pixels elsewhere: "
            "convert it to a standard one, such as Explicit VR Little Endian"
        )
    if len(body) <= start:
        raise MalformedDicom("truncated: there is no data set behind the header")
    if uid in ("", IMPLICIT_LITTLE, EXPLICIT_LITTLE):
        return (EXPLICIT_LITTLE, False) if explicit else (IMPLICIT_LITTLE, True)
    if not explicit:
        raise MalformedDicom("implicit VR in a transfer syntax of explicit VR: export it again")
    return (EXPLICIT_LITTLE if uid == DEFLATED else uid), False


def _element(
    data: bytes, position: int, *, implicit: bool, order: str
) -> tuple[int, bytes | None, int, int]:
    """Return tag, VR, value offset and length as pydicom's reader understands them."""
    if position + 8 > len(data):
        _refuse_truncated()
    if not implicit:
        group, element, vr, length = struct.unpack_from(order + "HH2sH", data, position)
        if vr in SHORT_VRS:
            return group << 16 | element, vr, position + 8, length
        if vr in LONG_VRS:
            if position + 12 > len(data):
                _refuse_truncated()
            length = struct.unpack_from(order + "L", data, position + 8)[0]
            return group << 16 | element, vr, position + 12, length
        if b"AA" <= vr <= b"ZZ":
            return group << 16 | element, None, position + 8, length
    group, element, length = struct.unpack_from(order + "HHL", data, position)
    return group << 16 | element, None, position + 8, length


class _Walk:
    """Walks every element that pydicom would descend into, without recursion."""

    def __init__(self, data: bytes, *, little: bool, depth: int = 0) -> None:
        self.data = data
        self.order = "<" if little else ">"
        self.max_depth = MAX_DEPTH - depth

    def run(
        self, position: int, end: int, *, implicit: bool, sequence: bool = False
    ) -> Pixels | None:
        # A level: is it a sequence, its end (or that around it), has it an end of its own, VR.
        level = (sequence, end, True, implicit)
        stack: list[tuple[bool, int, bool, bool]] = []
        while True:
            in_sequence, end, bounded, implicit = level
            if bounded and position >= end:
                if not stack:
                    return None
                level = stack.pop()
                continue
            tag, vr, at, length = self._header(position, end, implicit=implicit or in_sequence)
            if tag in (_ITEM_END, _SEQUENCE_END):
                if bounded or in_sequence != (tag == _SEQUENCE_END):
                    _refuse_structure()
                level, position = stack.pop(), at
            elif in_sequence != (tag == _ITEM):
                _refuse_structure()
            elif in_sequence:
                stack.append(level)
                level, position = self._level(False, at, length, end, implicit), at
            elif tag in PIXEL_TAGS and not stack:
                return self._pixels(tag, position, vr, at, length)
            elif self._is_sequence(tag, vr, at, length):
                stack.append(level)
                level, position = self._level(True, at, length, end, implicit), at
                if len(stack) > 2 * self.max_depth:
                    raise MalformedDicom(f"sequences are nested deeper than {MAX_DEPTH} levels")
            else:
                position = self._skip(at, length, end)

    def _header(
        self, position: int, end: int, *, implicit: bool
    ) -> tuple[int, bytes | None, int, int]:
        header = _element(self.data, position, implicit=implicit, order=self.order)
        if header[2] > end:
            _refuse_truncated()
        return header

    def _level(
        self, sequence: bool, at: int, length: int, end: int, implicit: bool
    ) -> tuple[bool, int, bool, bool]:
        if not sequence and not implicit:
            # Some writers put implicit items into explicit data sets (PS3.5 6.2.2 allows it in UN).
            implicit = at + 6 <= len(self.data) and not _is_explicit(self.data, at)
        if length == UNDEFINED:
            return sequence, end, False, implicit
        if at + length > end:
            _refuse_truncated()
        return sequence, at + length, True, implicit

    def _is_sequence(self, tag: int, vr: bytes | None, at: int, length: int) -> bool:
        if vr == b"SQ" or (vr == b"UN" and length == UNDEFINED):
            return True
        if vr is not None:
            return False
        entry = DicomDictionary.get(tag)
        if entry is None and length == UNDEFINED:
            return struct.unpack_from(self.order + "HH", self.data, at) == (0xFFFE, 0xE000)
        return entry is not None and entry[0] == "SQ"

    def _skip(self, at: int, length: int, end: int) -> int:
        if length != UNDEFINED:
            stop = at + length
        else:
            delimiter = struct.pack(self.order + "HH", 0xFFFE, 0xE0DD)
            found = self.data.find(delimiter, at, end)
            stop = end + 1 if found < 0 else found + 8
        if stop > end:
            _refuse_truncated()
        return stop

    def _pixels(self, tag: int, position: int, vr: bytes | None, at: int, length: int) -> Pixels:
        if vr not in _PIXEL_VRS:
            raise MalformedDicom("the pixel data has a VR that it cannot have (PS3.5 A)")
        name = None if vr is None else vr.decode()
        if length != UNDEFINED:
            return Pixels(tag, name, position, at, self._skip(at, length, len(self.data)), None)
        kind, fragments, value_offset, offset = 0, -1, at, at
        while kind != _SEQUENCE_END:
            kind, _, at, length = self._header(offset, len(self.data), implicit=True)
            if kind not in (_ITEM, _SEQUENCE_END):
                _refuse_structure()
            if kind == _ITEM:
                fragments += 1
                at = self._skip(at, length, len(self.data))
            offset = at
        return Pixels(tag, name, position, value_offset, offset, max(fragments, 0))


def _is_explicit(data: bytes, position: int) -> bool:
    vr = data[position + 4 : position + 6]
    return len(vr) == 2 and vr.isalpha() and vr.isupper()


def _refuse_structure() -> NoReturn:
    raise MalformedDicom("items and delimiters do not match: export the object again")


def _refuse_truncated() -> NoReturn:
    raise MalformedDicom("truncated: an element goes past the end of the object; send it again")
