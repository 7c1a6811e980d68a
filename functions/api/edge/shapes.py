"""The shapes of bodies, queries and answers: one model each, for checking and for OpenAPI."""

import json
from typing import Annotated, Any, NoReturn, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from scanloft.core.errors import InvalidRequest

FAULTS_SHOWN = 3
KNOWN_NAME_LENGTH = 64


class Body(BaseModel):
    """The body of a request: JSON of exactly these fields and types."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)


class Query(BaseModel):
    """The query of a request: exactly these parameters, texts that are read as their types."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class Shown(BaseModel):
    """Something that an answer shows."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Empty(Body):
    """A body without fields; none at all will do."""


HIDDEN = r"\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff"
"""Characters that do not show, or change how others show."""
PRINTABLE = rf"^[^\x00-\x1f{HIDDEN}]*$"
Line = Annotated[str, Field(pattern=PRINTABLE)]
"""A text in one line; give it a `Field` with its length."""
Text = Annotated[str, Field(pattern=rf"^[^\x00-\x08\x0b-\x1f{HIDDEN}]*$")]
"""A text that may have several lines."""
BLANK = r"\x20\xa0\u1680\u2000-\u200a\u202f\u205f\u3000"
VISIBLE = rf"^[^\x00-\x1f{HIDDEN}{BLANK}][^\x00-\x1f{HIDDEN}]*$"
Title = Annotated[str, Field(min_length=1, max_length=128, pattern=VISIBLE)]
"""A line that begins with something that can be seen."""

Shape = TypeVar("Shape", bound=BaseModel)


def parsed(shape: type[Shape], raw: bytes) -> Shape:
    """The body, read as the shape; an empty one as that of no fields.

    Raises:
        InvalidRequest: it is not JSON, or not of this shape; the fields at fault are named.
    """
    try:
        return shape.model_validate_json(_normal(raw or b"{}"))
    except (ValueError, RecursionError) as error:
        if not isinstance(error, ValidationError):
            raise InvalidRequest("The body is not valid JSON (RFC 8259).") from None
        raise _refusal(error, shape, what="The body") from None


def asked(shape: type[Shape], query: dict[str, str]) -> Shape:
    """The query, read as the shape.

    Raises:
        InvalidRequest: it has another parameter, or one that cannot be read.
    """
    try:
        return shape.model_validate(query)
    except ValidationError as error:
        raise _refusal(error, shape, what="The query") from None


def _normal(raw: bytes) -> str:
    """The JSON with whole numbers written as such: to JSON, 5.0 is one too (RFC 8259 6).

    Raises:
        ValueError, RecursionError: it is not JSON, or nested beyond all reason.
    """
    content = json.loads(raw, parse_float=_number, parse_constant=_refuse_constant)
    return json.dumps(content)


def _number(text: str) -> float | int:
    number = float(text)
    return int(number) if number.is_integer() else number


def _refuse_constant(_name: str) -> NoReturn:
    raise ValueError("NaN and Infinity are not JSON.")


def _refusal(error: ValidationError, shape: type[BaseModel], *, what: str) -> InvalidRequest:
    """Says which fields are at fault and why; never repeats what they hold."""
    faults = error.errors(include_url=False, include_input=False, include_context=False)
    if any(fault["type"] == "json_invalid" for fault in faults):
        return InvalidRequest(f"{what} is not valid JSON (RFC 8259).")
    if any(fault["type"] == "extra_forbidden" and len(fault["loc"]) == 1 for fault in faults):
        return InvalidRequest(f"{what} has a field that is not known; known are: {_names(shape)}.")
    said = "; ".join(_said(fault) for fault in faults[:FAULTS_SHOWN])
    return InvalidRequest(f"{what} cannot be used: {said}.")


def _names(shape: type[BaseModel]) -> str:
    fields = shape.model_fields.items()
    return ", ".join(f'"{field.alias or name}"' for name, field in fields) or "none"


def _said(fault: Any) -> str:
    place = ".".join(map(_shown_place, fault["loc"])) or "it"
    message = fault["msg"].removeprefix("Value error, ")
    return f'"{place}": {message[0].lower()}{message[1:]}'


def _shown_place(part: str | int) -> str:
    text = str(part)
    fits = text.isascii() and text.isidentifier() and len(text) <= KNOWN_NAME_LENGTH
    return text if fits or isinstance(part, int) else "?"
