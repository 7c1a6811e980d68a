"""`scanloft demo`: sends a folder through the local archive and shows what became of it."""

import sys
import threading
from pathlib import Path
from typing import Annotated

import pydicom
import typer
from rich.console import Console

from infra.local.archive import Options
from infra.local.console import started, stop_on_signals
from infra.local.demo import account
from infra.local.demo.outcome import Route
from infra.local.demo.run import PROJECT_BY_ROUTE, run

DEFAULT_FOLDER = Path(pydicom.__file__).parent / "data" / "test_files"
"""The real images that the pydicom package ships."""


def demo(
    *,
    folder: Annotated[
        Path,
        typer.Argument(exists=True, file_okay=False, help="Images; by default those of pydicom."),
    ] = DEFAULT_FOLDER,
    once: Annotated[bool, typer.Option("--once", help="Stop afterwards, with 0 or 1.")] = False,
    report: Annotated[
        Path | None, typer.Option(help="Write the account as JSON to this file.")
    ] = None,
    port: Annotated[int, typer.Option(help="HTTP port; 0 takes a free one.")] = 8042,
    dicom_port: Annotated[int, typer.Option(help="DICOM port; 0 takes a free one.")] = 11112,
) -> None:
    """Runs the archive on this machine and sends it a folder, by C-STORE and by upload.

    Shows what arrived, what was changed, what was refused and why, and where to look, and goes on
    serving until Ctrl-C. With --once it stops: 0 when each file is accounted for and all that was
    archived can be found and fetched back, else 1.
    """
    console = Console()
    stopping = threading.Event()
    if not any(path.is_file() for path in folder.rglob("*")):
        raise typer.BadParameter(f"There are no files in {folder}.")
    if report:
        report.parent.mkdir(parents=True, exist_ok=True)
        report.touch()
    options = Options(
        http_port=0 if once else port,
        dicom_port=0 if once else dicom_port,
        receivers={"SCANLOFT": PROJECT_BY_ROUTE[Route.DICOM]},
    )
    console.print("Starting the archive on this machine ...")
    with started(options) as archive:
        console.print(f"Sending {folder} by C-STORE and by presigned upload ...", soft_wrap=True)
        found = run(archive, folder=folder.resolve())
        account.show(found, console)
        if report:
            report.write_text(found.to_json())
        if not once:
            account.show_addresses(found, archive.announcement, console)
            console.print("\nServing until Ctrl-C; nothing is kept.")
            stop_on_signals(stopping)
            stopping.wait()
    sys.exit(0 if found.is_good else 1)
