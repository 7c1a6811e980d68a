"""Following what native code is linked to."""

from pathlib import Path

from infra.native_code import linked


def library(folder: Path, name: str, *asked_for: str) -> Path:
    path = folder / name
    path.write_bytes(b"\x7fELF\0" + b"".join(each.encode() + b"\0" for each in asked_for))
    return path


def test_libraries_are_followed_from_one_to_the_next(tmp_path: Path) -> None:
    extension = library(tmp_path, "_ext.so", "libfirst.so.1")
    first = library(tmp_path, "libfirst.so.1", "libsecond.so.2", "libfirst.so.1")
    second = library(tmp_path, "libsecond.so.2", "libfirst.so.1")
    library(tmp_path, "libfirst.so.1.0.7")
    library(tmp_path, "libfirst.so")
    library(tmp_path, "libother.so.1", "libsecond.so.2")
    assert linked(extension) == {extension, first, second}


def test_what_is_not_beside_the_extension_is_left_to_the_system(tmp_path: Path) -> None:
    extension = library(tmp_path, "_ext.so", "libc.so.6")
    assert linked(extension) == {extension}
