"""How packed files begin, and what the libraries raise at those that cannot be read."""

import lzma
import tarfile
import zipfile
import zlib

ZIP_STARTS = (b"PK\x03\x04", b"PK\x05\x06")
"""The first bytes of a zip: those of its first member, or of the end of one without any."""
GZIP_START, BZIP2_START, XZ_START = b"\x1f\x8b", b"BZh", b"\xfd7zXZ\x00"
COMPRESSED_STARTS = (GZIP_START, BZIP2_START, XZ_START)
BROKEN = (
    tarfile.TarError,
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    EOFError,
    NotImplementedError,
    RuntimeError,
    OSError,
    ValueError,
)
"""Raised at files that are damaged, encrypted or packed in an unknown way."""
