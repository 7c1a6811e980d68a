"""What the commands share: an archive that starts or says why not, and a good end on Ctrl-C."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import typer

from infra.local.archive import LocalArchive, Options, PortTaken

INTERRUPTED = 130
"""What a shell says of a program that Ctrl-C ended."""


def stop_on_signals(stopping: threading.Event) -> None:
    """Sets the event at Ctrl-C and SIGTERM, instead of ending at once."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopping.set())


@contextmanager
def started(options: Options) -> Iterator[LocalArchive]:
    """A running archive; what keeps it from starting or working ends the command with 1."""
    try:
        with LocalArchive(options) as archive:
            yield archive
    except KeyboardInterrupt:
        typer.echo("Stopped.", err=True)
        raise typer.Exit(INTERRUPTED) from None
    except (PortTaken, TimeoutError, ConnectionError) as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from error
