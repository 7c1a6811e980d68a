"""What a file for a resource is, by its content: DICOM, or with something within that must not be.

`docs/resources.md` says what is looked at and what is not. What cannot be looked into waits in
quarantine: a person can still let it pass, nobody can take back what got out.
"""

import io

from functions.anonymise.files.packed import look_into
from functions.anonymise.files.sidecars import check_sidecar
from scanloft.core.errors import BadArchiveFile, HiddenDicom
from scanloft.core.ranged_file import buffered
from scanloft.deid.source import Source
from scanloft.dicom.layout import looks_like_dicom

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


def check_content(source: Source, *, reviewed: bool = False) -> None:
    """Lets pass what is no DICOM, has none within, and does not say who the patient is.

    Where it was `reviewed`, a person answers for what cannot be looked into and for what it says;
    DICOM that is found within passes never.

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
    try:
        look_into(opened(source), head, reviewed=reviewed)
    except BadArchiveFile:
        if not reviewed:
            raise
    if not reviewed:
        check_sidecar(head, is_whole=len(head) == source.size)


def opened(source: Source) -> io.BufferedReader:
    """The source as a buffered, seekable, read-only file."""
    return buffered(source.read, size_bytes=source.size, buffer_bytes=BUFFER_BYTES)
