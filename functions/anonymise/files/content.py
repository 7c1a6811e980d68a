"""What a file for a resource is, by its content: DICOM, or with something within that must not be.

`docs/resources.md` says what is looked at and what is not. What cannot be looked into waits in
quarantine: a person can still let it pass, nobody can take back what got out.
"""

import io
from typing import TYPE_CHECKING, cast

from functions.anonymise.files.packed import look_into
from functions.anonymise.files.sidecars import check_sidecar
from scanloft.core.errors import HiddenDicom
from scanloft.deid.source import Source
from scanloft.dicom.layout import looks_like_dicom

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

HEAD_BYTES = 8 * 1024 * 1024
"""So much of a file is searched for DICOM at odd places; of smaller files all of it."""
START_BYTES = 64 * 1024
"""What tells DICOM at the beginning of a file."""
EMBEDDED = b"DICM\x02\x00"
"""The prefix of a Part 10 file and the group that comes next (PS3.10 7.1)."""
BUFFER_BYTES = 4096
"""Small: `Source` reads ahead by itself."""


def is_dicom(source: Source) -> bool:
    """Whether the file is DICOM, also without its head."""
    return looks_like_dicom(source.read(0, START_BYTES))


def check_content(source: Source) -> None:
    """Lets pass what is no DICOM, has none within, and does not say who the patient is.

    Raises:
        HiddenDicom: DICOM within: in a zip, tar or compressed file, or behind something else.
        BadArchiveFile: packed in a way that cannot be looked into.
        IdentifyingSidecar: a known field says who the patient is.
        NotFound, Unavailable: as reading it.
    """
    head = source.read(0, min(HEAD_BYTES, source.size)) if source.size else b""
    if EMBEDDED in head:
        raise HiddenDicom(
            "There is DICOM within this file, behind something else: send the DICOM objects by "
            "themselves, so that they are de-identified."
        )
    look_into(opened(source), head)
    check_sidecar(head, is_whole=len(head) == source.size)


class SourceFile(io.RawIOBase):
    """The raw file behind `opened`."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._position = 0

    def readable(self) -> bool:
        """True: it is only read."""
        return True

    def seekable(self) -> bool:
        """True: each read asks for the place it needs."""
        return True

    def tell(self) -> int:
        """The position, in bytes from the start."""
        return self._position

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Moves the position; nothing is read."""
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self._source.size}
        self._position = max(0, base[whence] + offset)
        return self._position

    def readinto(self, buffer: "WriteableBuffer") -> int:
        """Fills the buffer as far as the source has bytes."""
        view = memoryview(buffer).cast("B")
        length = min(len(view), self._source.size - self._position)
        if length <= 0:
            return 0
        view[:length] = self._source.read(self._position, length)
        self._position += length
        return length


def opened(source: Source) -> io.BufferedReader:
    """The source as a buffered, seekable, read-only file."""
    return io.BufferedReader(cast("io.RawIOBase", SourceFile(source)), buffer_size=BUFFER_BYTES)
