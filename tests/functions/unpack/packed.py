"""Zips and tars made in code, good and bad ones."""

import bz2
import gzip
import io
import lzma
import struct
import tarfile
import zipfile
from collections.abc import Callable, Iterable, Mapping

Files = Mapping[str, bytes]


def zipped(files: Files, *, compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    """A zip; a name that ends with a slash is a folder."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", compression) as archive:
        for name, content in files.items():
            info = zipfile.ZipInfo(name)  # of no time, so that the same files are the same zip
            info.compress_type = compression
            info.external_attr = (0o40775 if name.endswith("/") else 0o100600) << 16
            archive.writestr(info, content)
    return target.getvalue()


def tarred(files: Files, *, more: Iterable[tarfile.TarInfo] = ()) -> bytes:
    """A tar; a name that ends with a slash is a folder."""
    target = io.BytesIO()
    with tarfile.open(fileobj=target, mode="w") as archive:
        for name, content in files.items():
            info = tarfile.TarInfo(name)
            info.type = tarfile.DIRTYPE if name.endswith("/") else tarfile.REGTYPE
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
        for info in more:
            archive.addfile(info)
    return target.getvalue()


PACKERS: Mapping[str, Callable[[Files], bytes]] = {
    "zip": zipped,
    "stored zip": lambda files: zipped(files, compression=zipfile.ZIP_STORED),
    "tar": tarred,
    "tar.gz": lambda files: gzip.compress(tarred(files)),
    "tar.bz2": lambda files: bz2.compress(tarred(files)),
    "tar.xz": lambda files: lzma.compress(tarred(files)),
}


def link(name: str, target: str, *, kind: bytes = tarfile.SYMTYPE) -> tarfile.TarInfo:
    """A link in a tar."""
    info = tarfile.TarInfo(name)
    info.type, info.linkname = kind, target
    return info


def zip_with_link() -> bytes:
    """A zip made on Unix with a symbolic link and a file."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        info = zipfile.ZipInfo("link")
        info.create_system, info.external_attr = 3, 0o120777 << 16
        archive.writestr(info, "/etc/passwd")
        archive.writestr("file", b"content")
    return target.getvalue()


def encrypted_zip() -> bytes:
    """A zip whose only entry says that it is encrypted (APPNOTE 4.4.4, bit 0)."""
    data = bytearray(zipped({"a": b"secret"}))
    data[6] |= 1
    data[data.index(b"PK\1\2") + 8] |= 1
    return bytes(data)


def badly_named_zip() -> bytes:
    """A zip whose entry is said to be named in UTF-8 (APPNOTE 4.4.4, bit 11) and is not."""
    data = bytearray(zipped({"ab": b"content"}))
    place = data.index(b"PK\1\2")
    data[place + 9] |= 8
    data[place + 46 : place + 48] = b"\xff\xfe"
    return bytes(data)


def sparse_tar(size_bytes: int) -> bytes:
    """A tar with a sparse file (GNU format) that is all hole: a kilobyte says so many bytes."""
    info = tarfile.TarInfo("hole")
    header = bytearray(info.tobuf(tarfile.GNU_FORMAT))
    header[156:157] = tarfile.GNUTYPE_SPARSE
    header[386:398] = b"%011o\0" % size_bytes
    header[398:410] = b"%011o\0" % 0
    header[483:495] = b"%011o\0" % size_bytes
    header[148:156] = b" " * 8
    header[148:156] = b"%06o\0 " % sum(header)
    return bytes(header).ljust(10240, b"\0")


def long_header_tar(size_bytes: int) -> bytes:
    """A tar.gz whose only header is followed by so many bytes of extended header."""
    info = tarfile.TarInfo("long")
    info.type, info.size = tarfile.GNUTYPE_LONGNAME, size_bytes
    target = io.BytesIO()
    with gzip.GzipFile(fileobj=target, mode="wb") as packed:
        packed.write(info.tobuf(tarfile.GNU_FORMAT))
        for _ in range(size_bytes // 2**20):
            packed.write(b"a" * 2**20)
        packed.write(tarfile.TarInfo("file").tobuf() + b"\0" * 1024)
    return target.getvalue()


def with_hidden_directory(data: bytes, *, claimed_bytes: int) -> bytes:
    """The zip with zip64 records that give its real directory, while its end record lies."""
    end = data.rindex(b"PK\5\6")
    count, size, offset = struct.unpack_from("<HLL", data, end + 10)
    end64 = struct.pack("<4sQHHLLQQQQ", b"PK\6\6", 44, 45, 45, 0, 0, count, count, size, offset)
    locator = struct.pack("<4sLQL", b"PK\6\7", 0, end, 1)
    lying = bytearray(data[end:])
    struct.pack_into("<L", lying, 12, claimed_bytes)
    return data[:end] + end64 + locator + bytes(lying)
