"""Sending the DICOM files of a folder by C-STORE, each association with its own AE title."""

import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from pydicom.dataset import FileMetaDataset
from pydicom.errors import InvalidDicomError
from pydicom.filebase import DicomBytesIO
from pydicom.filewriter import write_file_meta_info
from pydicom.uid import UID
from pynetdicom import AE, _config
from pynetdicom.association import Association
from pynetdicom.dsutils import split_dataset
from pynetdicom.presentation import build_context

from infra.local.demo.api import Api
from infra.local.demo.outcome import NOT_SENT, Outcome, Route
from scanloft.core.errors import NotDicom, Rejected
from scanloft.dicom.read import read_dicom

CONTEXT_LIMIT = 128
"""Presentation contexts have odd numbers from 1 to 255 (PS3.8 9.3.2.2)."""
SUCCESS = 0x0000
META = ("MediaStorageSOPClassUID", "MediaStorageSOPInstanceUID", "TransferSyntaxUID")

Context = tuple[str, str]
"""SOP class and transfer syntax."""


@dataclass(frozen=True, slots=True)
class Sendable:
    """A file that C-STORE can carry; `part10` is another file where it has no meta header."""

    path: str
    part10: Path
    context: Context


@dataclass(slots=True)
class Sending:
    """What was sent in which association and in which order, and what could not be sent."""

    ae_title_prefix: str
    paths_by_ae_title: dict[str, list[str | None]] = field(default_factory=dict)
    """In the order of their requests; None for one without an answer, which was sent again."""
    settled: list[Outcome] = field(default_factory=list)
    unanswered: set[str] = field(default_factory=set)

    def next_ae_title(self) -> str:
        """A calling AE title that no association had so far."""
        return f"{self.ae_title_prefix}{len(self.paths_by_ae_title) + 1}"


def send(
    *, host: str, port: int, ae_title: str, folder: Path, paths: Sequence[Path], caller: str
) -> Sending:
    """Sends what can be sent; the called AE title decides the project."""
    sending = Sending(caller)
    with tempfile.TemporaryDirectory(prefix="scanloft-demo-") as scratch:
        sendable = []
        for place, path in enumerate(paths):
            name = str(path.relative_to(folder))
            try:
                sendable.append(_sendable(path, name, Path(scratch) / str(place)))
            except Rejected as error:
                sending.settled.append(_not_sent(name, error.code, error.message))
        for group in _groups(sendable):
            waiting: Sequence[Sendable] = group
            while waiting:
                waiting = _associate(
                    waiting, host=host, port=port, ae_title=ae_title, sending=sending
                )
    return sending


def outcomes(api: Api, *, project: str, sending: Sending) -> list[Outcome] | None:
    """The fates of what was sent; None while some wait.

    An association is an upload whose files are numbered in the order of their requests.
    """
    found = list(sending.settled)
    upload_by_sender = {
        upload["created_by"]: upload["upload"]
        for upload in api.uploads(project)
        if upload["source"] == "dicom"
    }
    for ae_title, paths in sending.paths_by_ae_title.items():
        if not paths:
            continue
        if ae_title not in upload_by_sender:
            return None
        entries = {
            int(entry["number"]): entry for entry in api.files(project, upload_by_sender[ae_title])
        }
        for number, path in enumerate(paths):
            if path is None or path in {outcome.path for outcome in sending.settled}:
                continue
            if number not in entries:
                return None
            entry = entries[number]
            found.append(
                Outcome(
                    route=Route.DICOM,
                    path=path,
                    fate=entry["fate"],
                    code=entry["code"],
                    reason=entry["reason"],
                    archive_key=entry["archive_key"] or "",
                    actions=entry["actions"],
                )
            )
    return found


