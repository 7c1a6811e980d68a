"""CTP's lookup tables: `keytype/key = value`, one to a line."""

from collections.abc import Mapping

from scanloft.deid.ctp.properties import PropertyLine, logical_lines, split_at, unescape
from scanloft.deid.ctp.refusal import lookup_refused

_FORM = "write keytype/key = value, such as ptid/1234 = SUBJECT-1"
_INDIRECTIONS = 10


class NotListedError(LookupError):
    """A key that the table does not have."""


def parse_lookup(text: str) -> dict[str, str]:
    """Read a table in CTP's properties form, keyed by "keytype/key".

    Raises InvalidProfile, naming the line: two columns, no key type, no value, a second value.
    """
    table: dict[str, str] = {}
    lines: dict[str, int] = {}
    for line in logical_lines(text.removeprefix("\ufeff")):
        if line.text.startswith(("#", "!")):
            continue
        key, value = _entry(line)
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
    wanted = f"{key_type.strip()}/{key.strip()}"
    for _ in range(_INDIRECTIONS):
        value = table.get(wanted)
        if value is None:
            break
        if not (value.startswith("@") and "/" in value):
            return value.strip()
        wanted = value[1:].strip()
    raise NotListedError


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
