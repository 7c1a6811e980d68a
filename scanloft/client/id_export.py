"""The pairs of old and new identifiers of a run, in the form of the MIDI-B benchmark.

They undo de-identification, so they are for the holder of the originals alone.
"""

import csv
import os
from collections.abc import Mapping
from io import StringIO
from pathlib import Path

import typer

_HINT = "--export-ids"
HEADER = ("id_old", "id_new")
UID_FILE, PATIENT_FILE = "uid_mapping.csv", "patid_mapping.csv"


class IdExport:
    """Gathers pairs and writes `uid_mapping.csv` and `patid_mapping.csv`, readable by their owner.

    The folder is made at once. Raises typer.BadParameter where that fails, and for a folder that
    holds such files already, unless `overwrite`.
    """

    def __init__(self, folder: Path, *, overwrite: bool) -> None:
        self._folder = folder
        self._uids: dict[str, str] = {}
        self._patients: set[tuple[str, str]] = set()
        if folder.exists() and not folder.is_dir():
            raise typer.BadParameter("must be a folder", param_hint=_HINT)
        if not overwrite and any((folder / name).exists() for name in (UID_FILE, PATIENT_FILE)):
            raise typer.BadParameter(
                "holds the pairs of an earlier run: name another folder, or use --overwrite",
                param_hint=_HINT,
            )

        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError:
            raise typer.BadParameter("cannot be made", param_hint=_HINT) from None

    def add(self, uids: Mapping[str, str], patients: Mapping[str, str]) -> None:
        """Remember the pairs of one object."""
        self._uids.update(uids)
        self._patients.update(patients.items())

    def write(self) -> None:
        """Write both files, each with the pairs in order."""
        _write_private(self._folder / UID_FILE, sorted(self._uids.items()))
        _write_private(self._folder / PATIENT_FILE, sorted(self._patients))


def _write_private(path: Path, pairs: list[tuple[str, str]]) -> None:
    text = StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerows([HEADER, *pairs])
    path.unlink(missing_ok=True)  # a file that others may read would stay so
    descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    with os.fdopen(
        descriptor, "w", encoding="utf-8", errors="backslashreplace", newline=""
    ) as file:
        file.write(text.getvalue())
