"""Writing a text file that appears whole or not at all."""

import os
import secrets
from pathlib import Path


def write_whole(path: Path, text: str, *, private: bool = True) -> None:
    """Write a file, readable by its owner only if `private`, in place of one that is there.

    Raises OSError; the file is then as it was.
    """
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
