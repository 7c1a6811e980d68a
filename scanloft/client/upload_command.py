"""`scanloft upload`: sends files to an archive, and goes on where it was interrupted."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from scanloft.client.archive_address import checked_server, token_of
from scanloft.client.backoff import StoppedError, UnreachableError
from scanloft.client.interruption import interruptible
from scanloft.client.upload_journal import InUseError, Job
from scanloft.client.upload_report import show, write_report
from scanloft.client.upload_session import Account, Order, Session
from scanloft.client.upload_site import RefusedError
from scanloft.client.whole_file import make_folder
from scanloft.core.identifiers import PROJECT

EXIT_UNWRITTEN = 1
EXIT_CALL = 2
EXIT_REFUSED = 3
EXIT_UNFINISHED = 4
EXIT_INTERRUPTED = 130
EPILOG = (
    "Exit codes: 0 all that was sent is in the archive, or no medical image; with --no-wait, all "
    "has arrived; 1 the journal or the report could not be written; 2 the call is wrong; 3 a file "
    "waits in quarantine or could not be sent, or there was none; 4 the archive did not answer or "
    "did not let us in; 130 interrupted. After 1, 4 and 130, and after 3 if a file could not be "
    "sent, the same call goes on where it was."
)
GOOD_FATES = frozenset({"archived", "duplicate", "ignored", "unpacked", "changed"})
"""A file that changed has another number, which has a fate of its own."""
REPORT = "--report"


def upload(
    project: Annotated[str, typer.Argument(help="The name of the project.")],
    paths: Annotated[
        list[Path],
        typer.Argument(
            help="Files and folders: DICOM, and zip, tar, tgz or tar.gz of it.", exists=True
        ),
    ],
    server: Annotated[
        str, typer.Option(envvar="SCANLOFT_SERVER", help="As https://archive.example.")
    ],
    token_file: Annotated[
        Path | None,
        typer.Option(help="A file with your token; without, SCANLOFT_TOKEN has it."),
    ] = None,
    label: Annotated[str, typer.Option(help="What people call the upload; no patients.")] = "",
    site: Annotated[str, typer.Option(help="The centre that the images come from.")] = "",
    report: Annotated[
        Path | None,
        typer.Option(
            help="Write what became of each file, WITH THEIR NAMES: CSV by its ending, else JSON."
        ),
    ] = None,
    wait: Annotated[
        bool, typer.Option("--wait/--no-wait", help="Wait until the fate of each file is known.")
    ] = True,
    threads: Annotated[int, typer.Option(min=1, max=64, help="Files sent side by side.")] = 8,
    state_folder: Annotated[
        Path | None,
        typer.Option(
            envvar="SCANLOFT_STATE",
            help="Where the journal is, which holds the names of the files; by default "
            "~/.local/state/scanloft.",
        ),
    ] = None,
) -> None:
    """Upload PATHS into PROJECT. The same call again goes on after an interruption.

    The names of files and folders never leave this computer.
    """
    console = Console(stderr=True)
    if PROJECT.fullmatch(project) is None:
        raise typer.BadParameter("this is no name of a project", param_hint="PROJECT")
    sources = tuple(Path(os.path.abspath(path)) for path in paths)  # noqa: PTH100  # keeps links
    _check_report(report, sources)
    order = Order(
        job=Job(checked_server(server), project, sources, site),
        token=token_of(token_file, os.environ.get("SCANLOFT_TOKEN")),
        state_folder=state_folder or _state_folder(),
        wishes={name: wish for name, wish in (("label", label), ("site", site)) if wish},
        threads=threads,
        wait=wait,
    )
    with _told(console), interruptible() as undisturbed:

        def tell(account: Account) -> None:
            undisturbed()
            _tell(account, report, console, project=project)

        account = Session(order, console, tell=tell).perform()
    raise typer.Exit(_exit_code(account, wait=wait))


def _tell(account: Account, report: Path | None, console: Console, *, project: str) -> None:
    show(console, account.results)
    if not account.closed:
        console.print(f"Upload {account.upload} stays open: the same call again goes on with it.")
    if report is None:
        return
    try:
        write_report(
            report,
            account.results,
            project=project,
            upload=account.upload,
            complete=account.complete and account.closed,
        )
    except OSError as error:
        console.print(f"The report could not be written: {error.strerror}.", style="red")
        raise typer.Exit(EXIT_UNWRITTEN) from None


def _exit_code(account: Account, *, wait: bool) -> int:
    fates = {result.fate for result in account.results}
    if not fates or fates - GOOD_FATES - {"waiting"}:
        return EXIT_REFUSED
    if wait and not account.complete:
        return EXIT_UNFINISHED
    return 0


@contextmanager
def _told(console: Console) -> Iterator[None]:
    """Ends the program with a sentence where the upload could not be done."""
    try:
        yield
    except InUseError:
        code, reason = EXIT_CALL, "Another program uploads the same files: wait until it is done."
    except RefusedError as error:
        code, reason = EXIT_UNFINISHED, error.detail
    except (UnreachableError, StoppedError):
        code, reason = EXIT_UNFINISHED, "The archive does not answer: run again to go on."
    except (OSError, sqlite3.Error):
        code, reason = EXIT_UNWRITTEN, "The journal cannot be written: see --state-folder."
    except KeyboardInterrupt:
        code, reason = EXIT_INTERRUPTED, "Interrupted: run again to go on."
    else:
        return
    console.print(reason, style="red", markup=False, highlight=False)
    raise typer.Exit(code)


def _check_report(report: Path | None, sources: tuple[Path, ...]) -> None:
    if report is None:
        return
    if any(report.resolve().is_relative_to(source.resolve()) for source in sources):
        raise typer.BadParameter("must be outside of PATHS: it holds names", param_hint=REPORT)
    make_folder(report.absolute().parent, param_hint=REPORT)


def _state_folder() -> Path:
    base = os.environ.get("XDG_STATE_HOME")
    return (Path(base) if base else Path.home() / ".local" / "state") / "scanloft"
