"""Sharing: members of a second project read a subject or session, the data stay where they are."""

from collections.abc import Callable
from dataclasses import replace

from functions.api.edge.clock import timestamp
from functions.api.edge.request import Answer, Request
from functions.api.edge.shapes import Body, Shown
from functions.api.hierarchy.cards import Label, tell, written
from functions.api.hierarchy.places import own_session, own_subject
from functions.api.hierarchy.taking_in import prepare
from functions.api.services import Services
from scanloft.aws.shares import name_in_target
from scanloft.core.annotations import Level, Share
from scanloft.core.errors import Conflict, Forbidden, NotFound
from scanloft.core.identifiers import PROJECT
from scanloft.core.roles import Right, no_such_project


class NewShare(Body):
    """The label that it gets in the other project."""

    label: Label = ""


class ShareShown(Shown):
    """A project that something is shared with."""

    project: str
    name: str
    shared_at: str
    shared_by: str


class SharesShown(Shown):
    """The projects that something is shared with."""

    shares: list[ShareShown]


Named = Callable[[Services, Request], str]
"""Gives the name of what the path is about, once it is known to be there."""


def _session(services: Services, request: Request) -> str:
    return own_session(services, request).study.study_uid


def _subject(services: Services, request: Request) -> str:
    return own_subject(services, request).subject.subject


NAMED_BY_LEVEL: dict[Level, Named] = {Level.SESSION: _session, Level.SUBJECT: _subject}


def share(level: Level) -> Callable[[Services, Request], Answer]:
    """The act that shares what the path is about; again with another label changes that."""

    def act(services: Services, request: Request) -> Answer:
        wanted = _wanted(services, request, level)
        _check_may_take(services, request, wanted)
        name = name_in_target(wanted)
        card = services.cards.card(wanted.target, level, name)
        services.shares.announce(wanted)
        label = request.body(NewShare).label
        written(services, replace(card, label=label), before=card)
        services.shares.grant(wanted)
        tell(services, wanted.target, level, name, what="shared")
        tell(services, wanted.source, level, wanted.name, what="shared")
        return Answer(_shown(wanted))

    return act


def listed(level: Level) -> Callable[[Services, Request], Answer]:
    """The act that lists with which projects the thing is shared."""

    def act(services: Services, request: Request) -> Answer:
        name = NAMED_BY_LEVEL[level](services, request)
        shares = [
            share
            for share in services.shares.of(request.project, level, name)
            if services.shares.granted(share.target, level, name_in_target(share)) == share
        ]
        return Answer(SharesShown(shares=[_shown(share) for share in shares]))

    return act


def unshare(level: Level) -> Callable[[Services, Request], Answer]:
    """The act by which the owner ends a share."""

    def act(services: Services, request: Request) -> Answer:
        target = _target(request)
        name = NAMED_BY_LEVEL[level](services, request)
        for share in services.shares.of(request.project, level, name):
            if share.target == target:
                end(services, share)
                return Answer(_shown(share))
        raise NotFound("It is not shared with such a project.")

    return act


def end(services: Services, share: Share) -> None:
    """Ends a share, and takes its label with it; the same again is a no-op."""
    name = name_in_target(share)
    there = services.shares.granted(share.target, share.level, name)
    if there is None or there.source == share.source:
        services.shares.revoke(share)
        card = services.cards.card(share.target, share.level, name)
        services.labels.release(card)
        services.cards.remove(share.target, share.level, name)
    services.shares.forget(share)
    tell(services, share.target, share.level, name, what="unshared")
    tell(services, share.source, share.level, share.name, what="unshared")


def _target(request: Request) -> str:
    """The project of the path to share with, before anything is said of what is shared."""
    target = request.path["target"]
    if PROJECT.fullmatch(target) is None:
        raise no_such_project()
    return target


def _wanted(services: Services, request: Request, level: Level) -> Share:
    target = _target(request)
    return Share(
        source=request.project,
        level=level,
        name=NAMED_BY_LEVEL[level](services, request),
        target=target,
        shared_at=timestamp(services.now()),
        shared_by=request.caller.user,
    )


def _check_may_take(services: Services, request: Request, wanted: Share) -> None:
    """Raises:
    NotFound: no such project, or the caller is an outsider of it.
    Forbidden: the caller may not edit there, or patients may be recognisable here alone.
    Conflict: it is the same project, or has something of this name already.
    """
    target, name = wanted.target, name_in_target(wanted)
    presence = services.access.enter(request.caller, project=target, rights=(Right.EDIT,))
    if presence.site:
        raise Forbidden("Who is bound to a site cannot take in the data of another project.")
    if target == wanted.source:
        raise Conflict("A project has its own data already: name another one.")
    there = services.shares.granted(target, wanted.level, name)
    taken = wanted.level is Level.SESSION and services.instances.study(target, name) is not None
    if taken or (there is not None and there.source != wanted.source):
        raise Conflict("The other project has a session with this UID already.")
    prepare(services, request, presence.project)


def _shown(share: Share) -> ShareShown:
    return ShareShown(
        project=share.target,
        name=name_in_target(share),
        shared_at=share.shared_at,
        shared_by=share.shared_by,
    )