def _associate(
    group: Sequence[Sendable], *, host: str, port: int, ae_title: str, sending: Sending
) -> Sequence[Sendable]:
    """Sends a group over one association; what is left of it when the association breaks.

    Where an answer is lost, nobody knows what became of the file: it is sent a second time.
    """
    calling = sending.next_ae_title()
    paths = sending.paths_by_ae_title.setdefault(calling, [])
    contexts = [build_context(*context) for context in sorted({one.context for one in group})]
    association = AE(ae_title=calling).associate(host, port, contexts=contexts, ae_title=ae_title)
    if not association.is_established:
        raise ConnectionError("The DICOM bridge did not accept the association.")
    for place, one in enumerate(group):
        if not _accepted(association, one):
            reason = "The DICOM bridge does not accept its SOP class or transfer syntax."
            sending.settled.append(_not_sent(one.path, "not_accepted", reason))
            continue
        paths.append(one.path)
        status, comment = _store(association, one, message_id=len(paths))
        if status is None and one.path not in sending.unanswered:
            sending.unanswered.add(one.path)
            paths[-1] = None
            return group[place:]
        if status is None:
            reason = "The DICOM bridge ended the association at this file."
            sending.settled.append(_not_sent(one.path, "store_aborted", reason))
            return group[place + 1 :]
        if status != SUCCESS:
            reason = f"The DICOM bridge refused it with status {status:04X}. {comment}".rstrip()
            sending.settled.append(_not_sent(one.path, "store_refused", reason))
    association.release()
    return ()


def _store(association: Association, one: Sendable, *, message_id: int) -> tuple[int | None, str]:
    """The status of the C-STORE, None where there was no answer, and the comment on an error."""
    _config.STORE_SEND_CHUNKED_DATASET = True
    answer = association.send_c_store(one.part10, msg_id=message_id)
    status = int(answer.Status) if "Status" in answer else None
    return status, str(answer.get("ErrorComment", ""))


def _accepted(association: Association, one: Sendable) -> bool:
    return any(
        (context.abstract_syntax, context.transfer_syntax[0]) == one.context
        for context in association.accepted_contexts
    )


def _groups(sendable: Sequence[Sendable]) -> Iterator[list[Sendable]]:
    """The files by presentation context, as many contexts as fit into one association."""
    contexts = iter(sorted({one.context for one in sendable}))
    while chosen := set(islice(contexts, CONTEXT_LIMIT)):
        yield [one for one in sendable if one.context in chosen]


def _sendable(path: Path, name: str, scratch: Path) -> Sendable:
    """The file itself, or a copy with a meta header where it has none.

    Raises:
        Rejected: it is not DICOM, or says nowhere what C-STORE must say of it.
    """
    try:
        meta, _ = split_dataset(path)
        if all(keyword in meta for keyword in META):
            context = (str(meta.MediaStorageSOPClassUID), str(meta.TransferSyntaxUID))
            return Sendable(name, path, context)
    except (InvalidDicomError, OSError, ValueError, EOFError):
        pass
    body = path.read_bytes()
    dataset = read_dicom(body)
    syntax = dataset.file_meta.get("TransferSyntaxUID")
    if "SOPClassUID" not in dataset or "SOPInstanceUID" not in dataset or not syntax:
        raise NotDicom(
            "This file does not say its SOP Class and SOP Instance UID, so C-STORE cannot carry it."
        )
    scratch.write_bytes(_meta_header(dataset.SOPClassUID, dataset.SOPInstanceUID, syntax) + body)
    return Sendable(name, scratch, (str(dataset.SOPClassUID), str(syntax)))


def _meta_header(sop_class_uid: str, sop_uid: str, transfer_syntax_uid: str) -> bytes:
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = UID(sop_class_uid)
    meta.MediaStorageSOPInstanceUID = UID(sop_uid)
    meta.TransferSyntaxUID = UID(transfer_syntax_uid)
    buffer = DicomBytesIO()
    buffer.write(bytes(128) + b"DICM")
    write_file_meta_info(buffer, meta)
    return buffer.getvalue()


def _not_sent(path: str, code: str, reason: str) -> Outcome:
    return Outcome(route=Route.DICOM, path=path, fate=NOT_SENT, code=code, reason=reason)
