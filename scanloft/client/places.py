"""Where a run reads and writes: what must not meet is refused before any work."""

from collections.abc import Iterable, Mapping
from pathlib import Path

import typer

from scanloft.client.id_export import PATIENT_FILE, UID_FILE

REPORT, EXPORT, SECRET = "--report", "--export-ids", "--secret-file"


def check_folders(src: Path, dst: Path) -> None:
    """Refuse a destination that meets the source; both are resolved."""
    target = dst / src.name if src.is_file() and dst.is_dir() else dst
    if target == src or src in target.parents or (src.is_dir() and dst in src.parents):
        raise typer.BadParameter(
            "DST must be outside of SRC and SRC outside of DST: originals are never overwritten",
            param_hint="DST",
        )
    if src.is_dir() and dst.exists() and not dst.is_dir():
        raise typer.BadParameter("SRC is a folder, so DST must be one too", param_hint="DST")


def check_apart(path: Path | None, src: Path, dst: Path, *, what: str, param_hint: str) -> None:
    """Refuse a place for what undoes de-identification beside originals or results."""
    if path is not None and (_is_within(path, src) or _is_within(path, dst)):
        raise typer.BadParameter(
            f"must be outside of SRC and DST: who gets the results must not get the {what}",
            param_hint=param_hint,
        )


def check_report(report: Path | None, src: Path, *, overwrite: bool) -> None:
    """Refuse a report among the originals, and one that is there without `overwrite`."""
    if report is None:
        return
    if _is_within(report, src):
        raise typer.BadParameter("must be outside of SRC", param_hint=REPORT)
    if report.is_symlink() or (report.exists() and not report.is_file()):
        raise typer.BadParameter("is a link or a device: name a file", param_hint=REPORT)
    if not overwrite and report.exists():
        raise typer.BadParameter(
            "is there already: name another file, or use --overwrite", param_hint=REPORT
        )


def check_written(
    report: Path | None,
    export_ids: Path | None,
    *,
    read: Mapping[str, Path | None],
    targets: Iterable[Path],
) -> None:
    """Refuse a report, pairs or results in the place of each other or of a file that is read.

    `read` are files by the option that names them.
    """
    pairs = [] if export_ids is None else [export_ids / name for name in (UID_FILE, PATIENT_FILE)]
    inputs = {hint: path for hint, path in read.items() if path is not None}
    for hint, path in inputs.items():
        if report is not None and _is_same(report, path):
            raise typer.BadParameter(f"is the file of {hint}: name another", param_hint=REPORT)
        if any(_is_same(one, path) for one in pairs):
            raise typer.BadParameter(
                f"would overwrite the file of {hint}: name another folder", param_hint=EXPORT
            )
    if report is not None and any(_is_same(report, one) for one in pairs):
        raise typer.BadParameter("is a file of --export-ids: name another", param_hint=REPORT)
    results = _Results(targets) if report is not None or inputs else None
    if report is not None and results is not None and results.meet(report):
        raise typer.BadParameter("is where a result will be: name another file", param_hint=REPORT)
    for hint, path in inputs.items():
        if results is not None and results.meet(path):
            raise typer.BadParameter(
                "is where a result will be: move it out of DST", param_hint=hint
            )


class _Results:
    """Where results will be; links to folders are followed, those to files are replaced."""

    def __init__(self, targets: Iterable[Path]) -> None:
        self._files: set[Path] = set()
        folders: dict[Path, Path] = {}
        for target in targets:
            folder = folders.get(target.parent)
            if folder is None:
                folder = folders[target.parent] = target.parent.resolve()
            self._files.add(folder / target.name)
        self._folders = {above for one in folders.values() for above in (one, *one.parents)}

    def meet(self, path: Path) -> bool:
        """Whether a file there would be a result, one of its folders, or in the place of one."""
        place = path.parent.resolve() / path.name
        return place in self._folders or any(one in self._files for one in (place, *place.parents))


def _is_within(path: Path, folder: Path) -> bool:
    return path.resolve().is_relative_to(folder)


def _is_same(one: Path, other: Path) -> bool:
    if one.exists() and other.exists():
        return one.samefile(other)
    return one.resolve() == other.resolve()
