"""The file with the secret behind all pseudonyms of a user's own runs."""

import os
import re
import secrets
from pathlib import Path

import typer
from rich.console import Console

from scanloft.deid.values.pseudonyms import SECRET_LENGTH_BYTES

_HINT = "--secret-file"
_DIGITS = re.compile(r"(?:[0-9a-fA-F]{2}){32,}")


def secret_of(path: Path | None, console: Console, *, may_make: bool = True) -> bytes:
    """Return the secret of a file, of a new one where there is none, or a random one without.

    Raises typer.BadParameter for a file that cannot be used.
    """
    if path is None:
        console.print(
            "A random secret is used for this run only: other runs will give other pseudonyms. "
            "Use --secret-file to keep one."
        )
        return secrets.token_bytes(SECRET_LENGTH_BYTES)
    try:
        return _parse(path.read_text("ascii"))
    except FileNotFoundError:
        if may_make:
            return _make(path, console)
        raise typer.BadParameter("there is no such file", param_hint=_HINT) from None
    except (OSError, UnicodeDecodeError):
        raise typer.BadParameter("cannot be read", param_hint=_HINT) from None


def _parse(text: str) -> bytes:
    if _DIGITS.fullmatch(text.strip()) is None:
        raise typer.BadParameter(
            "must hold at least 64 hexadecimal digits; name a new file to have one made",
            param_hint=_HINT,
        )
    return bytes.fromhex(text.strip())


def _make(path: Path, console: Console) -> bytes:
    if not path.parent.is_dir():
        raise typer.BadParameter(
            "its folder does not exist: make that first, or name a file in another one",
            param_hint=_HINT,
        )
    secret = secrets.token_bytes(SECRET_LENGTH_BYTES)
    try:
        descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    except OSError:
        raise typer.BadParameter("cannot be written", param_hint=_HINT) from None
    with os.fdopen(descriptor, "w") as file:
        file.write(secret.hex() + "\n")
    console.print(
        "A new secret was written. Keep it safe: it makes pseudonyms repeatable and reveals them."
    )
    return secret
