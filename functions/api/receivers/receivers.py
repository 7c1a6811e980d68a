"""Receivers: which project an AE title feeds, or by which rules what comes there is routed."""

from typing import Annotated

from pydantic import Field

from functions.api.edge.pages import Page, page
from functions.api.edge.request import Answer, Request
from functions.api.edge.shapes import Body, Line, Shown
from functions.api.receivers.rules import RulesBody, RulesShown
from functions.api.services import Services
from scanloft.aws.receivers import ReceiverIndex
from scanloft.core.errors import InvalidRequest, NotFound
from scanloft.core.identifiers import PROJECT, RECEIVER
from scanloft.core.model import Prearchive
from scanloft.core.receivers import (
    Receiver,
    checked_calling_titles,
    checked_networks,
    checked_receiver,
)

SENDERS_LIMIT = 100

ProjectName = Annotated[str, Field(max_length=32, pattern=f"^{PROJECT.pattern}$")]
Site = Annotated[Line, Field(max_length=64)]
Sender = Annotated[str, Field(max_length=64)]
Senders = Annotated[list[Sender], Field(max_length=SENDERS_LIMIT)]


class ReceiverBody(Body):
    """What holds for what comes to an AE title; without a project it is routed by rules.

    `prearchive` stands in place of the project's. No calling AE titles, no networks: all may send.
    """

    project: ProjectName | None = None
    rules: RulesBody = RulesBody()
    site: Site = ""
    prearchive: Prearchive | None = None
    calling_ae_titles: Senders = Field(default_factory=list)
    networks: Senders = Field(default_factory=list)


class ReceiverShown(Shown):
    """A receiver."""

    ae_title: str
    project: str | None
    rules: RulesShown
    site: str
    prearchive: Prearchive | None
    calling_ae_titles: list[str]
    networks: list[str]


class ReceiverPage(Shown):
    """A page of receivers."""

    receivers: list[ReceiverShown]
    next: str | None


class Removed(Shown):
    """A receiver that is no more."""

    ae_title: str


def listed(services: Services, request: Request) -> Answer:
    """A page of the receivers."""
    wanted = request.asked(Page)
    entries = ReceiverIndex(services.rows).receivers(after=wanted.after, page_size=wanted.reads)
    found, following = page(entries, limit=wanted.limit, place=lambda one: one.ae_title)
    return Answer(ReceiverPage(receivers=[_shown(one) for one in found], next=following))


def show(services: Services, request: Request) -> Answer:
    """One receiver.

    Raises:
        NotFound: there is none of this AE title.
    """
    return _answer(_found(services, request))


def put(services: Services, request: Request) -> Answer:
    """A receiver, new or as it is to be from now on.

    Raises:
        InvalidRequest: an AE title, a network or a rule that cannot be used, or no such project.
        Outdated: somebody changed it since the caller read it.
    """
    title = checked_receiver(request.path["ae"])
    wanted = request.body(ReceiverBody)
    index = ReceiverIndex(services.rows)
    before = index.receiver(title) or Receiver(ae_title=title)
    request.check_match(str(before.revision))
    _check_project(services, wanted.project)
    receiver = Receiver(
        ae_title=title,
        project=wanted.project or "",
        rules=wanted.rules.checked(),
        site=wanted.site,
        prearchive=wanted.prearchive,
        calling_ae_titles=checked_calling_titles(tuple(wanted.calling_ae_titles)),
        networks=checked_networks(tuple(wanted.networks)),
        revision=before.revision,
    )
    index.put_receiver(receiver)
    return _answer(index.receiver(title) or receiver)


def remove(services: Services, request: Request) -> Answer:
    """Removes a receiver; what still comes there is routed by the rules of the archive.

    Raises:
        NotFound: there is none of this AE title.
        Outdated: somebody changed it since the caller read it.
    """
    receiver = _found(services, request)
    request.check_match(str(receiver.revision))
    ReceiverIndex(services.rows).remove(receiver.ae_title)
    return Answer(Removed(ae_title=receiver.ae_title))


def _found(services: Services, request: Request) -> Receiver:
    title = request.path["ae"]
    if RECEIVER.fullmatch(title):
        receiver = ReceiverIndex(services.rows).receiver(title)
        if receiver is not None:
            return receiver
    raise NotFound("There is no receiver of this AE title.")


def _check_project(services: Services, project: str | None) -> None:
    if project is not None and project not in services.projects.projects([project]):
        raise InvalidRequest("The project of the receiver does not exist: create it before.")


def _answer(receiver: Receiver) -> Answer:
    return Answer(_shown(receiver), etag=str(receiver.revision))


def _shown(receiver: Receiver) -> ReceiverShown:
    return ReceiverShown(
        ae_title=receiver.ae_title,
        project=receiver.project or None,
        rules=RulesShown(**receiver.rules),
        site=receiver.site,
        prearchive=receiver.prearchive,
        calling_ae_titles=list(receiver.calling_ae_titles),
        networks=list(receiver.networks),
    )
