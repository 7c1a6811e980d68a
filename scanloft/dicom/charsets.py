"""Text in DICOM's character sets, read and written without pydicom (PS3.3 C.12.1.1.2, PS3.5 6.1).

What is wrong is read as far as it goes, the way pydicom reads it: unknown character sets as
Latin-1, impossible bytes as replacement characters.
"""

import codecs
import re
from collections.abc import Sequence
from functools import lru_cache

from scanloft.core.errors import MalformedDicom

DEFAULT = "iso8859"
"""Python's name for what counts where no character set is declared: ASCII, and Latin-1 with it."""

TEXT_DELIMITERS = frozenset(b"\t\n\f\r")
"""Bytes after which the first character set counts again (PS3.5 6.1.2.5.3)."""
ALL_DELIMITERS = TEXT_DELIMITERS | frozenset(b"\\^=")
"""The same with those of several values and of person names."""

_STAND_ALONE = {
    "ISO_IR 192": "UTF8",
    "GB18030": "GB18030",
    "GBK": "GBK",
}
_SINGLE_BYTE = {
    "6": DEFAULT, "13": "shift_jis", "100": "latin_1", "101": "iso8859_2", "109": "iso8859_3",
    "110": "iso8859_4", "126": "iso_ir_126", "127": "iso_ir_127", "138": "iso_ir_138",
    "144": "iso_ir_144", "148": "iso_ir_148", "166": "iso_ir_166",
}  # fmt: skip
_CODEC_BY_TERM = {
    "": DEFAULT,
    **_STAND_ALONE,
    **{f"ISO_IR {number}": codec for number, codec in _SINGLE_BYTE.items()},
    **{f"ISO 2022 IR {number}": codec for number, codec in _SINGLE_BYTE.items()},
    "ISO 2022 IR 87": "iso2022_jp",
    "ISO 2022 IR 149": "euc_kr",
    "ISO 2022 IR 159": "iso2022_jp_2",
    "ISO 2022 IR 58": "iso_ir_58",
    # Seen in early drafts of CP 1234, which brought Chinese.
    "ISO 2022 GBK": "GBK",
    "ISO 2022 58": "GB2312",
}
# PS3.3 Tables C.12-3 and C.12-4: the escape sequences of code extensions.
_CODEC_BY_ESCAPE = {
    b"(B": DEFAULT, b"-A": "latin_1", b"-B": "iso8859_2", b"-C": "iso8859_3", b"-D": "iso8859_4",
    b"-F": "iso_ir_126", b"-G": "iso_ir_127", b"-H": "iso_ir_138", b"-L": "iso_ir_144",
    b"-M": "iso_ir_148", b"-T": "iso_ir_166", b")I": "shift_jis", b"(J": "shift_jis",
    b"$B": "iso2022_jp", b"$(D": "iso2022_jp_2", b"$)C": "euc_kr", b"$)A": "iso_ir_58",
}  # fmt: skip
_OWN_CODECS = frozenset(_CODEC_BY_TERM.values())
_ESCAPE = b"\x1b"
# Python's codecs for these want to see the escape sequences themselves.
_READS_ESCAPES = frozenset({"iso2022_jp", "iso2022_jp_2", "iso_ir_58"})
_UNDERSCORE_MISSED = re.compile(r"ISO[^_]IR")
_BLANKS_MISSED = re.compile(r"ISO.2022.IR.")
_READERS = (TEXT_DELIMITERS, ALL_DELIMITERS)
_PIECES = re.compile(r"([\t\n\f\r\\^=]+)")
# Names of hosts and escapes of programming languages: no character sets, but they read ASCII.
_NO_CHARSETS = frozenset({"idna", "punycode", "unicode-escape", "raw-unicode-escape"})
_PROBE = bytes(byte for byte in range(128) if byte not in b"\x0e\x0f\x1b")
_LONGEST_NAME = 32
_LONGEST_REMEMBERED = 256
_MOST_TERMS = 16


def encodings(raw: bytes) -> tuple[str, ...]:
    """Return Python's codecs for the value of Specific Character Set; at least one.

    Misspellings such as "ISO IR 100" and names that only Python knows are understood; what is
    unknown counts as the default. A character set that forbids code extensions stands alone.
    """
    return _encodings(raw) if len(raw) <= _LONGEST_REMEMBERED else _encodings.__wrapped__(raw)


