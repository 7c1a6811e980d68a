"""Custom fields: what a project wants to know of its subjects, sessions and scans.

The schema of a project is {"session": [{"name": "visit", "type": "integer", "required": true}]},
each field of type text, integer, number, date, flag or choice (with "choices").
"""

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from scanloft.core.annotations import Level
from scanloft.core.errors import Conflict, InvalidRequest

Value = str | int | float | bool

NAME = re.compile(r"[a-z][a-z0-9_]{0,31}")
DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
FIELD_LIMIT = 64
CHOICE_LIMIT = 100
TEXT_LIMIT = 1024
INTEGER_LIMIT = 2**53
LEVELS = (Level.SUBJECT, Level.SESSION, Level.SCAN)


class FieldType(StrEnum):
    """What a field holds; a date is "2026-01-31", a flag true or false."""

    TEXT = "text"
    INTEGER = "integer"
    NUMBER = "number"
    DATE = "date"
    FLAG = "flag"
    CHOICE = "choice"


@dataclass(frozen=True, slots=True)
class CustomField:
    """One field of a level."""

    name: str
    type: FieldType
    required: bool = False
    choices: tuple[str, ...] = ()


def checked_fields(schema: Mapping[str, object]) -> dict[Level, tuple[CustomField, ...]]:
    """The fields of a schema, by level.

    Raises:
        InvalidRequest: it is no such schema; the level and the place at fault are named.
    """
    unknown = set(schema) - {level.value for level in LEVELS}
    if unknown:
        raise InvalidRequest(
            "Custom fields are those of a level: subject, session or scan. Take out the others."
        )
    return {Level(level): _checked_level(level, entries) for level, entries in schema.items()}


def edited(
    schema: Mapping[str, object],
    level: Level,
    *,
    before: Mapping[str, Value],
    changes: Mapping[str, Value | None],
) -> dict[str, Value]:
    """The values of a card after some were set, or taken away by None.

    Raises:
        InvalidRequest: a value that its field cannot hold, as a bad date or a bad integer.
        Conflict: a field that the project does not have, or a required one that lacks a value.
    """
    field_by_name = {field.name: field for field in checked_fields(schema).get(level, ())}
    if set(changes) - set(field_by_name) - set(before):
        raise Conflict(
            f"The project has no such field for a {level}: an owner adds it to the project's "
            "fields first."
        )
    values = dict(before)
    for name, value in changes.items():
        if value is None:
            values.pop(name, None)
        elif name in field_by_name:
            values[name] = _checked_value(field_by_name[name], value)
        elif before.get(name) != value:
            raise Conflict("The project has this field no more: it can be taken away only.")
    required = [field.name for field in field_by_name.values() if field.required]
    lacking = [name for name in required if name not in values]
    if lacking:
        raise Conflict(f"These fields are required: {', '.join(lacking)}. Give each a value.")
    return values


def accepted(
    schema: Mapping[str, object], level: Level, values: Mapping[str, Value]
) -> dict[str, Value]:
    """Those of the values that the fields of a project can hold: for what comes from another."""
    field_by_name = {field.name: field for field in checked_fields(schema).get(level, ())}
    kept: dict[str, Value] = {}
    for name, value in values.items():
        field = field_by_name.get(name)
        if field is not None and _fits(field, value):
            kept[name] = value
    return kept


def _checked_level(level: str, entries: object) -> tuple[CustomField, ...]:
    if not isinstance(entries, Sequence) or isinstance(entries, str):
        raise InvalidRequest(f'The custom fields of a {level} are a list of {{"name", "type"}}.')
    if len(entries) > FIELD_LIMIT:
        raise InvalidRequest(f"A {level} has at most {FIELD_LIMIT} custom fields.")
    fields = tuple(
        _checked_field(entry, place=f"Custom field {number} of a {level}")
        for number, entry in enumerate(entries, start=1)
    )
    if len({field.name for field in fields}) != len(fields):
        raise InvalidRequest(f"Two custom fields of a {level} have one name: rename one of them.")
    return fields


def _checked_field(entry: object, *, place: str) -> CustomField:
    if not isinstance(entry, Mapping) or set(entry) - {"name", "type", "required", "choices"}:
        raise InvalidRequest(f'{place} has "name" and "type", and may have "required", "choices".')
    name, kind = entry.get("name"), entry.get("type")
    required, choices = entry.get("required", False), entry.get("choices", ())
    if not isinstance(name, str) or NAME.fullmatch(name) is None:
        raise InvalidRequest(
            f"{place} needs a name of 1 to 32 small letters, digits and _, a letter first."
        )
    if not isinstance(kind, str) or kind not in set(FieldType):
        raise InvalidRequest(f"{place} needs a type: {', '.join(FieldType)}.")
    if not isinstance(required, bool):
        raise InvalidRequest(f'{place}: "required" is true or false.')
    return CustomField(name, FieldType(kind), required, _choices(kind, choices, place=place))


def _choices(kind: str, choices: object, *, place: str) -> tuple[str, ...]:
    if kind != FieldType.CHOICE:
        if choices:
            raise InvalidRequest(f'{place}: only a field of type choice has "choices".')
        return ()
    if isinstance(choices, Sequence) and not isinstance(choices, str):
        texts = tuple(each for each in choices if isinstance(each, str) and _is_text(each))
        if len(texts) == len(choices) and 1 <= len(texts) <= CHOICE_LIMIT:
            return texts
    raise InvalidRequest(f'{place} needs "choices": a list of 1 to {CHOICE_LIMIT} texts.')


def _checked_value(field: CustomField, value: Value) -> Value:
    if not _fits(field, value):
        raise InvalidRequest(f'The field "{field.name}" must be {SAID_BY_TYPE[field.type]}.')
    return value


def _fits(field: CustomField, value: Value) -> bool:
    if field.type is FieldType.CHOICE:
        return value in field.choices
    return FITS_BY_TYPE[field.type](value)


def _is_text(value: Value) -> bool:
    return isinstance(value, str) and len(value) <= TEXT_LIMIT and value.isprintable()


def _is_integer(value: Value) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and abs(value) <= INTEGER_LIMIT


def _is_number(value: Value) -> bool:
    if isinstance(value, float):
        return math.isfinite(value)
    return _is_integer(value)


def _is_date(value: Value) -> bool:
    if not isinstance(value, str) or DATE.fullmatch(value) is None:
        return False
    try:
        date.fromisoformat(value)
    except ValueError:
        return False
    return True


FITS_BY_TYPE: Mapping[FieldType, Callable[[Value], bool]] = {
    FieldType.TEXT: _is_text,
    FieldType.INTEGER: _is_integer,
    FieldType.NUMBER: _is_number,
    FieldType.DATE: _is_date,
    FieldType.FLAG: lambda value: isinstance(value, bool),
}
SAID_BY_TYPE: Mapping[FieldType, str] = {
    FieldType.TEXT: f"a text of at most {TEXT_LIMIT} printable characters",
    FieldType.INTEGER: "a whole number",
    FieldType.NUMBER: "a number",
    FieldType.DATE: 'a date such as "2026-01-31"',
    FieldType.FLAG: "true or false",
    FieldType.CHOICE: "one of its choices",
}
