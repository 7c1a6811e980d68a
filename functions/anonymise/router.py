"""Finding the project of an object that was sent to a receiver of no project.

The order of the effects is: instruction, copy to the project (or quarantine copy and item), delete
of the raw object. A crash after any of them leaves an object whose message comes again; each done
twice is a no-op, as all names follow from the key.
"""

from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from functions.anonymise.tasks import Unrouted
from scanloft.aws.detention import Detention
from scanloft.aws.instructions import InstructionIndex
from scanloft.aws.objects import ObjectStore
from scanloft.aws.project_names import ProjectNames
from scanloft.aws.receivers import ReceiverIndex
from scanloft.aws.rows import Rows
from scanloft.core.arrivals import Arrival
from scanloft.core.errors import ArchiveError, NotFound, SenderNotListed, Unassigned
from scanloft.core.fates import Disposition, judged
from scanloft.core.instructions import KEPT_S, Instruction, routed_upload
from scanloft.core.keys import InboxKey, InboxPrefix, UnassignedKey
from scanloft.core.receivers import Receiver
from scanloft.core.routing.labels import label_of
from scanloft.core.routing.route import Found, Routing, Rules, parse_rules, route, wanted_tags
from scanloft.core.settings import MIB
from scanloft.deid.values.patterns import compiled
from scanloft.dicom.texts import Texts, read_texts

BY_ROUTING = "routing"
"""Who instructs the gate where no person does."""
HEADER_BYTES = MIB
"""What is read of an object at first: nearly every header is shorter."""


@dataclass(frozen=True, slots=True)
class Directory:
    """The rules of a batch and the names of projects, as they were when it began."""

    receiver_by_title: Mapping[str, Receiver]
    rules_by_title: Mapping[str, Rules]
    site: Rules
    names: ProjectNames

    def receiver(self, title: str) -> Receiver:
        """The receiver; one without rules where nobody has described it."""
        return self.receiver_by_title.get(title) or Receiver(ae_title=title)

    def rules(self, title: str) -> Rules:
        """The rules of this receiver alone."""
        return self.rules_by_title.get(title) or Rules()

    def tags(self, title: str) -> frozenset[int]:
        """The attributes by which what this receiver took is routed."""
        return wanted_tags(self.rules(title), self.site)

    def routing(self, title: str, texts: Mapping[int, str]) -> Routing:
        """Where an object belongs that this receiver took."""
        return route(
            texts,
            receiver=self.rules(title),
            site=self.site,
            project_of=self.names.project_of,
        )


class Router:
    """The way of an unassigned object to a project, or to the quarantine of nobody."""

    def __init__(
        self,
        rows: Rows,
        *,
        inbox: ObjectStore,
        detention: Detention,
        whole_object_bytes: int,
        now: Callable[[], datetime],
    ) -> None:
        self._rows = rows
        self._receivers = ReceiverIndex(rows)
        self._instructions = InstructionIndex(rows)
        self._inbox = inbox
        self._detention = detention
        self._whole_object_bytes = whole_object_bytes
        self._now = now

    def directory(self, titles: Iterable[str]) -> Directory:
        """What routing goes by, read once a batch: what is edited holds from the next one on.

        Raises:
            Unavailable: the table did not answer.
            InvalidRequest: rules that are stored and cannot be read, a defect.
        """
        found = {title: self._receivers.receiver(title) for title in set(titles)}
        known = {title: receiver for title, receiver in found.items() if receiver}
        return Directory(
            receiver_by_title=known,
            rules_by_title={
                title: parse_rules(receiver.rules, compiled=compiled)
                for title, receiver in known.items()
            },
            site=parse_rules(self._receivers.site_routing().rules, compiled=compiled),
            names=ProjectNames(self._rows),
        )

    def take(self, errand: Unrouted, directory: Directory) -> None:
        """Sends an object to its project; where it is gone, another delivery did it.

        Raises:
            Unavailable, or a defect of the code: the object stays, its message comes again.
        """
        try:
            self._send(errand.key, errand.arrival, directory)
        except NotFound:
            return
        except Exception as error:  # the edge: judged by the table of fates
            disposition, reason = judged(error, attempt=errand.attempt)
            if disposition is Disposition.RETRY:
                raise
            self._detain(errand, reason)

    def _detain(self, errand: Unrouted, reason: ArchiveError) -> None:
        with suppress(NotFound):
            self._detention.detain_unassigned(
                errand.key,
                error=reason,
                size_bytes=errand.arrival.size_bytes,
                now=self._now().isoformat(timespec="seconds"),
            )

    def _send(self, key: UnassignedKey, arrival: Arrival, directory: Directory) -> None:
        receiver = directory.receiver(key.receiver)
        self._check_sender(key, receiver)
        texts = self._texts(arrival, directory.tags(key.receiver))
        routing = directory.routing(key.receiver, texts.by_tag)
        target = InboxKey.build(
            InboxPrefix.DICOM,
            project=_project(receiver, routing),
            upload=routed_upload(key.upload),
            number=key.number,
        )
        # Who the patient is has to be known, so that a label is known not to say it.
        labels = label_of if texts.is_complete else _no_label
        instruction = Instruction(
            project=target.project,
            upload=target.upload,
            number=target.number,
            by=BY_ROUTING,
            prearchive=receiver.prearchive,
            site=receiver.site,
            subject_label=labels(routing.subject, texts.by_tag) or "",
            session_label=labels(routing.session, texts.by_tag) or "",
        )
        expires_at = int(self._now().timestamp()) + KEPT_S
        self._instructions.put([instruction], expires_at=expires_at)
        self._inbox.copy(str(key), str(target))
        self._inbox.delete([str(key)])

    def _check_sender(self, key: UnassignedKey, receiver: Receiver) -> None:
        """Lets pass what a node sent that the receiver lists, as far as it lists any.

        Raises:
            SenderNotListed: another one sent it.
        """
        if receiver.is_open:
            return
        said = self._inbox.facts(str(key)).metadata
        if not receiver.admits(
            calling_ae=said.get("calling-ae", ""), address=said.get("calling-address", "")
        ):
            raise SenderNotListed(
                "The receiver does not list the AE title or the network of the node that sent "
                "this object: list it, then retry; or move or delete the object."
            )

    def _texts(self, arrival: Arrival, tags: frozenset[int]) -> Texts:
        if arrival.size_bytes == 0:
            return Texts({}, is_complete=True)
        stored = self._inbox.get(arrival.key, length=HEADER_BYTES)
        texts = read_texts(stored.body, tags)
        if not texts.is_complete and len(stored.body) < stored.size_bytes:
            stored = self._inbox.get(arrival.key, length=self._whole_object_bytes)
            texts = read_texts(stored.body, tags)
        if len(stored.body) >= stored.size_bytes:
            return Texts(texts.by_tag, is_complete=True)
        return texts


def _project(receiver: Receiver, routing: Routing) -> str:
    if receiver.project:
        return receiver.project
    if routing.project is None:
        raise Unassigned(
            "No rule found a project for this object: move it to one, or write a rule for its "
            "receiver and retry it."
        )
    return routing.project.value


def _no_label(_found: Found | None, _texts: Mapping[int, str]) -> str | None:
    return None
