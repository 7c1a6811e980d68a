"""How far an upload is, on the screen: all of it, and each large file that is on its way."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.markup import escape
from rich.progress import (
    BarColumn,
    DownloadColumn,
    MofNCompleteColumn,
    TextColumn,
    TimeRemainingColumn,
    TransferSpeedColumn,
)
from rich.progress import Progress as Bars

from scanloft.client.outcomes import printable

SHOWN_FROM_BYTES = 1024 * 1024
"""Smaller files are on their way for too short a time to be shown one by one."""
NAME_LENGTH = 40


class Progress:
    """Bars on a terminal, nothing elsewhere; all threads may tell it."""

    def __init__(self, console: Console) -> None:
        self._bars = Bars(
            TextColumn("{task.description}"),
            BarColumn(),
            DownloadColumn(),
            TransferSpeedColumn(),
            TimeRemainingColumn(),
            console=console,
            transient=True,
            disable=not console.is_terminal,
        )
        self._all = self._bars.add_task("Uploading", total=None)

    def __enter__(self) -> Self:
        """Shows the bars."""
        self._bars.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Takes the bars away."""
        self._bars.stop()

    def expect(self, total_bytes: int) -> None:
        """How much there is in all."""
        self._bars.update(self._all, total=total_bytes)

    def arrived(self, size_bytes: int) -> None:
        """So much is there already."""
        self._bars.advance(self._all, size_bytes)

    @contextmanager
    def file(self, name: str, size_bytes: int) -> Iterator[Callable[[int], None]]:
        """Shows one file while it is sent; the function is told how many more bytes were."""
        if size_bytes < SHOWN_FROM_BYTES:
            yield self.arrived
            return
        shown = escape(printable(name)[-NAME_LENGTH:])
        task = self._bars.add_task(shown, total=size_bytes)

        def told(count: int) -> None:
            self._bars.advance(task, count)
            self.arrived(count)

        try:
            yield told
        finally:
            self._bars.remove_task(task)


@contextmanager
def following(console: Console) -> Iterator[Callable[[int, int], None]]:
    """A bar for the files that have their fate, of so many that there are."""
    bars = Bars(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        console=console,
        transient=True,
        disable=not console.is_terminal,
    )
    with bars:
        task = bars.add_task("Waiting for the archive", total=None)
        yield lambda done, total: bars.update(task, completed=done, total=total)
