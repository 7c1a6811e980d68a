"""What an output says about itself: how it was de-identified."""

from functools import lru_cache

from scanloft.deid.encode import Encoding, pad
from scanloft.deid.profile import SUPPORTED_OPTIONS, Profile

_BASIC_CODE = ("113100", "Basic Application Confidentiality Profile")
_METHOD = "PS3.15 Basic Application Level Confidentiality Profile"


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
