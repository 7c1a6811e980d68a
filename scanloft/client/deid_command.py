"""`scanloft deid`: de-identifies a file or a folder on this computer, with no archive at all."""

import json
import os
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import track

from scanloft.client.arguments import (
    ExportFolder,
    LookupFile,
    ProfileOption,
    ReportFile,
    SecretFile,
    Site,
)
from scanloft.client.deid_run import Run, pairs_of
from scanloft.client.id_export import IdExport
from scanloft.client.lookup_file import pseudonyms_for
from scanloft.client.outcomes import Outcome, report_of, show
from scanloft.client.profile_choice import chosen_profile
from scanloft.client.secret_file import secret_of
from scanloft.deid.profiles.file import warnings_of

EXIT_REFUSED = 3
EPILOG = (
    "Exit codes: 0 all done; 1 interrupted; 2 the call is wrong, nothing was done; "
    "3 a file was refused, or no DICOM file was found."
)


def deid(
    src: Annotated[Path, typer.Argument(help="A DICOM file, or a folder of them.", exists=True)],
    dst: Annotated[Path, typer.Argument(help="Where the results go; never inside SRC.")],
    profile: ProfileOption = "basic",
    secret_file: SecretFile = None,
    lookup: LookupFile = None,
    site: Site = "",
    report: ReportFile = None,
    export_ids: ExportFolder = None,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Replace other results that are in DST already.")
    ] = False,
) -> None:
    """De-identify SRC into DST, keeping relative paths. Exits with 3 if a file was refused."""
    console = Console(stderr=True)
    src, dst = src.resolve(), dst.resolve()
    _check_places(src, dst, export_ids=export_ids, report=report)
    chosen = chosen_profile(profile, param_hint="--profile")
    for warning in warnings_of(chosen):
        console.print(f"Warning: {warning}", style="yellow", markup=False, highlight=False)
    export = None if export_ids is None else IdExport(export_ids, overwrite=overwrite)
    if report is not None:
        _make_folder(report.parent, param_hint="--report")
    skipped: list[Outcome] = []
    pairs = list(pairs_of(src, dst, skipped=skipped))
    if secret_file is None and not overwrite:
        _check_targets(target for _, target, _ in pairs)
    pseudonyms = pseudonyms_for(
        chosen, secret_of(secret_file, console), lookup_file=lookup, site=site
    )
    run = Run(chosen, pseudonyms, site=site, overwrite=overwrite, export=export)
    outcomes = [
        run.deidentify(source, target, name)
        for source, target, name in track(pairs, "De-identifying", console=console)
    ] + skipped
    if report is not None:
        _write(report, json.dumps(report_of(chosen, outcomes), indent=1))
    if export is not None:
        export.write()
    show(console, outcomes)
    _exit(outcomes, console)


def _check_places(src: Path, dst: Path, *, export_ids: Path | None, report: Path | None) -> None:
    target = dst / src.name if src.is_file() and dst.is_dir() else dst
    if target == src or src in target.parents or (src.is_dir() and dst in src.parents):
        raise typer.BadParameter(
            "DST must be outside of SRC and SRC outside of DST: originals are never overwritten",
            param_hint="DST",
        )
    if src.is_dir() and dst.exists() and not dst.is_dir():
        raise typer.BadParameter("SRC is a folder, so DST must be one too", param_hint="DST")
    if report is not None and _is_within(report, src):
        raise typer.BadParameter("must be outside of SRC", param_hint="--report")
    if export_ids is not None and (_is_within(export_ids, src) or _is_within(export_ids, dst)):
        raise typer.BadParameter(
            "must be outside of SRC and DST: who gets the results must not get the pairs",
            param_hint="--export-ids",
        )


def _is_within(path: Path, folder: Path) -> bool:
    return path.resolve().is_relative_to(folder)


def _check_targets(targets: Iterable[Path]) -> None:
    """Refuse results of an earlier run, which a run with another secret cannot equal."""
    if any(target.is_file() for target in targets):
        raise typer.BadParameter(
            "holds results of an earlier run: name another folder, use the --secret-file of that "
            "run to complete it, or --overwrite to replace them",
            param_hint="DST",
        )


def _make_folder(folder: Path, *, param_hint: str) -> None:
    """Make the folder before hours of work; it would be a pity to learn of it behind them."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        raise typer.BadParameter("its folder cannot be made", param_hint=param_hint) from None
    if not os.access(folder, os.W_OK):
        raise typer.BadParameter("its folder cannot be written to", param_hint=param_hint)


def _write(path: Path, text: str) -> None:
    with tempfile.NamedTemporaryFile(
        "w", encoding="utf-8", dir=path.parent, prefix=".scanloft-", delete=False
    ) as file:
        temporary = Path(file.name)
        try:
            file.write(text)
            file.flush()
            temporary.replace(path)
        except OSError:
            temporary.unlink(missing_ok=True)
            raise


def _exit(outcomes: list[Outcome], console: Console) -> None:
    if not any(outcome.fate == "deidentified" for outcome in outcomes):
        console.print("No file was de-identified.")
        raise typer.Exit(EXIT_REFUSED)
    if any(outcome.fate == "refused" for outcome in outcomes):
        raise typer.Exit(EXIT_REFUSED)
