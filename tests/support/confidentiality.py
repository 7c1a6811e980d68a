"""What PS3.15 Table E.1-1 asks for, read from the table alone: the oracle of the engine's rules."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import scanloft.deid

_DATA = Path(scanloft.deid.__path__[0]) / "data"
OPTIONS = (
    "rtn_uids", "rtn_dev_id", "rtn_inst_id", "rtn_pat_chars", "rtn_long_full_dates",
    "rtn_long_modif_dates", "clean_desc", "clean_struct_cont", "clean_graph", "rtn_safe_priv",
)  # fmt: skip
# PS3.16 CID 7050.
CODES = {
    "clean_pixel": "113101",
    "clean_graph": "113103",
    "clean_struct_cont": "113104",
    "clean_desc": "113105",
    "rtn_long_full_dates": "113106",
    "rtn_long_modif_dates": "113107",
    "rtn_pat_chars": "113108",
    "rtn_dev_id": "113109",
    "rtn_uids": "113110",
    "rtn_safe_priv": "113111",
    "rtn_inst_id": "113112",
}


@dataclass(frozen=True, slots=True)
class Attribute:
    """One row of a single attribute: VR, basic code, and code by option."""

    tag: int
    name: str
    vr: str
    basic: str
    codes: Mapping[str, str]


@cache
def attributes() -> tuple[Attribute, ...]:
    """The rows but those of repeating groups and of private attributes."""
    lines = [
        line.split("\t")
        for line in (_DATA / "ps3.15-table-e1-1.tsv").read_text("utf-8").splitlines()
        if not line.startswith("#")
    ]
    columns = lines[0]
    found = []
    for fields in lines[1:]:
        row = dict(zip(columns, fields, strict=True))
        tag = row["tag"].replace(",", "")
        if len(tag) == 8 and "x" not in tag:
            codes = {option: row[option] for option in OPTIONS if row[option]}
            # The table states no VR for (0040,E012), whose value is a URI.
            found.append(
                Attribute(int(tag, 16), row["name"], row["vr"] or "UR", row["basic"], codes)
            )
    return tuple(found)


TEXT_VRS = frozenset({"AE", "CS", "LO", "LT", "SH", "ST", "UC", "UT"})
# PS3.15 E.3.10: what is replaced by pseudonyms in any case.
PSEUDONYMOUS = frozenset({0x00100010, 0x00100020})
# The table removes what presentation states must have (PS3.3 C.11.10, Type 1): a dummy is as safe.
REMOVED_BUT_REQUIRED = frozenset({0x00700082, 0x00700083})


def expected(attribute: Attribute, options: frozenset[str]) -> str:
    """What the table asks for: kept, shifted, cleaned, entered, hidden or pseudonymous.

    Where an option keeps and another cleans the same date, it is moved, as that shows less. A
    time of day is kept with moved dates. What is neither text, date nor sequence cannot be
    cleaned, so it is hidden.
    """
    if attribute.tag in PSEUDONYMOUS:
        return "pseudonymous"
    codes = {attribute.codes[option] for option in options if option in attribute.codes}
    if "rtn_long_modif_dates" in options and "rtn_long_modif_dates" in attribute.codes:
        if attribute.vr in ("DA", "DT"):
            return "shifted"
        if attribute.vr in ("TM", "SH"):
            return "kept"
    if "K" in codes:
        return "entered" if attribute.vr == "SQ" else "kept"
    if "C" in codes and attribute.vr == "SQ":
        return "entered"
    if "C" in codes and attribute.vr in TEXT_VRS:
        return "cleaned"
    return "hidden"


def hidden_how(attribute: Attribute) -> frozenset[str]:
    """The forms in which a hidden attribute may be: absent, empty, dummy or replaced.

    PS3.15 E.1.1: a conditional code depends on the Type, so each of its codes may be the one.
    """
    if attribute.vr == "UI" and attribute.basic in ("U", "D"):
        return frozenset({"replaced"})
    forms = {"X": "absent", "Z": "empty", "D": "dummy", "U*": "entered"}
    allowed = {forms[code] for code in attribute.basic.split("/")}
    if attribute.tag in REMOVED_BUT_REQUIRED:
        allowed.add("dummy")
    return frozenset(allowed)
