"""The peers' own environment: made once, from pinned versions, beside the project's."""

import contextlib
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
LOCK = Path(__file__).with_name("requirements.lock")
ENVIRONMENT = ROOT / "build" / "bench-venv"
PYTHON = ENVIRONMENT / "bin" / "python"
COMPLETE = ENVIRONMENT / ".complete"
"""Holds the lock file that the environment was made from."""


def peers_python() -> Path | None:
    """The interpreter of the peers' environment, made if need be; None where it cannot be."""
    wanted = LOCK.read_text()
    if COMPLETE.exists() and COMPLETE.read_text() == wanted:
        return PYTHON
    with contextlib.suppress(OSError, subprocess.CalledProcessError):
        _run([sys.executable, "-m", "venv", "--clear", str(ENVIRONMENT)])
        _install()
        COMPLETE.write_text(wanted)
        return PYTHON
    return None


def _install() -> None:
    """With uv where it is there, for it is quicker; with pip where it is not or cannot."""
    uv = Path(sys.executable).with_name("uv")
    arguments = ["--require-hashes", "-r", str(LOCK)]
    try:
        _run([str(uv), "pip", "install", "--python", str(PYTHON), *arguments])
    except (OSError, subprocess.CalledProcessError):
        _run([str(PYTHON), "-m", "pip", "install", *arguments])


def _run(command: list[str]) -> None:
    subprocess.run(command, check=True, capture_output=True)
