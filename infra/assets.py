"""The code of each function, staged as Lambda runs it: no Docker, and no more than it needs."""

import hashlib
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterable
from pathlib import Path

from infra import native_code, wheels
from infra.imports import needed_files
from scanloft.core.blueprint import Function

KEY_LENGTH = 16
KEPT_S = 24 * 3600
"""How long a staged folder is kept once there is a newer one; another synthesis may read it."""


class Workshop:
    """Stages the assets of functions from the tree at `root` into `out`, each content once.

    Without wheels an asset has the code of the tree alone, enough to check a template.
    """

    def __init__(self, root: Path, *, out: Path, with_wheels: bool = True) -> None:
        self._root = root
        self._out = out
        self._with_wheels = with_wheels

    def asset(self, function: Function) -> Path:
        """The folder with the code of the function.

        Raises:
            FileNotFoundError: the function has no code in the tree.
            WheelsMissing: its packages could not be fetched.
        """
        files = needed_files(self._root, function.code)
        if not (self._root / Path(*function.module.split("."))).with_suffix(".py").is_file():
            raise FileNotFoundError(f"{function.module} is missing: Lambda would find no handler.")
        packages = self._packages(function) if self._with_wheels else None

        def fill(folder: Path) -> None:
            if packages is not None:
                shutil.copytree(packages, folder, dirs_exist_ok=True)
            for file in files:
                _copy(file, folder / file.relative_to(self._root))

        parts = [packages.name if packages else "", *map(self._fingerprint, files)]
        return self._staged(function.name, parts, fill)

    def _packages(self, function: Function) -> Path:
        lock = self._root / "requirements.lock"
        names = sorted(function.packages)

        def fill(folder: Path) -> None:
            wheels.install(names, lock=lock, target=folder)

        recipe = (lock, Path(wheels.__file__), Path(native_code.__file__))
        parts = [*names, *(_digest(each.read_bytes()) for each in recipe)]
        return self._staged("packages", parts, fill)

    def _fingerprint(self, file: Path) -> str:
        return f"{file.relative_to(self._root).as_posix()} {_digest(file.read_bytes())}"

    def _staged(self, name: str, parts: Iterable[str], fill: Callable[[Path], None]) -> Path:
        """The folder of this name and these parts, filled unless it was before."""
        key = _digest("\n".join(parts).encode())[:KEY_LENGTH]
        folder = self._out / f"{name}-{key}"
        if folder.is_dir():
            os.utime(folder)
            return folder
        self._out.mkdir(parents=True, exist_ok=True)
        self._forget(name)
        with tempfile.TemporaryDirectory(dir=self._out, prefix=".staging-") as staging:
            fresh = Path(staging) / folder.name
            fresh.mkdir()
            fill(fresh)
            _move(fresh, folder)
        return folder

    def _forget(self, name: str) -> None:
        for folder in self._out.glob(f"{name}-*"):
            if time.time() - folder.stat().st_mtime > KEPT_S:
                shutil.rmtree(folder, ignore_errors=True)


def size_bytes(folder: Path) -> int:
    """The size of all files of a folder: what Lambda unpacks and limits to 250 MB."""
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target)


def _move(fresh: Path, folder: Path) -> None:
    """Puts the folder in its place, unless another synthesis was faster with the same."""
    try:
        fresh.rename(folder)
    except OSError:
        if not folder.is_dir():
            raise
