"""The members of a zip or tar, read one by one within bounds.

Their names are handed on only where the sender wants them kept: as paths in a resource.
"""

import tarfile
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO

from scanloft.core.errors import BadArchiveFile, Oversized, Rejected
from scanloft.core.packed.formats import BROKEN, COMPRESSED_STARTS, ZIP_STARTS
from scanloft.core.packed.streams import Counted, decompressed
from scanloft.core.packed.tar_headers import StrictTarInfo, check_end
from scanloft.core.packed.zip_directory import check_directory

NESTED = (*ZIP_STARTS, *COMPRESSED_STARTS)
DICOM_PREFIX_AT, DICOM_PREFIX = 128, b"DICM"


@dataclass(frozen=True, slots=True)
class Limits:
    """What a zip or tar may unpack to; `ratio` is unpacked bytes for each packed one."""

    members: int
    member_bytes: int
    total_bytes: int
    ratio: int


@dataclass(frozen=True, slots=True)
class Member:
    """A member by its place; `refusal` says why it is not unpacked, and then there is no body.

    `holds_data` tells a member that would have had a body from a link or a device. `name` is what
    the file says, unchecked.
    """

    place: int
    body: bytes = b""
    refusal: Rejected | None = None
    holds_data: bool = True
    name: str = ""


def members(
    packed: IO[bytes], *, size_bytes: int, limits: Limits, takes_packed: bool = False
) -> Iterator[Member]:
    """The members of a zip (by its directory) or a tar, plain or compressed (as a stream).

    Folders are left out and not counted. Links, devices, sparse files and members above the limit
    come without a body, and so do zips and tars within unless they are taken as they are.

    Raises:
        BadArchiveFile: damaged, cut off, encrypted, or more than the limits allow.
    """
    allowed = min(limits.total_bytes, max(size_bytes, 1024 * 1024) * limits.ratio)
    is_zip = packed.read(4) in ZIP_STARTS
    packed.seek(0)
    try:
        if is_zip:
            found = _zip_members(packed, size_bytes=size_bytes, allowed=allowed, limits=limits)
        else:
            found = _tar_members(packed, allowed=allowed, limits=limits)
        for member in found:
            if member.place >= limits.members:
                raise BadArchiveFile(
                    f"The file holds more than {limits.members} members: split it.",
                    limit=limits.members,
                )
            yield _refused_if_packed(member) if not takes_packed else member
    except BROKEN as error:
        raise BadArchiveFile(
            "The file cannot be unpacked: it is damaged, encrypted, or packed in a way other than "
            "zip, tar, tar.gz, tar.bz2 or tar.xz. Pack it again.",
            error=type(error).__name__,
        ) from error


def _zip_members(
    packed: IO[bytes], *, size_bytes: int, allowed: int, limits: Limits
) -> Iterator[Member]:
    entries = check_directory(packed, size_bytes=size_bytes, member_limit=limits.members)
    left = allowed
    with zipfile.ZipFile(packed) as archive:
        if len(archive.infolist()) != entries:
            raise BadArchiveFile(
                "The directory of the zip has fewer entries than its end says: pack it again."
            )
        files = (info for info in archive.infolist() if not info.is_dir())
        for place, info in enumerate(files):
            if _is_link(info):
                yield _not_a_file(place)
                continue
            with archive.open(info) as stream:
                body = Counted(stream, allowed=left).read(limits.member_bytes + 1)
            left -= len(body)
            yield _member(place, body, limits, name=info.filename)


def _tar_members(packed: IO[bytes], *, allowed: int, limits: Limits) -> Iterator[Member]:
    counted = Counted(decompressed(packed), allowed=allowed)
    place = 0
    with tarfile.open(fileobj=counted, mode="r|", tarinfo=StrictTarInfo) as archive:  # type: ignore[call-overload]  # a stream needs only `read`
        for info in archive:
            # The library keeps what it read of every member, folders too.
            archive.members = []  # documented for streams
            if info.isdir():
                continue
            stream = archive.extractfile(info) if info.isreg() and not info.issparse() else None
            if stream is None:
                yield _not_a_file(place)
            else:
                body = stream.read(limits.member_bytes + 1)
                yield _member(place, body, limits, name=info.name)
            place += 1
        check_end(archive)


def _member(place: int, body: bytes, limits: Limits, *, name: str) -> Member:
    if len(body) > limits.member_bytes:
        return Member(
            place,
            refusal=Oversized(
                f"This member is larger than {limits.member_bytes} bytes, the limit of this "
                "archive for one object.",
                limit_bytes=limits.member_bytes,
            ),
        )
    return Member(place, body, name=name)


def _refused_if_packed(member: Member) -> Member:
    body = member.body
    if body.startswith(NESTED) and not body.startswith(DICOM_PREFIX, DICOM_PREFIX_AT):
        return Member(
            member.place,
            refusal=BadArchiveFile(
                "A zip or tar within a zip or tar is not unpacked: send it by itself."
            ),
        )
    return member


def _is_link(info: zipfile.ZipInfo) -> bool:
    """Whether a zip made on Unix says that this entry is a symbolic link."""
    return (info.external_attr >> 16) & 0o170000 == 0o120000


def _not_a_file(place: int) -> Member:
    refusal = BadArchiveFile(
        "Links, devices and sparse files are not unpacked: pack plain files instead."
    )
    return Member(place, refusal=refusal, holds_data=False)
