"""Listing the files of an export: what it was asked to hold, as it is when the work begins."""

import dataclasses
from collections.abc import Callable, Iterator

from scanloft.aws.exports import ExportFiles, ExportWishes
from scanloft.contents import bids
from scanloft.contents.contents import Contents
from scanloft.contents.shelves import Shelves
from scanloft.core.errors import NotFound, Oversized
from scanloft.core.exports import ExportFile, ExportOrder, Totals
from scanloft.core.layouts import Layout, digest


class Listing:
    """The files of one export, not too many, each under a name of its own."""

    def __init__(self, *, limit: int, on_progress: Callable[[], None]) -> None:
        self._limit = limit
        self._on_progress = on_progress
        self._taken: set[str] = set()
        self._folders: set[str] = {""}

    def through(self, files: Iterator[ExportFile]) -> Iterator[ExportFile]:
        """The same files.

        Raises:
            Oversized: there are too many.
        """
        for file in files:
            yield self._named(file)
            if len(self._taken) > self._limit:
                raise Oversized(
                    f"An export has at most {self._limit} files: select less at a time.",
                    limit=self._limit,
                )
            self._on_progress()

    def _named(self, file: ExportFile) -> ExportFile:
        """Names differ by the way they are made; whatever escaped that is told apart here.

        Letter case alone does not tell them apart everywhere, nor can a file be a folder.
        """
        name = file.name
        while not self._take(name.casefold()):
            name = f"{digest(file.key + name)}/{name}"
        return dataclasses.replace(file, name=name)

    def _take(self, name: str) -> bool:
        """Takes a name, if no file has it, and none that of a folder."""
        folders: list[str] = []
        folder = name.rpartition("/")[0]
        # What is above a known folder is known as well.
        while folder not in self._folders:
            folders.append(folder)
            folder = folder.rpartition("/")[0]
        if name in self._taken or name in self._folders or not self._taken.isdisjoint(folders):
            return False
        self._taken.add(name)
        self._folders.update(folders)
        return True


class Lister:
    """Writes the lists of files of exports."""

    def __init__(
        self, shelves: Shelves, wishes: ExportWishes, files: ExportFiles, *, limit: int
    ) -> None:
        self._shelves = shelves
        self._wishes = wishes
        self._files = files
        self._limit = limit

    def ensure(self, order: ExportOrder, *, on_progress: Callable[[], None]) -> Totals:
        """Writes the list of an export, unless it is there; what its files are together.

        Raises:
            NotFound: nobody wrote down what it is to hold, or it has no files.
            Oversized: it has too many.
        """
        if not self._files.are_listed(*order):
            self._write(order, on_progress)
        totals = Totals.of(self._files.read(*order))
        if not totals.count:
            raise NotFound("There are no files in this selection: nothing to export.")
        return totals

    def _write(self, order: ExportOrder, on_progress: Callable[[], None]) -> None:
        wish = self._wishes.read(*order)
        contents = Contents(self._shelves, wish)
        listing = Listing(limit=self._limit, on_progress=on_progress)
        found: Iterator[ExportFile] = (entry.file for entry in contents.entries())
        if wish.layout is Layout.BIDS:
            found = _described(found, contents, title=wish.title)
        self._files.write(*order, listing.through(found))


def _described(
    files: Iterator[ExportFile], contents: Contents, *, title: str
) -> Iterator[ExportFile]:
    """The files, and what makes them a BIDS dataset, if there are any."""
    has_files = False
    for file in files:
        has_files = True
        yield file
    if has_files:
        yield from bids.files(title, contents.subjects())
