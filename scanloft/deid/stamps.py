"""What an output says about itself: how it was de-identified."""

from functools import lru_cache

from scanloft.deid.profiles.loosening import keeps_date, loosening_rules, moves_dates
from scanloft.deid.profiles.options import OPTIONS
from scanloft.deid.profiles.profile import Base, Profile
from scanloft.deid.values.encode import Encoding, pad

_DCM, _OWN = "DCM", "99SCANLOFT"
"""Coding schemes: that of DICOM (PS3.16 8), and a private one (PS3.3 8.2)."""
_BASIC_CODE = (_DCM, "113100", "Basic Application Confidentiality Profile")
_SCRIPT_CODE = (_OWN, "ctp-script", "CTP DicomAnonymizer script")
_PIXEL_SCRIPT_CODE = (_OWN, "ctp-pixel-script", "CTP DicomPixelAnonymizer script")
_BASIC_METHOD = "PS3.15 Basic Application Level Confidentiality Profile"
_OTHER_METHODS = {
    Base.BASIC: "Rules of the project that keep more than PS3.15 E",
    Base.CTP: "CTP DicomAnonymizer script of the project",
}


@lru_cache(maxsize=64)
def stamps(
    profile: Profile,
    encoding: Encoding,
    *,
    pixels_known: bool = False,
    pixels_cleaned: bool = False,
) -> tuple[tuple[int, bytes], ...]:
    """Return the elements that state what was done, by tag (PS3.15 E.1.1, PS3.16 CID 7050).

    Scripts and options are recorded in the order in which they are applied.
    A profile that keeps more than the Basic Profile and its options does not claim to be it.
    `pixels_known` says that a device rule knows what the pixels show. Empty for a profile that
    changes nothing.
    """
    if profile.base is Base.NONE:
        return ()
    conforms = profile.base is Base.BASIC and not loosening_rules(profile)
    codes = [_SCRIPT_CODE] if profile.base is Base.CTP else []
    codes += [_BASIC_CODE] if conforms else []
    options = profile.options if pixels_known else profile.options - {"clean_pixel"}
    codes += sorted((_DCM, *OPTIONS[option]) for option in options)
    codes += [_PIXEL_SCRIPT_CODE] if pixels_cleaned and profile.pixel_script else []
    method = _BASIC_METHOD if conforms else _OTHER_METHODS[profile.base]
    texts = {
        0x00120062: ("CS", "YES"),
        0x00120063: ("LO", f"scanloft {profile.name} v{profile.version}\\{method}"),
        0x00280303: ("CS", _temporal_information(profile)),
    }
    if pixels_cleaned:
        texts[0x00280301] = ("CS", "NO")
    elements = {tag: _text(encoding, tag, vr, text) for tag, (vr, text) in texts.items()}
    if codes:
        items = (_code_item(encoding, *code) for code in codes)
        elements[0x00120064] = encoding.sequence(0x00120064, items)
    return tuple(sorted(elements.items()))


def _temporal_information(profile: Profile) -> str:
    """Return whether dates were modified (PS3.3 C.12.1): where some are moved, they were."""
    if profile.base is Base.CTP or moves_dates(profile):
        return "MODIFIED"
    kept = "rtn_long_full_dates" in profile.options or any(map(keeps_date, profile.rules))
    return "UNMODIFIED" if kept else "REMOVED"


def _code_item(encoding: Encoding, scheme: str, value: str, meaning: str) -> bytes:
    return (
        _text(encoding, 0x00080100, "SH", value)
        + _text(encoding, 0x00080102, "SH", scheme)
        + _text(encoding, 0x00080104, "LO", meaning)
    )


def _text(encoding: Encoding, tag: int, vr: str, text: str) -> bytes:
    return encoding.element(tag, vr, pad(text.encode(), vr))
