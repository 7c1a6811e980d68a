"""What a resource belongs to, from the path of a request: whether it is there, and is seen."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from functions.api.edge.request import Request
from functions.api.services import Services
from scanloft.contents.standing import hidden_by_level
from scanloft.core.annotations import Level, Resource
from scanloft.core.errors import Gone, InvalidRequest, NotFound
from scanloft.core.identifiers import is_uid
from scanloft.core.items import study_item
from scanloft.core.items_of_people import sessions_of_subject_partition, subject_item
from scanloft.core.model import Study
from scanloft.core.resource_names import is_label
from scanloft.core.tables import SORT_KEY

SUBJECT = re.compile(r"[A-Za-z0-9._-]{1,128}")


@dataclass(frozen=True, slots=True)
class Place:
    """What resources belong to, as `Resource` names it."""

    project: str
    level: Level
    owner: str


def place_of(services: Services, request: Request) -> Place:
    """What the path leads to, for a caller who may see it.

    Who is bound to a site sees what that site alone submitted, and nothing of the project itself:
    a file there may be about everybody.

    Raises:
        InvalidRequest: a part of the path that nothing can be called.
        NotFound: there is no such subject, session or scan, or the caller may not see it.
        Gone: it was deleted; only those are told who might see it.
    """
    place = _named(request)
    if "label" in request.path:
        label_of(request)
    study = _study(services, place)
    there = _is_there(services, request, place, study)
    if there is False or (there is None and request.presence.site):
        raise _not_found(place)
    if _is_hidden(services, place, study):
        raise Gone("This was deleted: who may delete can bring it back for some days.")
    if there is None:
        raise _not_found(place)
    return place


def resource_of(services: Services, request: Request) -> Resource:
    """The resource that the path names.

    Raises:
        InvalidRequest, NotFound: as `place_of`, or there is no such resource.
        Gone: as `place_of`, or the resource was deleted.
    """
    resource = any_resource_of(services, request)
    if resource.is_deleted:
        raise Gone("This resource was deleted: who may delete can bring it back for some days.")
    return resource


def any_resource_of(services: Services, request: Request) -> Resource:
    """The same, also where it was deleted and can still be brought back.

    Raises:
        InvalidRequest, NotFound, Gone: as `place_of`, or there is no such resource.
    """
    place, label = place_of(services, request), label_of(request)
    resource = services.resources.resource(place.project, place.level, place.owner, label)
    if resource is None:
        raise NotFound("There is no resource of this label here.")
    return resource


def label_of(request: Request) -> str:
    """The label in the path.

    Raises:
        InvalidRequest: no resource can have it.
    """
    label = request.path["label"]
    if not is_label(label):
        raise InvalidRequest(
            "The label of a resource has 1 to 64 letters, digits, dots, hyphens and underscores, "
            "and starts with a letter or a digit."
        )
    return label


def _named(request: Request) -> Place:
    path = request.path
    if "study" in path:
        uids = [path["study"], path["series"]] if "series" in path else [path["study"]]
        if not all(map(is_uid, uids)):
            raise InvalidRequest("A session or a scan is named by its UID: digits and dots.")
        return Place(path["project"], Level.SCAN if uids[1:] else Level.SESSION, "/".join(uids))
    if "subject" in path:
        return Place(path["project"], Level.SUBJECT, _subject(path["subject"]))
    return Place(path["project"], Level.PROJECT, "")


def _subject(name: str) -> str:
    if name in (".", ".."):
        raise InvalidRequest("A subject is named by letters, digits, dots and hyphens.")
    if SUBJECT.fullmatch(name) is None:
        raise NotFound("There is no such subject in this project.")
    return name


def _study(services: Services, place: Place) -> Study | None:
    """The session that it is, or that it lies in."""
    if place.level not in (Level.SESSION, Level.SCAN):
        return None
    return services.instances.study(place.project, _study_uid(place))


def _study_uid(place: Place) -> str:
    return place.owner.partition("/")[0]


def _is_there(
    services: Services, request: Request, place: Place, study: Study | None
) -> bool | None:
    """Whether the caller sees it; None where there is none, False where it is another's."""
    sees = request.presence.sees
    if place.level is Level.PROJECT:
        return not request.presence.site
    if place.level is Level.SUBJECT:
        return _subject_is_there(services, request, place)
    study_uid, _, series_uid = place.owner.partition("/")
    if place.level is Level.SCAN:
        series = services.instances.series(place.project, study_uid, series_uid)
        return sees(series.sites) if series else None
    return sees(study.sites) if study else None


def _subject_is_there(services: Services, request: Request, place: Place) -> bool | None:
    if services.rows.get(subject_item(place.project, place.owner)) is None:
        return None
    if not request.presence.site:
        return True
    return request.presence.sees(_sites_of_subject(services, place))


def _sites_of_subject(services: Services, place: Place) -> Iterable[str]:
    """The sites that submitted something of a subject."""
    links = services.rows.query(sessions_of_subject_partition(place.project, place.owner))
    keys = [study_item(place.project, link[SORT_KEY]) for link in links]
    return {site for row in services.rows.get_many(keys).values() for site in row["sites"]}


def _is_hidden(services: Services, place: Place, study: Study | None) -> bool:
    """Whether it was deleted, or what it lies in: of a session that is the subject, too."""
    if place.level is Level.PROJECT:
        return False
    if place.level is not Level.SESSION and services.tombstones.one(
        place.project, place.level, place.owner
    ):
        return True
    if place.level is Level.SUBJECT:
        return False
    found = hidden_by_level(services.shelves, place.project, _study_uid(place), study)
    return found is not None


def _not_found(place: Place) -> NotFound:
    if place.level is Level.PROJECT:
        return NotFound("The resources of the project itself are not open to you.")
    return NotFound(f"There is no such {place.level} in this project.")
