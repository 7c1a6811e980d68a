"""Reading the files of an export in order, several requests ahead, in constant memory."""

from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from typing import TypeVar

from scanloft.aws.objects import ObjectFacts, ObjectStore
from scanloft.core.errors import DeclarationMismatch, NotFound, Unavailable
from scanloft.core.exports import ExportFile
from scanloft.core.settings import MIB

BLOCK_BYTES = 8 * MIB
"""What one request reads at most; files up to this size are read as a whole."""
AHEAD = 12
"""How many requests are under way: an image of 500 kB comes in 25 ms, most of which is waiting."""

Item = TypeVar("Item")
Result = TypeVar("Result")
Fault = NotFound | DeclarationMismatch
Found = bytes | Fault
"""A block, or why there is none: the file was deleted, or is not what the index says."""


@dataclass(frozen=True, slots=True)
class Block:
    """A range of a file; `place` tells files of the same name apart."""

    place: int
    file: ExportFile
    offset: int
    length: int
    of: ObjectFacts | None = None
    fault: Fault | None = None


class FileReader:
    """The files of an export out of the archive bucket."""

    def __init__(self, archive: ObjectStore) -> None:
        self._archive = archive

    def read(
        self, files: Iterable[ExportFile]
    ) -> Generator[tuple[ExportFile, Iterator[Found]], None, None]:
        """Each file with its blocks in order, which must be taken before the next file is.

        Raises:
            Unavailable: S3 did not answer, or an object was replaced while it was read.
        """
        blocks = ahead(self._blocks(files), self._block)
        for (_, file), group in groupby(blocks, key=lambda found: (found[0].place, found[0].file)):
            yield file, map(itemgetter(1), group)

    def _blocks(self, files: Iterable[ExportFile]) -> Iterator[Block]:
        for place, file in enumerate(files):
            if file.is_deleted:
                yield Block(place, file, 0, 0, fault=NotFound("The file was deleted."))
                continue
            if is_whole(file):
                yield Block(place, file, file.offset, file.length)
                continue
            facts = self._facts(file)
            if not isinstance(facts, ObjectFacts):
                yield Block(place, file, 0, 0, fault=facts)
                continue
            end = file.offset + file.length
            for at in range(file.offset, end, BLOCK_BYTES):
                yield Block(place, file, at, min(BLOCK_BYTES, end - at), of=facts)

    def _facts(self, file: ExportFile) -> ObjectFacts | Fault:
        try:
            facts = self._archive.facts(file.key)
        except NotFound as error:
            return error
        return facts if facts.size_bytes >= file.offset + file.length else other_size()

    def _block(self, block: Block) -> Found:
        if block.fault:
            return block.fault
        try:
            body = self._body(block)
        except NotFound as error:
            return error
        except Unavailable as error:
            if error.facts.get("aws_code") == "InvalidRange":
                return other_size()
            raise
        return body if len(body) == block.length else other_size()

    def _body(self, block: Block) -> bytes:
        key = block.file.key
        if not key:
            return block.file.text.encode()
        if block.of:
            return self._archive.read(key, offset=block.offset, length=block.length, of=block.of)
        if block.length:
            return self._archive.get(key, offset=block.offset, length=block.length).body
        self._archive.facts(key)
        return b""


def ahead(
    items: Iterable[Item], work: Callable[[Item], Result], *, count: int = AHEAD
) -> Iterator[tuple[Item, Result]]:
    """Each item with its result, in order, while the work on the next ones is under way."""
    under_way: deque[tuple[Item, Future[Result]]] = deque()
    pool = ThreadPoolExecutor(max_workers=count)
    try:
        for item in items:
            under_way.append((item, pool.submit(work, item)))
            if len(under_way) == count:
                first, future = under_way.popleft()
                yield first, future.result()
        for first, future in under_way:
            yield first, future.result()
    finally:
        pool.shutdown(cancel_futures=True)


def is_whole(file: ExportFile) -> bool:
    """Whether the file comes in one block."""
    return file.length <= BLOCK_BYTES or not file.key


def other_size() -> DeclarationMismatch:
    """The error for an object that is shorter than the index says."""
    return DeclarationMismatch("The object is shorter than the index says.")
