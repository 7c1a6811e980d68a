"""De-identification from file to file: pixels are copied by the operating system."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from scanloft.core.errors import Oversized
from scanloft.deid.engine import deidentify, plan
from scanloft.deid.profiles.profile import Profile
from scanloft.deid.results import Plan, Result
from scanloft.deid.source import NeedsWhole, Span
from scanloft.deid.values.pseudonyms import Pseudonyms

WHOLE_LIMIT_BYTES = 2 * 2**30
"""Up to here an object that needs it is read whole."""
_BLOCK_BYTES = 2**20

BeforeReplacing = Callable[[Path, Result], None]


class FileSource:
    """An open file that is read in pieces."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._size = os.fstat(descriptor).st_size

    @property
    def size(self) -> int:
        """How many bytes it has."""
        return self._size

    def read(self, offset: int, length: int) -> bytes:
        """Return `length` bytes from `offset` on, fewer only at its end."""
        return os.pread(self._descriptor, length, offset)


def deidentify_file(
    source: Path,
    target: Path,
    *,
    profile: Profile,
    pseudonyms: Pseudonyms,
    site: str = "",
    before_replacing: BeforeReplacing | None = None,
) -> Result:
    """De-identify a file into another, which appears whole or not at all.

    `before_replacing` gets the finished file under its temporary name and may raise, which leaves
    the target as it is. Raises what `deidentify` raises, Oversized, and OSError.
    """
    descriptor = os.open(source, os.O_RDONLY)
    try:
        file = FileSource(descriptor)
        try:
            found = plan(file, profile=profile, pseudonyms=pseudonyms, site=site)
        except NeedsWhole:
            data = _whole(file)
            whole = deidentify(data, profile=profile, pseudonyms=pseudonyms, site=site)
            with _replacing(target, whole, before_replacing) as written:
                _write(written, whole.data)
            return whole
        with _replacing(target, found, before_replacing) as written:
            _assemble(found, descriptor, written)
        return found
    finally:
        os.close(descriptor)


def _whole(file: FileSource) -> bytes:
    if file.size > WHOLE_LIMIT_BYTES:
        raise Oversized(
            f"This object can only be read whole, and has more than {WHOLE_LIMIT_BYTES} bytes: "
            "convert it to Explicit VR Little Endian.",
            limit_bytes=WHOLE_LIMIT_BYTES,
        )
    return file.read(0, file.size)


def _assemble(found: Plan, source: int, target: int) -> None:
    waiting: list[bytes] = []
    for part in found.parts:
        if isinstance(part, Span):
            _write(target, b"".join(waiting))
            waiting.clear()
            _copy(source, part, target)
        else:
            waiting.append(part)
    _write(target, b"".join(waiting))


def _copy(source: int, span: Span, target: int) -> None:
    """Copy without the bytes passing through this process, where the file systems can do it."""
    offset, left = span.offset, span.length
    while left:
        try:
            copied = os.copy_file_range(source, target, left, offset)
        except OSError:
            break
        if copied == 0:
            break
        offset, left = offset + copied, left - copied
    while left:
        block = os.pread(source, min(left, _BLOCK_BYTES), offset)
        if not block:
            raise OSError("The file became shorter while it was read.")
        _write(target, block)
        offset, left = offset + len(block), left - len(block)


def _write(descriptor: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(descriptor, view) :]


@contextmanager
def _replacing(
    target: Path, result: Result, before_replacing: BeforeReplacing | None
) -> Iterator[int]:
    """Open a temporary file beside the target that takes its place at the end.

    An interruption at any point leaves no file behind.
    """
    folder = os.path.split(target)[0]
    temporary = os.path.join(folder, f".scanloft-{os.urandom(8).hex()}")  # noqa: PTH118  # quicker
    try:
        descriptor = _new_file(temporary)
        try:
            yield descriptor
        finally:
            os.close(descriptor)
        if before_replacing is not None:
            before_replacing(Path(temporary), result)
        os.replace(temporary, target)  # noqa: PTH105  # as above
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def _new_file(path: str) -> int:
    flags = os.O_CREAT | os.O_EXCL | os.O_WRONLY
    try:
        return os.open(path, flags, 0o666)
    except FileNotFoundError:
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        return os.open(path, flags, 0o666)
