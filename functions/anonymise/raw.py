"""The raw object, whole in memory or read by ranges: what can be said of it either way."""

import hashlib
from functools import cached_property

from scanloft.aws.objects import StoredObject
from scanloft.aws.source import RangedSource
from scanloft.core.errors import AwaitsArchiving, BadArchiveFile, DeclarationMismatch
from scanloft.core.model import Declaration, Prearchive
from scanloft.core.routing.fixed import COMMENTS, demands_archiving
from scanloft.core.settings import MIB
from scanloft.deid.source import WholeSource
from scanloft.dicom.texts import read_texts

PACKED_MAGIC = (
    b"PK\x03\x04",
    b"\x1f\x8b\x08",
    b"BZh",
    b"\xfd7zXZ\x00",
    b"7z\xbc\xaf\x27\x1c",
    b"Rar!",
)
TAR_MAGIC, TAR_MAGIC_AT = b"ustar", 257
DICOM_MAGIC, DICOM_MAGIC_AT = b"DICM", 128
MAGIC_BYTES = TAR_MAGIC_AT + len(TAR_MAGIC)
HEADER_BYTES = MIB


class WholeRaw:
    """A raw object that is in memory."""

    def __init__(self, stored: StoredObject) -> None:
        self.body = stored.body
        self.size_bytes = len(stored.body)
        self.metadata = stored.metadata

    @cached_property
    def sha256_hex(self) -> str:
        """The SHA-256 of its bytes."""
        return hashlib.sha256(self.body).hexdigest()

    @property
    def known_sha256_hex(self) -> str | None:
        """The same: it costs nothing to read what is here."""
        return self.sha256_hex

    @property
    def source(self) -> WholeSource:
        """It as what can be read in pieces."""
        return WholeSource(self.body)

    @property
    def start(self) -> bytes:
        """The bytes that tell a zip or tar."""
        return self.body[:MAGIC_BYTES]

    @property
    def header(self) -> bytes:
        """Bytes that hold the header of nearly every object."""
        return self.body[:HEADER_BYTES]


class RangedRaw:
    """A raw object that is too large to be read without need."""

    def __init__(self, source: RangedSource) -> None:
        self.source = source
        self.size_bytes = source.size
        self.metadata = source.facts.metadata

    @property
    def sha256_hex(self) -> str:
        """The SHA-256 of its bytes; where S3 has none, all of them are read for it once."""
        return self.source.sha256_hex

    @property
    def known_sha256_hex(self) -> str | None:
        """The SHA-256 if S3 has it."""
        return self.source.facts.sha256_hex

    @property
    def start(self) -> bytes:
        """The bytes that tell a zip or tar."""
        return self.source.read(0, MAGIC_BYTES)

    @property
    def header(self) -> bytes:
        """Bytes that hold the header of nearly every object."""
        return self.source.read(0, HEADER_BYTES)


Raw = WholeRaw | RangedRaw


def packed_reason(start: bytes) -> BadArchiveFile | None:
    """The reason to keep what is no DICOM but a zip or tar, which may be full of it; else None."""
    if start.startswith(DICOM_MAGIC, DICOM_MAGIC_AT):
        return None
    is_tar = start.startswith(TAR_MAGIC, TAR_MAGIC_AT)
    if not is_tar and not start.startswith(PACKED_MAGIC):
        return None
    return BadArchiveFile(
        'This is a zip, tar or compressed file that was sent as DICOM: send it with kind "archive".'
    )


def check_declaration(raw: Raw, declaration: Declaration | None, *, needed: bool) -> None:
    """Compares an object with what was said of it before.

    Raises:
        DeclarationMismatch: other size or checksum, or nothing was said though it should be.
        NotFound, Unavailable: as reading it, where its checksum is not known without.
    """
    if declaration is None:
        if needed:
            raise DeclarationMismatch(
                "This object was never declared: declare its size and SHA-256, then send it again."
            )
        return
    if raw.size_bytes != declaration.size_bytes:
        raise DeclarationMismatch(
            f"The object has {raw.size_bytes} bytes, {declaration.size_bytes} were declared: "
            "send the file again as a new upload.",
            size_bytes=raw.size_bytes,
            declared_bytes=declaration.size_bytes,
        )
    if raw.sha256_hex != declaration.sha256:
        raise DeclarationMismatch(
            "The SHA-256 of the object is not the declared one: send the file again as a new "
            "upload."
        )


def check_prearchive(prearchive: Prearchive, raw: Raw) -> None:
    """Holds what could be archived, where the project wants its owner to archive it.

    An object that says `AA:true` in a comment does not wait.

    Raises:
        AwaitsArchiving: it waits.
    """
    if prearchive is not Prearchive.MANUAL:
        return
    if not demands_archiving(read_texts(raw.header, COMMENTS.keys()).by_tag):
        raise AwaitsArchiving(
            "This object waits for an owner of the project to archive it: release it, move it to "
            "another project, or delete it."
        )
