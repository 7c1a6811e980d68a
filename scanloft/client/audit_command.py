"""`scanloft audit`: whether an audit log is whole, from a file or from the archive itself."""

import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Annotated

import httpx
import typer

from scanloft.core.chain import Verdict, entry_of, verdict
from scanloft.core.model import AuditEntry

TOKEN_VARIABLE = "SCANLOFT_TOKEN"  # noqa: S105  # the name of a variable, no secret
SITE = "-"
PAGE = 5000
TIMEOUT_S = 60

app = typer.Typer(help="Verify the audit log of a project.", no_args_is_help=True)

Files = Annotated[
    list[Path] | None,
    typer.Argument(
        help="Exports of one log, in order from its first entry on.", exists=True, dir_okay=False
    ),
]
Head = Annotated[
    str,
    typer.Option(help="The hash of an entry that you kept: the log must still hold it."),
]
Server = Annotated[
    str,
    typer.Option(
        help=f"Read the log from this archive instead; the token is taken from {TOKEN_VARIABLE}."
    ),
]
Project = Annotated[
    str,
    typer.Option(help='The project whose log it is, "-" for that of the archive as a whole.'),
]


class UnreadableEntryError(Exception):
    """A line that is no entry; `number` counts the lines from 1."""

    def __init__(self, number: int) -> None:
        super().__init__(f"line {number} is no entry of an audit log")


@app.callback()
def _group() -> None:
    # Without a callback typer would drop the name of the only command.
    pass


@app.command()
def verify(files: Files = None, *, head: Head = "", server: Server = "", project: Project) -> None:
    """Tell whether every entry is there, in order, and as it was written.

    Ends with 0 if it is and with 1 if it is not. What was cut off at the end is noticed by --head
    only.
    """
    if bool(files) == bool(server):
        raise typer.BadParameter("name either files or a --server")
    lines = _fetched(server, project) if server else _read(files or [])
    try:
        found = verdict(_entries(lines), project=project, head=head)
    except UnreadableEntryError as error:
        typer.echo(f"BROKEN: {error}.", err=True)
        raise typer.Exit(1) from None
    _tell(found)


def _tell(found: Verdict) -> None:
    if found.broken_at:
        typer.echo(f"BROKEN at entry {found.broken_at}: {found.fault}.", err=True)
        raise typer.Exit(1)
    typer.echo(f"OK: {found.entries} entries, each as it was written.")
    if found.entries:
        typer.echo(f"Keep this hash elsewhere, for --head: {found.head}")


def _entries(lines: Iterable[str]) -> Iterator[AuditEntry]:
    for number, line in enumerate(lines, start=1):
        try:
            yield entry_of(line)
        except (ValueError, RecursionError):
            raise UnreadableEntryError(number) from None


def _read(files: Iterable[Path]) -> Iterator[str]:
    for path in files:
        try:
            with path.open(encoding="utf-8", errors="replace") as file:
                yield from (line for line in file if line.strip())
        except OSError as error:
            raise typer.BadParameter(f"{path.name} cannot be read: {error.strerror}") from None


def _fetched(server: str, project: str) -> Iterator[str]:
    """The lines of all pages of the export, one page in memory at a time."""
    token = os.environ.get(TOKEN_VARIABLE, "")
    if not token:
        raise typer.BadParameter(f"set {TOKEN_VARIABLE} to a token of an owner of the project")
    place = "/api/audit/export" if project == SITE else f"/api/projects/{project}/audit/export"
    url = f"{server.rstrip('/')}{place}"
    after = 0
    with httpx.Client(headers={"Authorization": f"Bearer {token}"}, timeout=TIMEOUT_S) as client:
        while True:
            page = _answered(client, url, after=after)
            lines = page.text.splitlines()
            yield from lines
            if "next" not in page.links or not lines:
                return
            after += len(lines)


def _answered(client: httpx.Client, url: str, *, after: int) -> httpx.Response:
    try:
        page = client.get(url, params={"after": after, "limit": PAGE})
    except (httpx.TransportError, httpx.InvalidURL) as error:
        raise typer.BadParameter(f"the server does not answer: {type(error).__name__}") from None
    if page.status_code != httpx.codes.OK:
        raise typer.BadParameter(f"the server answers {page.status_code}: {_detail(page)}")
    return page


def _detail(page: httpx.Response) -> str:
    try:
        return str(page.json()["detail"])
    except (ValueError, KeyError, TypeError):
        return "see its documentation"
