"""CTP's lookup tables: `keytype/key = value`, one to a line."""

from collections.abc import Mapping

from scanloft.core.lookup import VALUE_FORM, follow, is_usable
from scanloft.deid.ctp.properties import PropertyLine, logical_lines, split_at, unescape
from scanloft.deid.ctp.refusal import lookup_refused

_FORM = "write keytype/key = value, such as ptid/1234 = SUBJECT-1"


def parse_lookup(text: str, *, gives_patient_ids: bool = False) -> dict[str, str]:
    """Read a table in CTP's properties form, keyed by "keytype/key".

    Raises InvalidProfile, naming the line: two columns, no key type, no value, a second value, and
    with `gives_patient_ids` a value that no Patient ID can have.
    """
    table: dict[str, str] = {}
    lines: dict[str, int] = {}
    for line in logical_lines(text.removeprefix("\ufeff")):
        if line.text.startswith(("#", "!")):
            continue
        key, value = _entry(line)
        if gives_patient_ids and not is_usable(value):
            raise lookup_refused(line.number, f"a value has {VALUE_FORM}, or is @keytype/key.")
        if table.get(key, value) != value:
            raise lookup_refused(
                line.number, f"another value for the key of line {lines[key]}: keep one of them."
            )
        table[key] = value
        lines.setdefault(key, line.number)
    if not table:
        raise lookup_refused(1, f"the table is empty: {_FORM}.")
    return table


def find(table: Mapping[str, str], key_type: str, key: str) -> str:
    """Return the value of a key; a value "@keytype/key" leads on, ten times at most.

    Raises NotListedError.
    """
    return follow(table, f"{key_type.strip()}/{key.strip()}")


def _entry(line: PropertyLine) -> tuple[str, str]:
    parts = split_at(line.text, "=") or split_at(line.text, ":")
    if parts is None:
        columns = any(mark in line.text for mark in ",;\t")
        found = (
            "columns, as of a CSV file, which CTP reads as an empty table" if columns else "no ="
        )
        raise lookup_refused(line.number, f"{found}: {_FORM}.")
    key, value = (unescape(part).strip() for part in parts)
    key_type, slash, name = (part.strip() for part in key.partition("/"))
    if not (key_type and slash and name):
        raise lookup_refused(line.number, f"no key type before the key: {_FORM}.")
    if not value:
        raise lookup_refused(line.number, f"no value: {_FORM}.")
    return f"{key_type}/{name}", value
