"""Dummy values, one for each VR: constant, so that they tell nothing, and valid (PS3.5 6.2)."""

_TEXT = b"REMOVED "
_EIGHT_ZEROS = b"\0" * 8
_BY_VR = {
    "AS": b"000Y",
    "AT": b"\0" * 4,
    "DA": b"19000101",
    "DS": b"0 ",
    "DT": b"19000101000000",
    "FD": _EIGHT_ZEROS,
    "FL": b"\0" * 4,
    "IS": b"0 ",
    "SL": b"\0" * 4,
    "SQ": b"",
    "SS": b"\0\0",
    "SV": _EIGHT_ZEROS,
    "TM": b"000000",
    "UL": b"\0" * 4,
    "UR": b"urn:removed ",
    "US": b"\0\0",
    "UV": _EIGHT_ZEROS,
    **dict.fromkeys(("AE", "CS", "LO", "LT", "PN", "SH", "ST", "UC", "UT"), _TEXT),
    **dict.fromkeys(("OB", "OW", "OF", "OL", "OD", "OV", "UN"), _EIGHT_ZEROS),
}


def dummy(vr: str) -> bytes:
    """Return the dummy of a VR, of even length; a sequence becomes one without items."""
    return _BY_VR[vr]
