"""What owners set about a project: its names, who else may see it, its sites and fields."""

from dataclasses import replace
from typing import Annotated, Any

from pydantic import Field

from functions.api.edge.clock import timestamp
from functions.api.edge.request import Answer, Request
from functions.api.edge.shapes import Body, Text, Title
from functions.api.projects import profiles, shown
from functions.api.projects.fields import Fields, checked_fields
from functions.api.projects.sizes import check_size
from functions.api.services import Services
from scanloft.core.annotations import Change
from scanloft.core.errors import Conflict
from scanloft.core.identifiers import SITE
from scanloft.core.model import Accessibility, Prearchive, Project
from scanloft.core.project_names import folded, names_of

DESCRIPTION_LIMIT = 4096
ROUTING_LIMIT = 16 * 1024
ALIAS_LIMIT = 10
SITE_LIMIT = 100
ALIAS = r"[A-Za-z0-9](?:[A-Za-z0-9._ -]{0,62}[A-Za-z0-9])?"

Alias = Annotated[str, Field(pattern=f"^{ALIAS}$")]
Site = Annotated[str, Field(pattern=f"^{SITE.pattern}$")]
"""A centre of a study: 1 to 32 small letters, digits and hyphens."""
Description = Annotated[Text, Field(max_length=DESCRIPTION_LIMIT)]
Routing = Annotated[Text, Field(max_length=ROUTING_LIMIT)]


class ProjectChange(Body):
    """What is to be changed; what is left out, or null, stays as it is."""

    title: Title | None = None
    description: Description | None = None
    aliases: Annotated[list[Alias], Field(max_length=ALIAS_LIMIT)] | None = None
    accessibility: Accessibility | None = None
    prearchive: Prearchive | None = None
    sites: Annotated[list[Site], Field(max_length=SITE_LIMIT)] | None = None
    fields: Fields | None = None
    routing: Routing | None = None


def change(services: Services, request: Request) -> Answer:
    """Changes a project; names are claimed before it bears them, and freed after.

    Raises:
        Conflict: a name that is taken, a site that members are bound to, or too much to keep.
        Forbidden: data that may identify patients would be shown to others than members.
        Outdated: it was changed since it was read.
    """
    before = request.presence.project
    member = shown.membership(request)
    request.check_match(shown.etag(before, member))
    wanted = _wanted(before, request.body(ProjectChange))
    if wanted == before:
        return shown.answer(before, member, manages=True)
    check_size(wanted)
    opens = wanted.accessibility is not before.accessibility
    if opens and wanted.accessibility is Accessibility.PUBLIC:
        profiles.check_may_open(before, request)
    _check_sites(services, before, wanted)
    now = services.now()
    old, new = names_of(before), names_of(wanted)
    services.names.claim(new - old, before.name, revision=before.revision, now=int(now.timestamp()))
    after = services.projects.update(wanted)
    services.names.release(old - new, after.name, revision=after.revision)
    told = Change(kind="project", name=after.name, what="changed", at=timestamp(now))
    services.feed.append(after.name, [told])
    return shown.answer(after, member, manages=True)


def _wanted(project: Project, changes: ProjectChange) -> Project:
    plain = changes.model_dump(mode="python", exclude_none=True)
    values: dict[str, Any] = {**plain}
    if changes.aliases is not None:
        values["aliases"] = _distinct(changes.aliases)
    if changes.sites is not None:
        values["sites"] = tuple(sorted(set(changes.sites)))
    if changes.fields is not None:
        values["fields"] = checked_fields(changes.fields)
    return replace(project, **values)


def _distinct(aliases: list[str]) -> tuple[str, ...]:
    """The aliases in order, each once, however it is written."""
    first: dict[str, str] = {}
    for alias in aliases:
        first.setdefault(folded(alias), alias)
    return tuple(first.values())


def _check_sites(services: Services, before: Project, wanted: Project) -> None:
    """Raises Conflict where somebody is bound to a site that would be gone."""
    gone = set(before.sites) - set(wanted.sites)
    if not gone:
        return
    if any(member.site in gone for member in services.projects.members(before.name)):
        raise Conflict("Members are bound to a site that would be gone: bind them to another.")
