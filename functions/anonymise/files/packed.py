"""Looking into zip, tar and compressed files: the beginning of each member is enough."""

import bz2
import lzma
import stat
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from typing import IO, Any

from functions.anonymise.files.sidecars import check_sidecar
from scanloft.core.errors import BadArchiveFile, HiddenDicom, Rejected
from scanloft.core.packed.formats import (
    BROKEN,
    BZIP2_START,
    COMPRESSED_STARTS,
    GZIP_START,
    ZIP_STARTS,
)
from scanloft.core.packed.streams import Counted, decompressed
from scanloft.core.packed.tar_headers import StrictTarInfo
from scanloft.core.packed.zip_directory import check_directory
from scanloft.core.settings import MIB
from scanloft.dicom.layout import looks_like_dicom

START_BYTES = 16 * 1024
"""What is read of each member: enough to tell DICOM, and for most sidecars."""
MEMBER_LIMIT = 20_000
UNPACKED_LIMIT_BYTES = 1024 * MIB
"""A compressed tar must be unpacked to reach its members: so far, and no further."""
RATIO_LIMIT = 200
XZ_MEMORY_BYTES = 128 * MIB
TAR, TAR_AT = b"ustar", 257
OPAQUE = (
    b"7z\xbc\xaf\x27\x1c",
    b"Rar!\x1a\x07",
    b"\x28\xb5\x2f\xfd",  # zstd
    b"\x04\x22\x4d\x18",  # lz4
    b"\x1f\x9d",  # compress
    b"LZIP",
    b"MSCF",  # cabinet
    b"070701",  # cpio
    b"!<arch>",
    b"xar!",
)
ISO, ISO_AT = b"CD001", 32769
"""The image of a disc (ECMA-119 8.1), as patients are given."""


def look_into(file: IO[bytes], head: bytes, *, reviewed: bool) -> None:
    """Lets pass what is not packed, or packed without DICOM; `head` is what it begins with.

    Where it was `reviewed`, a person answers for what the members say.

    Raises:
        HiddenDicom: there is DICOM in it.
        IdentifyingSidecar: a member says who the patient is.
        BadArchiveFile: it cannot be looked into, wholly and within bounds.
    """
    if head.startswith(OPAQUE) or head.startswith(ISO, ISO_AT):
        raise _opaque()
    starts = _starts_of(head)
    try:
        if starts is None and zipfile.is_zipfile(file):
            starts = _zip_starts  # behind something else, as a program that unpacks itself
        if starts is None:
            return
        for start in starts(file):
            _check_start(start)
            if not reviewed:
                check_sidecar(start, is_whole=len(start) < START_BYTES)
    except Rejected:
        raise
    except BROKEN as error:
        raise _opaque(error=type(error).__name__) from error


def _starts_of(head: bytes) -> Callable[[IO[bytes]], Iterator[bytes]] | None:
    """What gives the beginnings of all that is in a file of this beginning; None for not packed."""
    if head.startswith(ZIP_STARTS):
        return _zip_starts
    if head.startswith(TAR, TAR_AT):
        return _tar_starts
    if head.startswith(COMPRESSED_STARTS):
        return _compressed_starts
    return None


def _zip_starts(file: IO[bytes]) -> Iterator[bytes]:
    size_bytes = file.seek(0, 2)
    file.seek(0)
    check_directory(file, size_bytes=size_bytes, member_limit=MEMBER_LIMIT)
    with zipfile.ZipFile(file) as archive:
        for info in archive.infolist():
            if not info.is_dir() and not stat.S_ISLNK(info.external_attr >> 16):
                with archive.open(info) as member:
                    yield member.read(START_BYTES)


def _tar_starts(file: IO[bytes]) -> Iterator[bytes]:
    with tarfile.open(fileobj=file, mode="r:", tarinfo=StrictTarInfo) as archive:
        yield from _starts_in_tar(archive)


def _compressed_starts(file: IO[bytes]) -> Iterator[bytes]:
    size_bytes = file.seek(0, 2)
    file.seek(0)
    start = decompressed(file).read(START_BYTES)
    if not start.startswith(TAR, TAR_AT):
        yield start
        return
    file.seek(0)
    allowed = min(UNPACKED_LIMIT_BYTES, max(size_bytes, MIB) * RATIO_LIMIT)
    counted: Any = Counted(decompressed(file), allowed=allowed)
    with tarfile.open(fileobj=counted, mode="r|", tarinfo=StrictTarInfo) as archive:
        yield from _starts_in_tar(archive)


def _starts_in_tar(archive: Any) -> Iterator[bytes]:
    for count, info in enumerate(archive):
        archive.members = []  # or the library keeps them all
        if count >= MEMBER_LIMIT:
            raise _opaque()
        stream = archive.extractfile(info) if info.isreg() and not info.issparse() else None
        if stream is not None:
            yield stream.read(START_BYTES)


def _check_start(start: bytes) -> None:
    """Looks at the beginning of a member; one that is compressed is looked into, no deeper."""
    if looks_like_dicom(start):
        raise HiddenDicom(
            "There is DICOM in this zip, tar or compressed file: send it as an upload of kind "
            '"archive", or the DICOM objects by themselves, so that they are de-identified.'
        )
    if start.startswith(COMPRESSED_STARTS):
        inner = _inflated(start)
        if looks_like_dicom(inner):
            _check_start(inner)
        if _is_packed(inner):
            raise _opaque()
    elif _is_packed(start):
        raise _opaque()


def _is_packed(start: bytes) -> bool:
    return _starts_of(start) is not None or start.startswith(OPAQUE)


def _inflated(start: bytes) -> bytes:
    """As much as the beginning of a compressed file gives."""
    if start.startswith(GZIP_START):
        return zlib.decompressobj(16 + zlib.MAX_WBITS).decompress(start, START_BYTES)
    if start.startswith(BZIP2_START):
        return bz2.BZ2Decompressor().decompress(start, START_BYTES)
    return lzma.LZMADecompressor(memlimit=XZ_MEMORY_BYTES).decompress(start, START_BYTES)


def _opaque(**facts: str) -> BadArchiveFile:
    return BadArchiveFile(
        "This file is packed in a way that cannot be looked into: encrypted, damaged, packed more "
        "than once, very large, or of another kind than zip, tar, gz, bz2 and xz. Declare it with "
        '"unpack", so that each file in it is looked at, or send them by themselves.',
        **facts,
    )
