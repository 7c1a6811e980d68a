"""Reading the headers of a tar strictly: Python's library takes a damaged one for the end."""

import tarfile
from typing import Self

from scanloft.core.errors import BadArchiveFile

EXTENDED_TYPES = (
    tarfile.GNUTYPE_LONGNAME,
    tarfile.GNUTYPE_LONGLINK,
    tarfile.XHDTYPE,
    tarfile.XGLTYPE,
    tarfile.SOLARIS_XHDTYPE,
)
EXTENDED_LIMIT_BYTES = 1024 * 1024
"""Names and attributes of one member; the library reads them at once, whatever their length."""
END = "EOFHeaderError"
"""What the library raises at a block of zeros, which is how a tar ends (POSIX.1 pax, ustar)."""
READ_BYTES = 64 * 1024


class StrictTarInfo(tarfile.TarInfo):
    """A header that must be whole, of a bearable size, and followed by others or by zeros."""

    @classmethod
    def frombuf(cls, buf: bytes | bytearray, encoding: str, errors: str) -> Self:
        """The header in a block of 512 bytes.

        Raises:
            BadArchiveFile: damaged, missing though the tar has not ended, or too long.
            tarfile.HeaderError: the block of zeros at the end, for the library to see.
        """
        try:
            info = super().frombuf(buf, encoding, errors)
        except tarfile.HeaderError as error:
            if type(error).__name__ == END:
                raise
            raise BadArchiveFile(
                "The tar is damaged or was cut off: pack it again, or send it again."
            ) from error
        if info.type in EXTENDED_TYPES and info.size > EXTENDED_LIMIT_BYTES:
            raise BadArchiveFile("The tar has a name or attribute of more than 1 MiB: shorten it.")
        return info


def check_end(archive: tarfile.TarFile) -> None:
    """Reads on to the very end, so that the checksum of the compression is checked.

    Raises:
        BadArchiveFile: something other than zeros follows the end of the tar.
    """
    stream = archive.fileobj
    while stream is not None and (block := stream.read(READ_BYTES)):
        if any(block):
            raise BadArchiveFile("Something follows the end of the tar: pack it again, alone.")
