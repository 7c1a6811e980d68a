"""Resources: made, described, listed, deleted and brought back."""

from dataclasses import replace
from typing import Annotated, Literal

from pydantic import Field

from functions.api.edge.clock import timestamp
from functions.api.edge.pages import Page, page
from functions.api.edge.request import Answer, Request
from functions.api.edge.shapes import Body, Shown
from functions.api.hierarchy.sites import sites_of
from functions.api.resources.place import any_resource_of, label_of, place_of, resource_of
from functions.api.services import Services
from scanloft.core.annotations import Change, Resource
from scanloft.core.errors import Conflict, Gone
from scanloft.core.resource_names import LABEL, resource_name
from scanloft.core.retention import is_kept, kept_until

Word = Annotated[str, Field(pattern=r"^[A-Za-z0-9 ._+/-]{0,64}$")]
"""A word for what the files are: letters and digits, as it may end up in logs and reports."""


class Description(Body):
    """What the files of a resource are, as "NIFTI" and "segmentations"."""

    format: Word = ""
    content: Word = ""


class Labels(Page):
    """Which page of the resources: those after a label; or of those that were deleted."""

    after: Annotated[str, Field(pattern=LABEL)] | None = None
    deleted: Literal["true", "false"] = "false"


class ResourceShown(Shown):
    """A resource; a deleted one can be brought back until a time."""

    label: str
    format: str
    content: str
    created_at: str
    created_by: str
    deleted_at: str | None = None
    deleted_by: str | None = None
    until: str | None = None


class ResourcePage(Shown):
    """A page of resources."""

    resources: list[ResourceShown]
    next: str | None


def listed(services: Services, request: Request) -> Answer:
    """A page of the resources of a project, subject, session or scan, by label.

    Raises:
        NotFound, Gone: there is no such thing, or it was deleted.
    """
    place, wanted = place_of(services, request), request.asked(Labels)
    found = services.resources.resources(
        place.project,
        place.level,
        place.owner,
        after=wanted.after,
        page_size=wanted.reads,
        deleted=True,
    )
    chosen = (one for one in found if one.is_deleted == (wanted.deleted == "true"))
    entries, following = page(chosen, limit=wanted.limit, place=lambda one: one.label)
    return Answer(ResourcePage(resources=[_shown(one) for one in entries], next=following))


def show(services: Services, request: Request) -> Answer:
    """One resource.

    Raises:
        NotFound, Gone: there is none of this label, or it was deleted.
    """
    return _answer(resource_of(services, request))


def put(services: Services, request: Request) -> Answer:
    """Makes a resource, or says anew what its files are; its files are left alone.

    Raises:
        NotFound, Gone: there is no such thing for it to belong to, or it was deleted.
        Conflict: a resource of this label was deleted and is still kept.
        Outdated: it was changed since the caller read it.
    """
    place, label = place_of(services, request), label_of(request)
    there = services.resources.resource(place.project, place.level, place.owner, label)
    if there is not None and there.is_deleted:
        raise Conflict(
            "A resource of this label was deleted and is kept for some days: bring it back, or "
            "choose another label."
        )
    before = there or Resource(
        place.project,
        place.level,
        place.owner,
        label,
        created_at=timestamp(services.now()),
        created_by=request.caller.user,
    )
    request.check_match(str(before.revision))
    said = request.body(Description)
    written = services.resources.put(replace(before, format=said.format, content=said.content))
    tell(services, written, "changed" if there else "created")
    return _answer(written)


def delete(services: Services, request: Request) -> Answer:
    """Deletes a resource with its files; until a time it can be brought back with all of them.

    Raises:
        NotFound, Gone: there is none, or it was deleted already.
        Outdated: it was changed since the caller read it.
    """
    resource = resource_of(services, request)
    request.check_match(str(resource.revision))
    now = timestamp(services.now())
    buried = replace(
        resource, deleted_at=now, deleted_by=request.caller.user, until=kept_until(now)
    )
    # First the list that the sweep goes by: a crash in between leaves an entry that means nothing.
    services.trash.put_resource(buried)
    deleted = services.resources.put(buried)
    tell(services, deleted, "deleted")
    return _answer(deleted)


def restore(services: Services, request: Request) -> Answer:
    """Brings a deleted resource back with all its files; one that is there stays as it is.

    Raises:
        NotFound: there is none.
        Gone: it was deleted too long ago.
    """
    resource = any_resource_of(services, request)
    if not resource.is_deleted:
        return _answer(resource)
    if not is_kept(resource.until, now=services.now()):
        raise Gone("This resource was deleted too long ago: it cannot be brought back.")
    back = services.resources.put(replace(resource, deleted_at="", deleted_by="", until=""))
    services.trash.remove_resource(resource)
    tell(services, back, "restored")
    return _answer(back)


def tell(services: Services, resource: Resource, what: str) -> None:
    """Tells the change feed of the project what became of a resource."""
    name = resource_name(resource.level, resource.owner, resource.label)
    sites = sites_of(services, resource.project, resource.level, resource.owner)
    change = Change("resource", name, what, timestamp(services.now()), sites=sites)
    services.feed.append(resource.project, [change])


def _answer(resource: Resource) -> Answer:
    return Answer(_shown(resource), etag=str(resource.revision))


def _shown(resource: Resource) -> ResourceShown:
    return ResourceShown(
        label=resource.label,
        format=resource.format,
        content=resource.content,
        created_at=resource.created_at,
        created_by=resource.created_by,
        deleted_at=resource.deleted_at or None,
        deleted_by=resource.deleted_by or None,
        until=resource.until or None,
    )
