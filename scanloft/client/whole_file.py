"""Writing a text file that appears whole or not at all, and the folder that it comes into."""

import errno
import os
import secrets
import stat
from pathlib import Path

import typer


def make_folder(folder: Path, *, param_hint: str, mode: int = 0o777) -> None:
    """Make the folder before hours of work; it would be a pity to learn of it behind them.

    Raises typer.BadParameter where nothing can be written there.
    """
    try:
        folder.mkdir(mode=mode, parents=True, exist_ok=True)
    except OSError:
        raise typer.BadParameter("the folder cannot be made", param_hint=param_hint) from None
    if not os.access(folder, os.W_OK | os.X_OK):
        raise typer.BadParameter("the folder cannot be written to", param_hint=param_hint)


def write_whole(path: Path, text: str, *, private: bool = True) -> None:
    """Write a file, readable by its owner only if `private`, in place of one that is there.

    Raises OSError; the file is then as it was. What is no file, such as a device, is not replaced.
    """
    if path.exists() and not stat.S_ISREG(path.stat().st_mode):
        raise FileExistsError(errno.EEXIST, "this is no regular file", str(path))
    temporary = path.with_name(f".scanloft-{secrets.token_hex(8)}")
    flags = os.O_CREAT | os.O_EXCL | os.O_WRONLY
    try:
        descriptor = os.open(temporary, flags, 0o600 if private else 0o666)
        with os.fdopen(
            descriptor, "w", encoding="utf-8", errors="backslashreplace", newline=""
        ) as file:
            file.write(text)
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
