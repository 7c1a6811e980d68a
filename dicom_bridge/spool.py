"""The spool: what the bridge has said success for, on disk until the archive has it.

`incoming/` holds what is still arriving and is emptied at start; `waiting/` holds what the bridge
answers for; `dead/` holds what the archive will never take, each with its reason. A file in
`waiting/` says by its name alone where it goes, so one rename commits the object and its metadata
together. Names hold AE titles, the project and the upload; nothing of the data set.
"""

import base64
import fcntl
import ipaddress
import json
import os
import re
import shutil
import threading
import uuid
from collections.abc import Iterator
from dataclasses import astuple, dataclass
from io import BufferedReader
from pathlib import Path
from typing import IO, Self
from urllib.parse import quote, unquote

from scanloft.core.errors import ArchiveError, InvalidRequest, Unavailable
from scanloft.core.identifiers import checked_ae_title
from scanloft.core.keys import InboxKey, InboxPrefix, UnassignedKey

SEPARATOR = ","
_NAME = re.compile(r"[a-z0-9-]*,[A-Za-z0-9-]+,[0-9.]+,[^,/]+,[^,/]+(,[A-Za-z0-9_-]*)?")


@dataclass(frozen=True, slots=True)
class SpoolEntry:
    """Where one received object goes, and who sent it to whom from which IP address.

    Without a project it is unassigned: the archive finds one by its rules. A file of an earlier
    bridge has no address.
    """

    project: str
    upload: str
    number: str
    calling_ae: str
    called_ae: str
    address: str = ""

    @property
    def name(self) -> str:
        """The name of its file in the spool; at most 248 characters."""
        *parts, address = astuple(self)
        return SEPARATOR.join([*(quote(part, safe="") for part in parts), _short(address)])

    @property
    def key(self) -> InboxKey | UnassignedKey:
        """The key that it gets in the inbox, the same however often it is tried.

        Raises:
            InvalidRequest: a part that may not be in a key.
        """
        if not self.project:
            return UnassignedKey.build(self.called_ae, upload=self.upload, number=self.number)
        return InboxKey.build(
            InboxPrefix.DICOM, project=self.project, upload=self.upload, number=self.number
        )

    @property
    def metadata(self) -> dict[str, str]:
        """The S3 metadata of the object in the inbox."""
        metadata = {"source": "dicom", "calling-ae": self.calling_ae, "called-ae": self.called_ae}
        return metadata | ({"calling-address": self.address} if self.address else {})

    @classmethod
    def parse(cls, name: str) -> Self:
        """The entry of a file of the spool.

        Raises:
            InvalidRequest: not the name of such a file.
        """
        if _NAME.fullmatch(name) is None:
            raise InvalidRequest("This file was not put into the spool by the bridge: remove it.")
        project, upload, number, calling_ae, called_ae, *rest = map(unquote, name.split(SEPARATOR))
        address = "".join(map(_long, rest))
        entry = cls(project, upload, number, calling_ae, called_ae, address)
        for ae_title in (entry.calling_ae, entry.called_ae):
            checked_ae_title(ae_title)
        return entry


def _short(address: str) -> str:
    """An IP address in 6 or 22 characters; "" where it is none."""
    try:
        packed = ipaddress.ip_address(address).packed
    except ValueError:
        return ""
    return base64.urlsafe_b64encode(packed).decode().rstrip("=")


def _long(short: str) -> str:
    """The address that `_short` gave; "" for what it never gave."""
    try:
        packed = base64.urlsafe_b64decode(short + "=" * (-len(short) % 4))
        return str(ipaddress.ip_address(packed)) if packed else ""
    except ValueError:
        return ""


class Spool:
    """The folders of one bridge; no other may use them while this one is open."""

    def __init__(self, folder: Path, *, reserve_bytes: int) -> None:
        self._folder = folder
        self._reserve_bytes = reserve_bytes
        self._incoming = folder / "incoming"
        self._waiting = folder / "waiting"
        self._dead = folder / "dead"
        self._lock: IO[bytes] | None = None
        self._bury = threading.Lock()

    def open(self) -> None:
        """Takes the spool for this process and removes what never arrived completely.

        Raises:
            Unavailable: another bridge uses it, or it cannot be written.
        """
        try:
            for folder in (self._incoming, self._waiting, self._dead):
                folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._lock = (self._folder / "lock").open("wb")
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            self.close()
            raise Unavailable(
                "The spool is in use by another bridge or cannot be written: give each bridge a "
                "folder of its own in SCANLOFT_SPOOL_DIR.",
                errno=error.errno or 0,
            ) from error
        for leftover in self._incoming.iterdir():
            leftover.unlink()

    def close(self) -> None:
        """Gives the spool free for another process."""
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    def begin(self) -> "IncomingFile":
        """A new file for what is about to arrive.

        Raises:
            Unavailable: less than the reserve is free on the disk, or it cannot be written.
        """
        try:
            if shutil.disk_usage(self._incoming).free < self._reserve_bytes:
                raise Unavailable("The disk of the spool is full: the sender must try again.")
            return IncomingFile(self._incoming / uuid.uuid4().hex)
        except OSError as error:
            raise unwritable(error) from error

    def commit(self, incoming: "IncomingFile", entry: SpoolEntry) -> None:
        """Makes the object durable under its entry; only then may success be said.

        Raises:
            Unavailable: the disk did not take it; nothing is left of it.
        """
        try:
            incoming.seal()
            incoming.path.rename(self._waiting / entry.name)
            _sync_folder(self._waiting)
        except OSError as error:
            incoming.discard()
            (self._waiting / entry.name).unlink(missing_ok=True)
            raise unwritable(error) from error

    def waiting(self) -> Iterator[str]:
        """The names of the files that wait for the archive, oldest upload first."""
        return iter(sorted(path.name for path in self._waiting.iterdir()))

    def opened(self, name: str) -> BufferedReader:
        """The object of this name, to read.

        Raises:
            FileNotFoundError: it is not in the spool any more.
        """
        return (self._waiting / name).open("rb")

    def remove(self, name: str) -> None:
        """Forgets the object, because the archive has it."""
        (self._waiting / name).unlink(missing_ok=True)

    def bury(self, name: str, error: ArchiveError) -> None:
        """Sets the object aside for a person to look at, with the reason."""
        reason = {"code": error.code, "message": error.message}
        with self._bury:
            (self._dead / f"{name}.json").write_text(json.dumps(reason), encoding="utf-8")
            (self._waiting / name).rename(self._dead / name)
            _sync_folder(self._dead)


class IncomingFile:
    """A file that is being received; it counts for nothing until the spool commits it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        self._file = os.fdopen(descriptor, "wb")

    def write(self, data: bytes) -> None:
        """Appends to the file.

        Raises:
            OSError: the disk does not take it.
        """
        self._file.write(data)

    def seal(self) -> None:
        """Has the disk confirm every byte, and closes the file.

        Raises:
            OSError: the disk does not take it.
        """
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()

    def discard(self) -> None:
        """Removes the file; may be called at any time and more than once."""
        self.path.unlink(missing_ok=True)
        try:
            self._file.close()
        except OSError:
            # A full disk refuses the last buffered bytes, and they are not wanted any more.
            return


def unwritable(error: OSError) -> Unavailable:
    """The error for a disk that does not take what is written; only its number is told."""
    return Unavailable("The disk of the spool does not take the object.", errno=error.errno or 0)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
