"""The pairs of old and new identifiers of a run, in the form of the MIDI-B benchmark.

They undo de-identification, so they are for the holder of the originals alone.
"""

import csv
from collections.abc import Mapping
from io import StringIO
from pathlib import Path

import typer

from scanloft.client.whole_file import make_folder, write_whole

_HINT = "--export-ids"
HEADER = ("id_old", "id_new")
UID_FILE, PATIENT_FILE = "uid_mapping.csv", "patid_mapping.csv"


class IdExport:
    """Gathers pairs and writes `uid_mapping.csv` and `patid_mapping.csv`, readable by their owner.

    The folder is made at once. Raises typer.BadParameter where that fails, and for a folder that
    holds such files already, unless `overwrite`: then their pairs stay beside the new ones, as
    results that they belong to may have stayed.
    """

    def __init__(self, folder: Path, *, overwrite: bool) -> None:
        self._folder = folder
        if folder.exists() and not folder.is_dir():
            raise typer.BadParameter("must be a folder", param_hint=_HINT)
        if not overwrite and any((folder / name).exists() for name in (UID_FILE, PATIENT_FILE)):
            raise typer.BadParameter(
                "holds the pairs of an earlier run: name another folder, or use --overwrite",
                param_hint=_HINT,
            )
        make_folder(folder, param_hint=_HINT, mode=0o700)
        self._uids = _pairs_in(folder / UID_FILE)
        self._patients = _pairs_in(folder / PATIENT_FILE)

    def add(self, uids: Mapping[str, str], patients: Mapping[str, str]) -> None:
        """Remember the pairs of one object."""
        self._uids.update(uids.items())
        self._patients.update(patients.items())

    def write(self) -> list[str]:
        """Write both files, each with the pairs in order; return what could not be done."""
        faults = []
        for name, pairs in ((UID_FILE, self._uids), (PATIENT_FILE, self._patients)):
            try:
                _write(self._folder / name, pairs)
            except OSError as error:
                faults.append(
                    f"The pairs of {name} could not be written: {error.strerror}. Run again: with "
                    "the --secret-file of this run the pairs are the same."
                )
        return faults


def _write(path: Path, pairs: set[tuple[str, str]]) -> None:
    text = StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerows([HEADER, *sorted(pairs)])
    write_whole(path, text.getvalue())


def _pairs_in(path: Path) -> set[tuple[str, str]]:
    try:
        text = path.read_text("utf-8", errors="backslashreplace")
        rows = list(csv.reader(StringIO(text)))[1:]
    except FileNotFoundError:
        return set()
    except (OSError, csv.Error):
        raise typer.BadParameter(
            f"its {path.name} cannot be read: move it away", param_hint=_HINT
        ) from None
    return {(row[0], row[1]) for row in rows if len(row) == len(HEADER)}