@lru_cache(maxsize=256)
def _encodings(raw: bytes) -> tuple[str, ...]:
    terms = [term.strip(" \0") for term in raw.decode("latin-1").split("\\", _MOST_TERMS)]
    del terms[_MOST_TERMS:]
    if terms[0] in _STAND_ALONE:
        return (_STAND_ALONE[terms[0]],)
    return tuple(_codec(term) for term in (terms[0], *terms[1:]) if term not in _STAND_ALONE)


def decoded(
    value: bytes, encodings: Sequence[str], *, delimiters: frozenset[int] = TEXT_DELIMITERS
) -> str:
    """Return a value as text, with its padding; never raises.

    `delimiters` end what an escape sequence began.
    """
    if value.isascii() and _ESCAPE not in value:
        return value.decode("ascii")
    first = encodings[0] if encodings and _is_codec(encodings[0]) else DEFAULT
    if _ESCAPE not in value:
        return value.decode(first, "replace")
    parts = value.split(_ESCAPE)
    beginning = parts[0].decode(first, "replace")
    return beginning + "".join(
        _decoded_extension(part, first, encodings, delimiters) for part in parts[1:]
    )


def encoded(text: str, encodings: Sequence[str]) -> bytes | None:
    """Return text as bytes that `decoded` reads as the same; None where there are none."""
    if text.isascii() and _ESCAPE.decode() not in text:
        return text.encode("ascii")
    first = encodings[0] if encodings and _is_codec(encodings[0]) else DEFAULT
    value = _encoded_once(text, first)
    if value is None and len(encodings) > 1:
        value = _encoded_with_extensions(text, encodings)
    if value is None:
        return None
    readings = {decoded(value, encodings, delimiters=ends) for ends in _READERS}
    return value if readings == {text} else None


def _codec(term: str) -> str:
    if term in _CODEC_BY_TERM:
        return _CODEC_BY_TERM[term]
    if _UNDERSCORE_MISSED.match(term):
        return _CODEC_BY_TERM.get("ISO_IR" + term[6:], DEFAULT)
    if _BLANKS_MISSED.match(term):
        return _CODEC_BY_TERM.get("ISO 2022 IR " + term[12:], DEFAULT)
    return term if _is_codec(term) else DEFAULT


@lru_cache(maxsize=64)
def _is_codec(name: str) -> bool:
    if name in _OWN_CODECS:
        return True
    if len(name) > _LONGEST_NAME:
        return False
    try:
        if codecs.lookup(name).name in _NO_CHARSETS:
            return False
        return _PROBE.decode(name) == _PROBE.decode("ascii")
    except (LookupError, ValueError):
        return False


def _decoded_extension(
    part: bytes, first: str, encodings: Sequence[str], delimiters: frozenset[int]
) -> str:
    """Return what stands between two escape characters, or after the last."""
    length = 3 if part.startswith((b"$(", b"$)")) else 2
    codec = _CODEC_BY_ESCAPE.get(part[:length], "")
    try:
        if codec not in encodings and codec != DEFAULT:
            return (_ESCAPE + part).decode(first, "replace")
        if codec in _READS_ESCAPES:
            return (_ESCAPE + part).decode(codec)
        text = part[length:]
        end = next((at for at, byte in enumerate(text) if byte in delimiters), len(text))
        return text[:end].decode(codec) + text[end:].decode(first)
    except UnicodeError:
        return (_ESCAPE + part).decode(first, "replace")


def _encoded_once(text: str, codec: str) -> bytes | None:
    if codec in _READS_ESCAPES:
        return None
    try:
        value = text.encode(codec)
    except UnicodeError:
        return None
    # ISO_IR 13 has only the single bytes of Shift JIS.
    return None if codec == "shift_jis" and len(value) != len(text) else value


def _encoded_with_extensions(text: str, encodings: Sequence[str]) -> bytes | None:
    from pydicom.charset import encode_string

    from scanloft.dicom.raw import tolerant_pydicom

    try:
        with tolerant_pydicom():
            # Each piece on its own, because every delimiter ends what an escape sequence began.
            return b"".join(encode_string(piece, encodings) for piece in _PIECES.split(text))
    except MalformedDicom:
        return None
