"""De-identifying the files of one run, each beside its target first."""

import filecmp
import os
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import typer

from scanloft.client.id_export import IdExport
from scanloft.client.outcomes import Outcome
from scanloft.core.errors import NotAnInstance, NotDicom, Rejected
from scanloft.deid.files import deidentify_file
from scanloft.deid.profiles.profile import Profile
from scanloft.deid.results import Result
from scanloft.deid.values.pseudonyms import Pseudonyms

# What the first bytes say of a file that holds others (offset, bytes, name).
_PACKED = (
    (0, b"PK\x03\x04", "zip"),
    (0, b"\x1f\x8b", "gzip"),
    (0, b"BZh", "bzip2"),
    (0, b"\xfd7zXZ\0", "xz"),
    (0, b"7z\xbc\xaf\x27\x1c", "7z"),
    (0, b"Rar!\x1a\x07", "rar"),
    (257, b"ustar", "tar"),
)
# The codes of files of which nothing could be learned.
_NOTHING_KNOWN = frozenset({"broken_link", "gone", "target_exists", "unreadable"})


class _TargetExistsError(Exception):
    """DST has another file of this name, and may not lose it."""


@dataclass(frozen=True, slots=True)
class Run:
    """What all files of a run are de-identified with."""

    profile: Profile
    pseudonyms: Pseudonyms
    site: str = ""
    overwrite: bool = False
    export: IdExport | None = None

    def deidentify(self, source: Path, target: Path, name: str) -> Outcome:
        """De-identify one file; `name` is its path relative to the source.

        A target that is there is replaced by other bytes only with `overwrite`; of an object that
        is refused nothing is left there then. Where the file could not be read or written, nothing
        is known of the object, and what is there stays.
        """
        outcome = self._outcome(source, target, name)
        is_result = target.is_file() or target.is_symlink()
        if not self.overwrite or outcome.fate != "refused" or not is_result:
            return outcome
        # What is packed never had a result: a file of its name in DST is somebody else's.
        if outcome.code == "packed":
            return outcome
        if outcome.code in _NOTHING_KNOWN:
            return _with(outcome, "Its earlier result is still in DST.")
        return _without_old_result(outcome, target)

    def _outcome(self, source: Path, target: Path, name: str) -> Outcome:
        try:
            if not source.is_file():
                return _no_file(source, name)
            return self._deidentify(source, target, name)
        except _TargetExistsError:
            return Outcome(
                name,
                "refused",
                "target_exists",
                "DST has something else of this name: move it away"
                + (", or use --overwrite." if target.is_file() else "."),
            )
        except NotDicom as error:
            kind = packed_kind(source)
            if kind:
                return Outcome(
                    name, "refused", "packed", f"This is a {kind} file: unpack it first."
                )
            return Outcome(name, "ignored", error.code, error.message)
        except NotAnInstance as error:
            return Outcome(name, "ignored", error.code, error.message)
        except Rejected as error:
            return Outcome(name, "refused", error.code, error.message)
        except OSError as error:
            reason = error.strerror or "the file changed meanwhile"
            return Outcome(name, "refused", "unreadable", f"Reading or writing failed: {reason}.")

    def _deidentify(self, source: Path, target: Path, name: str) -> Outcome:
        def check(made: Path, result: Result) -> None:
            if not self._may_replace(made, target):
                raise _TargetExistsError
            # Before the result is there: an interrupted run may not lack the pairs of one.
            if self.export is not None:
                self.export.add(result.replaced, result.patients)

        result = deidentify_file(
            source,
            target,
            profile=self.profile,
            pseudonyms=self.pseudonyms,
            site=self.site,
            before_replacing=check,
        )
        return Outcome(name, "deidentified", account=result.account)

    def _may_replace(self, made: Path, target: Path) -> bool:
        if not target.exists():
            return True  # also a link that leads nowhere
        if not target.is_file():
            return False  # a folder or a device
        return self.overwrite or filecmp.cmp(made, target, shallow=False)


def _without_old_result(outcome: Outcome, target: Path) -> Outcome:
    """Remove what an earlier run made of a file that is refused now, and say so."""
    try:
        target.unlink()
    except OSError:
        return _with(outcome, "Its earlier result could not be removed from DST: delete it.")
    return _with(outcome, "Its earlier result was removed from DST.")


def _with(outcome: Outcome, told: str) -> Outcome:
    return replace(outcome, reason=f"{outcome.reason} {told}")


def _no_file(source: Path, name: str) -> Outcome:
    if source.is_symlink() and not source.exists():
        return Outcome(
            name,
            "refused",
            "broken_link",
            "This is a link to a file that is not here: fetch that first (datalad get, git annex "
            "get), or delete the link.",
        )
    if not source.exists():
        return Outcome(
            name, "refused", "gone", "This file is not there any more: run again when it is back."
        )
    return Outcome(name, "ignored", "not_a_file", "This is not a regular file.")


def pairs_of(src: Path, dst: Path, *, skipped: list[Outcome]) -> Iterator[tuple[Path, Path, str]]:
    """Yield source, target and relative name of each file, in a stable order.

    Folders that cannot be read, and links to folders, come into `skipped`. Raises
    typer.BadParameter for a target that a link leads into the source.
    """
    if src.is_file():
        yield src, dst / src.name if dst.is_dir() else dst, src.name
        return

    def unreadable(error: OSError) -> None:
        name = str(Path(error.filename).relative_to(src))
        skipped.append(Outcome(name, "refused", "unreadable", "This folder cannot be read."))

    for folder, folders, names in os.walk(src, onerror=unreadable):
        folders.sort()
        links = (Path(folder) / name for name in folders)
        skipped.extend(_not_followed(link, src) for link in links if link.is_symlink())
        for name in sorted(names):
            relative = (Path(folder) / name).relative_to(src)
            target = dst / relative
            # A link inside DST may lead back into SRC.
            if target.parent.resolve().is_relative_to(src):
                raise typer.BadParameter("a link in DST leads into SRC", param_hint="DST")
            yield src / relative, target, str(relative)


def _not_followed(link: Path, src: Path) -> Outcome:
    return Outcome(
        str(link.relative_to(src)),
        "refused",
        "link_to_folder",
        "This is a link to a folder, which is not followed: give that folder as SRC.",
    )


def packed_kind(path: Path) -> str:
    """Return the name of the form in which a file holds others, blank if it does not."""
    try:
        with path.open("rb") as file:
            head = file.read(512)
    except OSError:
        return ""
    return next((name for at, mark, name in _PACKED if head[at:].startswith(mark)), "")
