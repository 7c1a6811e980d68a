"""`scanloft deid`: de-identifies a file or a folder on this computer, with no archive at all."""

import json
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
from scanloft.client.interruption import interruptible
from scanloft.client.lookup_file import pseudonyms_for
from scanloft.client.outcomes import Outcome, report_of, show
from scanloft.client.places import (
    EXPORT,
    REPORT,
    SECRET,
    check_apart,
    check_folders,
    check_report,
    check_written,
)
from scanloft.client.profile_choice import chosen_profile, profile_file
from scanloft.client.secret_file import secret_of
from scanloft.client.whole_file import make_folder, write_whole
from scanloft.deid.profiles.file import warnings_of

EXIT_UNWRITTEN = 1
EXIT_REFUSED = 3
EXIT_INTERRUPTED = 130
EPILOG = (
    "Exit codes: 0 all done; 1 report or pairs could not be written; 2 the call is wrong, nothing "
    "was done; 3 a file was refused, or no DICOM file was found; 130 "
    "interrupted, report and pairs tell what was done."
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
        bool,
        typer.Option(
            "--overwrite",
            help="Replace results and a report of an earlier run, and add to its pairs; of a file "
            "that is refused now, the earlier result is removed.",
        ),
    ] = False,
) -> None:
    """De-identify SRC into DST, keeping relative paths. Exits with 3 if a file was refused."""
    console = Console(stderr=True)
    src, dst = src.resolve(), dst.resolve()
    check_folders(src, dst)
    check_apart(secret_file, src, dst, what="secret", param_hint=SECRET)
    check_apart(export_ids, src, dst, what="pairs", param_hint=EXPORT)
    check_report(report, src, overwrite=overwrite)
    chosen = chosen_profile(profile, param_hint="--profile")
    for warning in warnings_of(chosen):
        console.print(f"Warning: {warning}", style="yellow", markup=False, highlight=False)
    skipped: list[Outcome] = []
    pairs = list(pairs_of(src, dst, skipped=skipped))
    targets = [target for _, target, _ in pairs]
    read = {SECRET: secret_file, "--lookup": lookup, "--profile": profile_file(profile)}
    check_written(report, export_ids, read=read, targets=targets)
    if secret_file is None and not overwrite:
        _check_targets(targets)
    export = None if export_ids is None else IdExport(export_ids, overwrite=overwrite)
    if report is not None:
        make_folder(report.parent, param_hint=REPORT)
    pseudonyms = pseudonyms_for(
        chosen, secret_of(secret_file, console), lookup_file=lookup, site=site
    )
    run = Run(chosen, pseudonyms, site=site, overwrite=overwrite, export=export)
    outcomes: list[Outcome] = []
    interrupted = False
    with interruptible() as undisturbed:
        try:
            for source, target, name in track(pairs, "De-identifying", console=console):
                outcomes.append(run.deidentify(source, target, name))
            undisturbed()
        except KeyboardInterrupt:
            interrupted = True
            console.print(f"Interrupted: {len(outcomes)} of {len(pairs)} files were done.")
        finally:
            undisturbed()
            complete = len(outcomes) == len(pairs)
            outcomes += skipped
            account = report_of(chosen, outcomes, complete=complete)
            written = _keep(report, export, account, console)
            show(console, outcomes)
    _exit(outcomes, console, written=written, interrupted=interrupted)


def _keep(
    report: Path | None, export: IdExport | None, account: dict[str, object], console: Console
) -> bool:
    """Write the account and the pairs, also of a run that was interrupted; False where it fails."""
    faults = []
    if export is not None:
        faults += export.write()
    if report is not None:
        try:
            write_whole(report, json.dumps(account, indent=1))
        except OSError as error:
            faults.append(f"The report could not be written: {error.strerror}.")
    for fault in faults:
        console.print(fault, style="red", markup=False, highlight=False)
    return not faults


def _check_targets(targets: Iterable[Path]) -> None:
    """Refuse results of an earlier run, which a run with another secret cannot equal."""
    if any(target.is_file() for target in targets):
        raise typer.BadParameter(
            "holds results of an earlier run: name another folder, use the --secret-file of that "
            "run to complete it, or --overwrite to replace them",
            param_hint="DST",
        )


def _exit(outcomes: list[Outcome], console: Console, *, written: bool, interrupted: bool) -> None:
    if not written:
        raise typer.Exit(EXIT_UNWRITTEN)
    if interrupted:
        raise typer.Exit(EXIT_INTERRUPTED)
    if not any(outcome.fate == "deidentified" for outcome in outcomes):
        console.print("No file was de-identified.")
        raise typer.Exit(EXIT_REFUSED)
    if any(outcome.fate == "refused" for outcome in outcomes):
        raise typer.Exit(EXIT_REFUSED)
