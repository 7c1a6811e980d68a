"""`scanloft local`: the whole archive on this machine, for trying it out and for tests."""

import sys
import threading
from pathlib import Path
from typing import Annotated

import typer

from infra.local.archive import Announcement, Options
from infra.local.console import started, stop_on_signals
from infra.local.faults import Crash
from infra.local.people import PEOPLE


def local(
    *,
    port: Annotated[int, typer.Option(help="HTTP port on 127.0.0.1; 0 takes a free one.")] = 8042,
    dicom_port: Annotated[
        int, typer.Option(help="DICOM port on 127.0.0.1; 0 takes a free one.")
    ] = 11112,
    json_file: Annotated[
        Path | None, typer.Option("--json", help="Write addresses and tokens here when ready.")
    ] = None,
    receiver: Annotated[
        list[str] | None,
        typer.Option(help="AE=project: where an AE title stores; by default SCANLOFT=demo."),
    ] = None,
    crash: Annotated[
        list[str] | None,
        typer.Option(help="process=Operation:count: kill it after that AWS call.", hidden=True),
    ] = None,
) -> None:
    """Runs the archive on this machine until Ctrl-C: no AWS account, loopback only.

    Everything is kept in memory and gone at the end.
    """
    options = Options(
        http_port=port,
        dicom_port=dicom_port,
        receivers=_receivers(receiver or ["SCANLOFT=demo"]),
        crashes=[Crash.parse(text) for text in crash or ()],
    )
    stopping = threading.Event()
    stop_on_signals(stopping)
    with started(options) as archive:
        _announce(archive.announcement, json_file)
        while not stopping.wait(0.5):
            if archive.failure:
                typer.echo(archive.failure, err=True)
                sys.exit(1)


def _receivers(texts: list[str]) -> dict[str, str]:
    receivers = dict(text.partition("=")[::2] for text in texts)
    if not all(receivers) or not all(receivers.values()):
        raise typer.BadParameter("A receiver is written as AE=project.")
    return receivers


def _announce(announcement: Announcement, json_file: Path | None) -> None:
    if json_file:
        partial = json_file.with_suffix(".partial")
        partial.write_text(announcement.to_json())
        partial.chmod(0o600)
        partial.replace(json_file)
    typer.echo(f"HTTP   {announcement.base_url}")
    typer.echo(
        f"DICOM  {announcement.ae_title}@{announcement.dicom_host}:{announcement.dicom_port}"
    )
    for ae_title, project in announcement.projects.items():
        typer.echo(f"       what is stored to {ae_title} goes into the project {project}")
    for person in PEOPLE:
        typer.echo(f"token  {person}: {announcement.tokens[person]}")
    typer.echo("Ctrl-C ends it; nothing is kept.")
