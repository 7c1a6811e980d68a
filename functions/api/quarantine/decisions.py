"""Deciding about quarantined objects: which, by whom, and who is told of it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from functions.api.edge.clock import timestamp
from functions.api.edge.record import SITE
from functions.api.edge.request import Answer, Request
from functions.api.projects.profiles import check_may_set, checked
from functions.api.quarantine.effects import Effects
from functions.api.quarantine.services import ReviewServices
from functions.api.quarantine.shapes import (
    ITEMS_LIMIT,
    Action,
    Decided,
    Decision,
    Outcome,
    Result,
)
from functions.api.quarantine.travel import Travel, projects_of
from scanloft.core.annotations import Change
from scanloft.core.errors import InvalidRequest
from scanloft.core.instructions import REVIEW_UPLOAD_PREFIX
from scanloft.core.model import AuditEntry, Project, QuarantineItem, Upload, UploadSource
from scanloft.core.roles import Right
from scanloft.deid.profiles.profile import Profile

RANDOM_BYTES = 8
DONE = frozenset({Outcome.SENT, Outcome.DELETED})
FEED_KIND = "quarantine"


@dataclass(frozen=True, slots=True)
class Chosen:
    """The items of a decision: those that there are, and those that are not; `more` wait too."""

    entries: list[QuarantineItem]
    absent: list[Result]
    more: bool = False


def decide(services: ReviewServices, request: Request) -> Answer:
    """Decides about objects that wait in a project.

    Raises:
        NotFound: the project to move to does not exist, or the caller is an outsider there.
        Forbidden: the caller may not submit there, or may not choose the profile.
        InvalidProfile: a profile that cannot be used.
    """
    return _decided(services, request, request.presence.project)


def decide_unassigned(services: ReviewServices, request: Request) -> Answer:
    """Decides about objects that wait for no project.

    Raises:
        InvalidRequest: an action that needs a project.
        NotFound: the project to move to does not exist.
    """
    if request.body(Decision).action is Action.RELEASE:
        raise InvalidRequest("What is in no project cannot be released: move it to one.")
    return _decided(services, request, None)


def _decided(services: ReviewServices, request: Request, source: Project | None) -> Answer:
    decision = request.body(Decision)
    profile = _checked(request)
    home = source.name if source else None
    target, site = _target(services, request, source)
    chosen = _chosen(services, decision, home)
    _mark(services, target, profile)
    upload = _new_upload(services) if decision.action is not Action.DELETE else ""
    _write_down(services, request, chosen, home=home, upload=upload)
    effects = Effects(services, home)
    if not upload:
        results = effects.delete(chosen.entries)
    else:
        travel = Travel(
            upload=upload,
            by=request.caller.user,
            decision=decision,
            target=target,
            moved=target is not source,
            site=site,
        )
        sendings, refused = travel.prepared(services, chosen.entries)
        _announce(services, request, projects_of(sendings), upload=upload, home=home)
        results = [*effects.send(sendings, moved=travel.moved), *refused]
    _tell(services, results, home=home, what=decision.action)
    return Answer(
        Decided(upload=upload or None, results=[*results, *chosen.absent], more=chosen.more)
    )


def _checked(request: Request) -> Profile | None:
    values = request.body(Decision).profile
    if values is None:
        return None
    profile = checked(values)
    check_may_set(profile, request)
    return profile


def _mark(services: ReviewServices, project: Project | None, profile: Profile | None) -> None:
    """Notes of a project that it may hold recognisable patients, before it does.

    Raises:
        Outdated: somebody else changed the project since the request began.
    """
    if project is None or profile is None or project.identifiable:
        return
    if profile.needs_administrator:
        services.projects.update(replace(project, identifiable=True))


def _target(
    services: ReviewServices, request: Request, source: Project | None
) -> tuple[Project | None, str]:
    """The project that objects go to, and the site of the caller there."""
    wanted = request.body(Decision).project
    if wanted is None:
        return source, ""
    if source is not None and wanted == source.name:
        raise InvalidRequest("The objects are in this project already: retry or release them.")
    presence = services.access.enter(request.caller, project=wanted, rights=(Right.SUBMIT,))
    return presence.project, presence.site


def _chosen(services: ReviewServices, decision: Decision, home: str | None) -> Chosen:
    if decision.items is None:
        waiting = services.quarantine.items(home)
        same = (entry for entry in waiting if entry.code == decision.all_of_code)
        found = list(islice(same, ITEMS_LIMIT + 1))
        return Chosen(found[:ITEMS_LIMIT], [], more=len(found) > ITEMS_LIMIT)
    items = list(dict.fromkeys(decision.items))
    known = services.quarantine.many(home, items)
    return Chosen(
        entries=[known[item] for item in items if item in known],
        absent=[Result(item=item, outcome=Outcome.ABSENT) for item in items if item not in known],
    )


def _new_upload(services: ReviewServices) -> str:
    return REVIEW_UPLOAD_PREFIX + services.random(RANDOM_BYTES).hex()


def _write_down(
    services: ReviewServices, request: Request, chosen: Chosen, *, home: str | None, upload: str
) -> None:
    """Writes down which items are decided about; it does not name the project that they go to.

    Who may read it here may be an outsider there.
    """
    facts: dict[str, str | int] = {"items": " ".join(entry.item for entry in chosen.entries)}
    if upload:
        facts["upload"] = upload
    services.audit.append(
        AuditEntry(
            project=home or SITE,
            at=timestamp(services.now()),
            actor=request.caller.user,
            action=f"quarantine_{request.body(Decision).action}",
            facts=facts,
        )
    )


def _announce(
    services: ReviewServices,
    request: Request,
    projects: Mapping[str, int],
    *,
    upload: str,
    home: str | None,
) -> None:
    """Makes an upload of what goes to each project, and writes down there what comes."""
    at, by = timestamp(services.now()), request.caller.user
    for project in services.projects.projects(projects):
        if project != home:
            received: dict[str, str | int] = {"upload": upload, "count": projects[project]}
            services.audit.append(AuditEntry(project, at, by, "quarantine_received", received))
        services.uploads.create(
            Upload(
                project=project,
                upload=upload,
                source=UploadSource.REVIEW,
                created_at=at,
                created_by=by,
                files_declared=projects[project],
            )
        )


def _tell(
    services: ReviewServices, results: Sequence[Result], *, home: str | None, what: str
) -> None:
    at = timestamp(services.now())
    changes = [Change(FEED_KIND, item, what, at) for item in _done(results)]
    if home is not None and changes:
        services.feed.append(home, changes)


def _done(results: Iterable[Result]) -> list[str]:
    return [result.item for result in results if result.outcome in DONE]
