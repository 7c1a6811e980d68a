"""The custom fields that a project gives its subjects, sessions and scans."""

from collections.abc import Mapping
from typing import Annotated

from pydantic import Field

from functions.api.edge.shapes import Body, Line
from scanloft.core.custom_fields import CHOICE_LIMIT, FIELD_LIMIT, FieldType
from scanloft.core.errors import Conflict

FieldName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,31}$")]
Choice = Annotated[Line, Field(min_length=1, max_length=64)]


class CustomField(Body):
    """A custom field; `choices` are those of a choice, and of nothing else."""

    name: FieldName
    type: FieldType
    required: bool = False
    choices: Annotated[tuple[Choice, ...], Field(max_length=CHOICE_LIMIT)] = ()


FieldList = Annotated[tuple[CustomField, ...], Field(max_length=FIELD_LIMIT)]


class Fields(Body):
    """The custom fields of each level."""

    subject: FieldList = ()
    session: FieldList = ()
    scan: FieldList = ()


def checked_fields(schema: Fields) -> Mapping[str, object]:
    """The schema as it is kept, levels without fields left out.

    Raises:
        Conflict: two fields of one name, a choice of nothing, or choices of what is no choice.
    """
    levels = {"subject": schema.subject, "session": schema.session, "scan": schema.scan}
    for fields in levels.values():
        _check(fields)
    return {
        level: [field.model_dump(mode="json", exclude_defaults=True) for field in fields]
        for level, fields in levels.items()
        if fields
    }


def _check(fields: tuple[CustomField, ...]) -> None:
    if len({field.name for field in fields}) < len(fields):
        raise Conflict("Two custom fields of one level have the same name: rename one.")
    if any((field.type is FieldType.CHOICE) is not bool(field.choices) for field in fields):
        raise Conflict('A custom field has "choices" where its type is choice, and only there.')
