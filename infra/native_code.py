"""Which shared libraries of a package its native code is linked to."""

from collections.abc import Iterator
from pathlib import Path


def linked(extension: Path) -> set[Path]:
    """The extension module and the libraries beside it that it asks for, directly or not.

    A library is asked for by its SONAME, which ends with a zero byte in the table of names of an
    ELF file. A name that is there for another reason keeps a library too many, never one too few.
    """
    libraries = set(extension.parent.glob("lib*.so*"))
    kept = {extension}
    waiting = [extension]
    while waiting:
        asked = set(_asked_for(waiting.pop(), libraries - kept))
        kept |= asked
        waiting.extend(asked)
    return kept


def _asked_for(binary: Path, libraries: set[Path]) -> Iterator[Path]:
    content = binary.read_bytes()
    for library in libraries:
        if library.name.encode() + b"\0" in content:
            yield library
