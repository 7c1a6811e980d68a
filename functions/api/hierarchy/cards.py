"""What people say of subjects, sessions and scans: the shapes of it, and how it is edited."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Annotated

from pydantic import Field

from functions.api.edge.clock import timestamp
from functions.api.edge.request import Request
from functions.api.edge.shapes import Body, Line, Shown, Text
from functions.api.hierarchy.sites import sites_of
from functions.api.services import Services
from scanloft.core.annotations import Card, Change, Level
from scanloft.core.custom_fields import FIELD_LIMIT, INTEGER_LIMIT, NAME, TEXT_LIMIT, edited
from scanloft.core.errors import Outdated
from scanloft.core.hierarchy import LABEL, Quality

NOTES_LIMIT = 4096
MARK_BYTES = 8

Label = Annotated[str, Field(max_length=64, pattern=f"^({LABEL.pattern})?$")]
"""Letters, digits, dots, hyphens, underscores and blanks within; "" is none."""
Notes = Annotated[Text, Field(max_length=NOTES_LIMIT)]
FieldName = Annotated[str, Field(pattern=f"^{NAME.pattern}$")]
FieldText = Annotated[Line, Field(max_length=TEXT_LIMIT)]
FieldInteger = Annotated[int, Field(ge=-INTEGER_LIMIT, le=INTEGER_LIMIT)]
FieldValue = FieldText | bool | FieldInteger | float
FieldEdits = Annotated[dict[FieldName, FieldValue | None], Field(max_length=FIELD_LIMIT)]
"""The values of custom fields by their names; null takes one away."""


class SubjectEdit(Body):
    """What is to be said of a subject from now on; what is left out stays."""

    label: Label = ""
    notes: Notes = ""
    fields: FieldEdits = Field(default_factory=dict)


class DataEdit(SubjectEdit):
    """The same of a session or scan."""

    quality: Quality = Quality.NONE


class CardShown(Shown):
    """What people say of something."""

    label: str
    notes: str
    fields: dict[str, str | bool | int | float]


class DataCardShown(CardShown):
    """What people say of a session or scan."""

    quality: Quality


def card_values(card: Card) -> dict[str, object]:
    """A card as `CardShown` takes it."""
    return {"label": card.label, "notes": card.notes, "fields": dict(card.fields)}


def data_card_values(card: Card) -> dict[str, object]:
    """A card as `DataCardShown` takes it."""
    return {**card_values(card), "quality": Quality(card.quality or Quality.NONE)}


def _with_edit(card: Card, edit: SubjectEdit, *, schema: Mapping[str, object]) -> Card:
    """The card as the edit wants it; its label is left to `_labelled`.

    Raises:
        InvalidRequest: a value that its field cannot hold.
        Conflict: a field that the project does not have, or a required one without a value.
    """
    changed = card
    if "notes" in edit.model_fields_set:
        changed = replace(changed, notes=edit.notes)
    if isinstance(edit, DataEdit) and "quality" in edit.model_fields_set:
        changed = replace(changed, quality=edit.quality.value)
    if "fields" in edit.model_fields_set:
        values = edited(schema, card.level, before=card.fields, changes=edit.fields)
        changed = replace(changed, fields=values)
    return changed


def _labelled(card: Card, edit: SubjectEdit) -> Card:
    """The card with the label that the edit wants."""
    return replace(card, label=edit.label) if "label" in edit.model_fields_set else card


def edited_cards(
    services: Services,
    edit: SubjectEdit,
    *,
    card: Card,
    here: Card | None,
    schema: Mapping[str, object],
) -> tuple[Card, Card | None]:
    """Both cards as the edit leaves them, written: what is said, and the label here of a share.

    `here` is the card in the project that it is seen from through a share, and None without one.

    Raises:
        InvalidRequest, Conflict, Outdated: as `_with_edit` and `written`.
    """
    wanted = _with_edit(card, edit, schema=schema)
    if here is None:
        wanted = _labelled(wanted, edit)
    else:
        here = written(services, _labelled(here, edit), before=here)
    return written(services, wanted, before=card), here


def written(services: Services, card: Card, *, before: Card) -> Card:
    """Writes an edited card over the one that was read; nothing where they are the same.

    Raises:
        Conflict: another subject or session has the label.
        Outdated: somebody else changed it since it was read.
    """
    if card == before:
        return before
    if card.level is Level.SCAN:
        return services.cards.put(card)
    return services.labels.put(
        card,
        before=before.label,
        now=int(services.now().timestamp()),
        mark=lambda: services.random(MARK_BYTES).hex(),
    )


def tell(services: Services, project: str, level: Level, name: str, *, what: str) -> None:
    """Tells the feed of a project that something of it changed, and whose data it is."""
    at, sites = timestamp(services.now()), sites_of(services, project, level, name)
    change = Change(kind=level.value, name=name, what=what, at=at, sites=sites)
    services.feed.append(project, [change])


def check_unchanged(request: Request, etag: str) -> None:
    """Lets pass who edits the card that they have read, where they say which that is (If-Match).

    An entity tag ends with the revision of what the images say, after a dot: images that arrive
    while somebody writes a note change that, and not the card.

    Raises:
        Outdated: the card was changed since.
    """
    wanted = request.headers.get("if-match")
    if wanted is None or wanted.strip() == "*":
        return
    tags = [tag.strip().removeprefix("W/").strip('"') for tag in wanted.split(",")]
    if etag.rpartition(".")[0] not in {tag.rpartition(".")[0] for tag in tags}:
        raise Outdated("This was changed since you read it: read it again, then edit that.")
