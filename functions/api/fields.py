"""The fields of a body and of a query: read one by one, each error names the field."""

import json
from collections.abc import Mapping
from typing import NoReturn

from scanloft.core.errors import InvalidRequest

Fields = Mapping[str, object]


def body_fields(body: bytes, *, allowed: tuple[str, ...]) -> Fields:
    """The fields of a JSON object; an empty body has none.

    Raises:
        InvalidRequest: not a JSON object, or one with a field that is not allowed.
    """
    try:
        content = json.loads(body or b"{}", parse_constant=_refuse_constant)
    except (ValueError, RecursionError):
        raise InvalidRequest("The body is not valid JSON (RFC 8259).") from None
    return _checked_names(content, what="The body", allowed=allowed)


def entry_fields(entry: object, *, what: str, allowed: tuple[str, ...]) -> Fields:
    """The fields of an object within a body, which `what` names.

    Raises:
        InvalidRequest: not an object, or one with a field that is not allowed.
    """
    return _checked_names(entry, what=what, allowed=allowed)


def query_fields(query: Mapping[str, str], *, allowed: tuple[str, ...]) -> Mapping[str, str]:
    """The query, if it has no other parameters.

    Raises:
        InvalidRequest: it has.
    """
    _checked_names(query, what="The query", allowed=allowed)
    return query


def text(fields: Fields, name: str, *, limit: int) -> str:
    """A field of 1 to `limit` printable characters.

    Raises:
        InvalidRequest: it is missing or something else.
    """
    value = fields.get(name)
    if not isinstance(value, str) or not 1 <= len(value) <= limit or not value.isprintable():
        raise InvalidRequest(f'"{name}" must be a text of 1 to {limit} printable characters.')
    return value


def whole(fields: Fields, name: str, *, least: int, most: int) -> int:
    """A field that is a whole number from `least` to `most`.

    Raises:
        InvalidRequest: it is missing or something else.
    """
    value = fields.get(name)
    if type(value) is not int or not least <= value <= most:
        raise InvalidRequest(f'"{name}" must be a whole number from {least} to {most}.')
    return value


def flag(fields: Fields, name: str) -> bool:
    """A field that is true or false, false where it is missing.

    Raises:
        InvalidRequest: it is something else.
    """
    value = fields.get(name, False)
    if not isinstance(value, bool):
        raise InvalidRequest(f'"{name}" must be true or false.')
    return value


def query_whole(query: Mapping[str, str], name: str, *, default: int, least: int, most: int) -> int:
    """A parameter of a query that is a whole number from `least` to `most`.

    Raises:
        InvalidRequest: it is something else.
    """
    value = query.get(name)
    if value is None:
        return default
    number = int(value) if value.isascii() and value.isdigit() and len(value) <= 10 else -1
    return whole({name: number}, name, least=least, most=most)


def _checked_names(content: object, *, what: str, allowed: tuple[str, ...]) -> Fields:
    """The object, if it holds allowed names only; others are not repeated: they may identify."""
    if not isinstance(content, Mapping):
        raise InvalidRequest(f"{what} must be a JSON object.")
    if not content.keys() <= set(allowed):
        names = ", ".join(f'"{name}"' for name in allowed) or "none"
        raise InvalidRequest(f"{what} has a field that is not known; known are: {names}.")
    return content


def _refuse_constant(_name: str) -> NoReturn:
    raise ValueError("NaN and Infinity are not JSON.")
