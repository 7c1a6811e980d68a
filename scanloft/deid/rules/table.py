"""The rows of PS3.15 Table E.1-1 and the Types of PS3.3 that settle its conditional codes."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files

OPTION_COLUMNS = (
    "rtn_uids",
    "rtn_dev_id",
    "rtn_inst_id",
    "rtn_pat_chars",
    "rtn_long_full_dates",
    "rtn_long_modif_dates",
    "clean_desc",
    "clean_struct_cont",
    "clean_graph",
)


@dataclass(frozen=True, slots=True)
class Row:
    """One attribute of the table: its VR, basic code and the code of each option that has one."""

    vr: str
    basic: str
    codes: Mapping[str, str]


@cache
def rows_by_tag() -> Mapping[int, Row]:
    """Return the rows of single attributes; private, 50xx and 60xx are rules, not rows."""
    lines = _lines("ps3.15-table-e1-1.tsv")
    columns = next(lines)
    places = [(column, columns.index(column)) for column in OPTION_COLUMNS]
    rows = {}
    for fields in lines:
        tag = fields[0].replace(",", "")
        if "x" not in tag and len(tag) == 8:
            codes = {column: fields[place] for column, place in places if fields[place]}
            # The table gives no VR to one attribute, (0040,E012), which is a URI.
            rows[int(tag, 16)] = Row(fields[2] or "UR", fields[3], codes)
    return rows


@lru_cache(maxsize=256)
def types_by_tag(sop_class_uid: str) -> Mapping[int, str] | None:
    """Return the Types 1, 1C, 2 and 2C at the top level of an IOD; None for an unknown class."""
    for fields in _lines("iod-types.tsv"):
        if sop_class_uid in fields[0].split(","):
            pairs = (pair.split("=") for pair in fields[1].split())
            return {int(tag, 16): kind for tag, kind in pairs}
    return None


@cache
def nested_types() -> Mapping[tuple[int, int], str]:
    """Return the strictest Type of (innermost sequence, attribute)."""
    lines = _lines("nested-types.tsv")
    next(lines)
    return {(int(sequence, 16), int(tag, 16)): kind for sequence, tag, kind in lines}


def _lines(name: str) -> Iterator[list[str]]:
    content = (files("scanloft.deid") / "data" / name).read_text("utf-8")
    return (line.split("\t") for line in content.splitlines() if not line.startswith("#"))
