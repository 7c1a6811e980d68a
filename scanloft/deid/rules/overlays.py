"""What happens to the elements of overlay planes (60xx) where a profile keeps them."""

from scanloft.deid.rules.verdicts import Action, Verdict

# What an overlay plane is made of (PS3.3 C.9.2); its texts are cleaned.
_OVERLAY_KEPT = frozenset({0x0010, 0x0011, 0x0015, 0x0040, 0x0045, 0x0050, 0x0051, 0x0100, 0x0102})
_OVERLAY_KEPT |= {0x1301, 0x1302, 0x1303, 0x3000}
_OVERLAY_TEXTS = {0x0022: "LO", 0x1500: "LO", 0x4000: "LT"}
_OVERLAY_VRS = {0x0040: "CS", 0x0045: "LO", 0x0050: "SS", 0x0015: "IS", 0x1302: "DS", 0x1303: "DS"}
_OVERLAY_VRS |= {0x1301: "IS", 0x3000: "OW"}
_TEXT_VRS = frozenset({"AS", "LO", "LT", "SH", "ST", "UC", "UT"})


def judge_overlay(number: int, written_vr: str | None) -> Verdict:
    """Return what happens to an element by its last four digits (PS3.3 C.9.2, PS3.15 E.3.2)."""
    if number in _OVERLAY_TEXTS and written_vr in (None, "UN", *_TEXT_VRS):
        return Verdict(Action.CLEAN_TEXT, _OVERLAY_TEXTS[number])
    vr = _OVERLAY_VRS.get(number, "US")
    if number not in _OVERLAY_KEPT or written_vr not in (None, vr, "OB" if vr == "OW" else vr):
        return Verdict(Action.REMOVE, "UN")
    return Verdict(Action.KEEP, written_vr or vr, searched=vr == "LO")
