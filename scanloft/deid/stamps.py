"""What an output says about itself: its file meta information and how it was de-identified."""

from functools import lru_cache

from scanloft.deid.encode import Encoding, pad
from scanloft.deid.profile import SUPPORTED_OPTIONS, Profile

IMPLEMENTATION_CLASS_UID = "2.25.34107112397117100898364847253872433125"
IMPLEMENTATION_VERSION_NAME = "SCANLOFT_1"

_BASIC_CODE = ("113100", "Basic Application Confidentiality Profile")
_METHOD = "PS3.15 Basic Application Level Confidentiality Profile"
_META = Encoding(implicit=False, little=True)


def file_header(*, sop_class_uid: str, sop_uid: str, transfer_syntax_uid: str) -> bytes:
    """Return a zeroed preamble, the prefix and new file meta information (PS3.10 7.1)."""
    texts = (
        (0x00020002, "UI", sop_class_uid),
        (0x00020003, "UI", sop_uid),
        (0x00020010, "UI", transfer_syntax_uid),
        (0x00020012, "UI", IMPLEMENTATION_CLASS_UID),
        (0x00020013, "SH", IMPLEMENTATION_VERSION_NAME),
    )
    meta = _META.element(0x00020001, "OB", b"\0\1") + b"".join(
        _META.element(tag, vr, pad(text.encode(), vr)) for tag, vr, text in texts
    )
    length = _META.element(0x00020000, "UL", len(meta).to_bytes(4, "little"))
    return b"\0" * 128 + b"DICM" + length + meta


@lru_cache(maxsize=64)
def stamps(profile: Profile, encoding: Encoding) -> tuple[tuple[int, bytes], ...]:
    """Return the elements that state what was done, by tag (PS3.15 E.1.1, PS3.16 CID 7050)."""
    codes = [_BASIC_CODE, *sorted(SUPPORTED_OPTIONS[option] for option in profile.options)]
    texts = {
        0x00120062: ("CS", "YES"),
        0x00120063: ("LO", f"scanloft {profile.name} v{profile.version}\\{_METHOD}"),
        0x00280303: ("CS", _temporal_information(profile)),
    }
    elements = {tag: _text(encoding, tag, vr, text) for tag, (vr, text) in texts.items()}
    items = (_code_item(encoding, value, meaning) for value, meaning in codes)
    elements[0x00120064] = encoding.sequence(0x00120064, items)
    return tuple(elements.items())


def _temporal_information(profile: Profile) -> str:
    if "rtn_long_full_dates" in profile.options:
        return "UNMODIFIED"
    return "MODIFIED" if "rtn_long_modif_dates" in profile.options else "REMOVED"


def _code_item(encoding: Encoding, value: str, meaning: str) -> bytes:
    return (
        _text(encoding, 0x00080100, "SH", value)
        + _text(encoding, 0x00080102, "SH", "DCM")
        + _text(encoding, 0x00080104, "LO", meaning)
    )


def _text(encoding: Encoding, tag: int, vr: str, text: str) -> bytes:
    return encoding.element(tag, vr, pad(text.encode(), vr))
