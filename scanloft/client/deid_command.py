"""`scanloft deid`: de-identifies a file or a folder on this computer, with no archive at all."""

import json
import os
import re
import secrets
import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import track

from scanloft.core.errors import InvalidProfile, NotAnInstance, NotDicom, Rejected
from scanloft.deid.account import Account
from scanloft.deid.engine import deidentify
from scanloft.deid.profile import Profile, parse_profile
from scanloft.deid.pseudonyms import SECRET_LENGTH_BYTES, Pseudonyms

EXIT_REFUSED = 3
FATES = ("deidentified", "refused", "ignored")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one file; `path` is relative to the source."""

    path: str
    fate: str
    code: str = ""
    reason: str = ""
    account: Account | None = None

    def to_dict(self) -> dict[str, object]:
        """Return it as plain values for the report."""
        account = None if self.account is None else self.account.to_dict()
        return {
            "path": self.path,
            "fate": self.fate,
            "code": self.code,
            "reason": self.reason,
            "account": account,
        }


def deid(
    src: Annotated[Path, typer.Argument(help="A DICOM file, or a folder of them.", exists=True)],
    dst: Annotated[Path, typer.Argument(help="Where the results go; never inside SRC.")],
    profile: Annotated[
        Path | None,
        typer.Option(help="A JSON profile; the Basic Profile if left out.", dir_okay=False),
    ] = None,
    secret_file: Annotated[
        Path | None,
        typer.Option(
            help="The secret behind all pseudonyms; made if there is none.", dir_okay=False
        ),
    ] = None,
    report: Annotated[
        Path | None, typer.Option(help="Write what was done to each file as JSON.", dir_okay=False)
    ] = None,
) -> None:
    """De-identify SRC into DST, keeping relative paths. Exits with 3 if a file was refused."""
    console = Console(stderr=True)
    src, dst = src.resolve(), dst.resolve()
    _check_places(src, dst)
    chosen = _read_profile(profile)
    pseudonyms = Pseudonyms(_read_secret(secret_file, console))
    pairs = list(_pairs(src, dst))
    outcomes = [
        _deidentify_file(source, target, name, profile=chosen, pseudonyms=pseudonyms)
        for source, target, name in track(pairs, "De-identifying", console=console)
    ]
    if report is not None:
        _write_atomically(report, json.dumps(_report(chosen, outcomes), indent=1).encode())
    _show(console, outcomes)
    if any(outcome.fate == "refused" for outcome in outcomes):
        raise typer.Exit(EXIT_REFUSED)


def _check_places(src: Path, dst: Path) -> None:
    target = dst / src.name if src.is_file() and dst.is_dir() else dst
    if target == src or src in target.parents or (src.is_dir() and dst in src.parents):
        raise typer.BadParameter(
            "DST must be outside of SRC and SRC outside of DST: originals are never overwritten",
            param_hint="DST",
        )
    if src.is_dir() and dst.exists() and not dst.is_dir():
        raise typer.BadParameter("SRC is a folder, so DST must be one too", param_hint="DST")


def _read_profile(path: Path | None) -> Profile:
    if path is None:
        return Profile.basic()
    try:
        return parse_profile(path.read_text("utf-8"))
    except InvalidProfile as error:
        raise typer.BadParameter(error.message, param_hint="--profile") from None
    except (OSError, UnicodeDecodeError):
        raise typer.BadParameter("cannot be read as UTF-8 text", param_hint="--profile") from None


def _read_secret(path: Path | None, console: Console) -> bytes:
    if path is None:
        console.print(
            "A random secret is used for this run only: other runs will give other pseudonyms. "
            "Use --secret-file to keep one."
        )
        return secrets.token_bytes(SECRET_LENGTH_BYTES)
    try:
        return _parse_secret(path.read_text("ascii"))
    except FileNotFoundError:
        return _make_secret(path, console)
    except (OSError, UnicodeDecodeError):
        raise typer.BadParameter("cannot be read", param_hint="--secret-file") from None


def _parse_secret(text: str) -> bytes:
    if re.fullmatch(r"(?:[0-9a-fA-F]{2})+", text.strip()) is None or len(text.strip()) < 64:
        raise typer.BadParameter(
            "must hold at least 64 hexadecimal digits; name a new file to have one made",
            param_hint="--secret-file",
        )
    return bytes.fromhex(text.strip())


def _make_secret(path: Path, console: Console) -> bytes:
    secret = secrets.token_bytes(SECRET_LENGTH_BYTES)
    try:
        descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    except OSError:
        raise typer.BadParameter("cannot be written", param_hint="--secret-file") from None
    with os.fdopen(descriptor, "w") as file:
        file.write(secret.hex() + "\n")
    console.print(
        "A new secret was written. Keep it safe: it makes pseudonyms repeatable and reveals them."
    )
    return secret


def _pairs(src: Path, dst: Path) -> Iterator[tuple[Path, Path, str]]:
    """Yield source, target and relative name of each file, in a stable order."""
    if src.is_file():
        yield src, dst / src.name if dst.is_dir() else dst, src.name
        return
    for folder, folders, names in os.walk(src):
        folders.sort()
        for name in sorted(names):
            relative = (Path(folder) / name).relative_to(src)
            target = dst / relative
            # A link inside DST may lead back into SRC.
            if target.parent.resolve().is_relative_to(src):
                raise typer.BadParameter("a link in DST leads into SRC", param_hint="DST")
            yield src / relative, target, str(relative)


def _deidentify_file(
    source: Path, target: Path, name: str, *, profile: Profile, pseudonyms: Pseudonyms
) -> Outcome:
    if not source.is_file():
        return Outcome(name, "ignored", "not_a_file", "This is not a regular file.")
    try:
        result = deidentify(source.read_bytes(), profile=profile, pseudonyms=pseudonyms)
        _write_atomically(target, result.data)
    except (NotDicom, NotAnInstance) as error:
        return Outcome(name, "ignored", error.code, error.message)
    except Rejected as error:
        return Outcome(name, "refused", error.code, error.message)
    except OSError as error:
        return Outcome(
            name, "refused", "unreadable", f"Reading or writing failed: {error.strerror}."
        )
    return Outcome(name, "deidentified", account=result.account)


def _write_atomically(target: Path, data: bytes) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=target.parent, prefix=".scanloft-", delete=False) as file:
        temporary = Path(file.name)
        try:
            file.write(data)
            file.flush()
            # Temporary files are private; results get what any new file would.
            temporary.chmod(0o666 & ~_umask())
            temporary.replace(target)
        except OSError:
            temporary.unlink(missing_ok=True)
            raise


def _umask() -> int:
    mask = os.umask(0o077)
    os.umask(mask)
    return mask


def _report(profile: Profile, outcomes: list[Outcome]) -> dict[str, object]:
    fates = Counter(outcome.fate for outcome in outcomes)
    codes = Counter(outcome.code for outcome in outcomes if outcome.code)
    return {
        "profile": profile.to_dict(),
        "totals": {fate: fates[fate] for fate in FATES},
        "codes": dict(sorted(codes.items())),
        "files": [outcome.to_dict() for outcome in outcomes],
    }


def _show(console: Console, outcomes: list[Outcome]) -> None:
    for outcome in outcomes:
        if outcome.fate != "deidentified":
            console.print(
                f"{outcome.fate} ({outcome.code}): {escape(outcome.path)}\n  {outcome.reason}",
                highlight=False,
                soft_wrap=True,
            )
    fates = Counter(outcome.fate for outcome in outcomes)
    console.print(", ".join(f"{fates[fate]} {fate}" for fate in FATES), highlight=False)
