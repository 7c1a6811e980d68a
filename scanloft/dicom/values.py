"""Values of elements as text and numbers, by VR and character set (PS3.5 6.1, 6.2)."""

import math
import re
import struct
from collections.abc import Sequence

from pydicom.charset import CODES_TO_ENCODINGS, python_encoding

CHARSET_TAG = 0x00080005

_NUMBER_FORMATS = {
    "US": "H",
    "SS": "h",
    "UL": "L",
    "SL": "l",
    "UV": "Q",
    "SV": "q",
    "FL": "f",
    "FD": "d",
}
_CHARSET_VRS = frozenset({"LO", "LT", "PN", "SH", "ST", "UC", "UT"})
_KEEP_ESCAPE = frozenset({"iso2022_jp", "iso2022_jp_2"})
_DECIMAL = re.compile(r"[+-]?(?:[0-9]{1,64}\.?[0-9]{0,64}|\.[0-9]{1,64})(?:[eE][+-]?[0-9]{1,3})?")


def decode_values(
    raw: bytes, *, vr: str, codecs: Sequence[str], is_little: bool
) -> list[str | int | float | None]:
    """The values of an element, None for an empty one among others; PN as one string each.

    Raises:
        ValueError: a value that its VR or the character set does not allow.
    """
    if vr in _NUMBER_FORMATS:
        code = _NUMBER_FORMATS[vr]
        count, rest = divmod(len(raw), struct.calcsize(f"<{code}"))
        if rest:
            raise ValueError("This is not a whole number of values.")
        numbers = struct.unpack(f"{'<' if is_little else '>'}{count}{code}", raw)
        if not all(map(math.isfinite, numbers)):
            raise ValueError("This is not a finite number.")
        return list(numbers)
    text = decode_text(raw, codecs if vr in _CHARSET_VRS else ("ascii",))
    if vr in ("LT", "ST", "UT", "UR"):
        return [text.rstrip(" \0") or None]
    entries = [entry.rstrip(" \0") for entry in text.split("\\")]
    if vr in ("IS", "DS"):
        return [_number(entry.strip(), vr=vr) if entry.strip() else None for entry in entries]
    keeps_blanks = vr in _CHARSET_VRS
    return [(entry if keeps_blanks else entry.lstrip()) or None for entry in entries]


def decode_text(raw: bytes, codecs: Sequence[str]) -> str:
    """The text of a value, with code extensions (PS3.5 6.1.2.5).

    Raises:
        ValueError: bytes that the character sets do not allow.
    """
    if b"\x1b" not in raw:
        return raw.decode(codecs[0])
    return "".join(_decode_fragment(part, codecs[0]) for part in re.split(rb"(?=\x1b)", raw))


def codecs_of(raw: bytes) -> tuple[str, ...]:
    """Python's codecs for a Specific Character Set; an unknown one leaves ASCII (PS3.3 C.12.1.1.2).

    Common misspellings as "ISO IR 100" are understood.
    """
    terms = raw.decode("ascii", "replace").split("\\")
    named = [re.sub(r"^ISO[ _-]IR[ _-]?(?=[0-9])", "ISO_IR ", term.strip(" \0")) for term in terms]
    return tuple(python_encoding.get(term, "ascii") for term in named)


def _decode_fragment(fragment: bytes, first_codec: str) -> str:
    """A piece that starts with an escape sequence, or the first one; delimiters end its effect."""
    if not fragment.startswith(b"\x1b"):
        return fragment.decode(first_codec)
    escape = next((code for code in CODES_TO_ENCODINGS if fragment.startswith(code)), None)
    if escape is None:
        raise ValueError("This is an unknown escape sequence.")
    codec = CODES_TO_ENCODINGS[escape]
    if codec in _KEEP_ESCAPE:
        return fragment.decode(codec)
    text = fragment.removeprefix(escape)
    head = re.split(rb"(?=[\r\n\t\f^=\\])", text, maxsplit=1)
    return head[0].decode(codec) + b"".join(head[1:]).decode(first_codec)


def _number(text: str, *, vr: str) -> int | float:
    """The number of an IS or DS: what Python would read beyond DICOM's grammar is refused."""
    if vr == "IS" and re.fullmatch(r"[+-]?[0-9]{1,18}", text):
        return int(text)
    number = float(text) if _DECIMAL.fullmatch(text) else math.nan
    if not math.isfinite(number) or (vr == "IS" and not number.is_integer()):
        raise ValueError("This is not a number of its VR.")
    return int(number) if vr == "IS" else number
