"""Third-party packages for the functions: wheels for their platform, pinned, made lean."""

import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from infra.native_code import linked

PYTHON_VERSION = "3.13"
PLATFORMS = ("manylinux_2_28_aarch64", "manylinux2014_aarch64")
IN_RUNTIME = ("boto3", "botocore", "s3transfer", "jmespath", "urllib3", "dateutil", "six")
"""What the Python runtime of Lambda has already: packages, modules and distributions."""
NEVER = ("numpy", "numpy.libs")
SUPERFLUOUS = ("__pycache__", "tests", "test_files", "swagger_ui", "*.pyi", "*.pyc", "py.typed")
KEPT_METADATA = ("METADATA", "licenses")
"""What is left of a `*.dist-info`: its version for importlib.metadata, and its licence."""
EXTENSION_BY_PACKAGE = {"_gdcm": "_gdcmswig.so"}
"""Packages that carry programs, tables and each library under three names: only the extension
module, the libraries that it is linked to and the Python files are kept of them."""


class WheelsMissing(RuntimeError):
    """The packages of a function could not be fetched."""


def install(packages: Sequence[str], *, lock: Path, target: Path) -> None:
    """Installs the packages and what they need into a folder, as the lock file pins them.

    Nothing is built or run: wheels alone, each checked against its hash.

    Raises:
        WheelsMissing: pip could not; the message holds what it said.
    """
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    command += ["--target", str(target), "--python-version", PYTHON_VERSION]
    command += ["--implementation", "cp", "--only-binary=:all:", "--no-compile"]
    command += [f"--platform={platform}" for platform in PLATFORMS]
    command += ["--require-hashes", "--constraint", str(lock), *packages]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603  # our own words
    if done.returncode != 0:
        raise WheelsMissing(
            f"pip could not fetch {', '.join(packages)} for {PLATFORMS[0]}, Python "
            f"{PYTHON_VERSION}: see that requirements.lock pins them. pip said:\n{done.stderr}"
        )
    make_lean(target)


def make_lean(target: Path) -> None:
    """Removes from a folder of packages what no function needs."""
    _remove(target / "bin")
    for name in (*IN_RUNTIME, *NEVER):
        for pattern in (name, f"{name}.py", f"{name}-*.dist-info", f"*_{name}-*.dist-info"):
            _remove(*target.glob(pattern))
    for pattern in SUPERFLUOUS:
        _remove(*target.rglob(pattern))
    for package, extension in EXTENSION_BY_PACKAGE.items():
        _keep_what_is_imported(target / package, extension)
    for metadata in target.glob("*.dist-info"):
        _remove(*(each for each in metadata.iterdir() if each.name not in KEPT_METADATA))


def _keep_what_is_imported(package: Path, extension: str) -> None:
    if package.is_dir():
        kept = {*package.glob("*.py"), *linked(package / extension)}
        _remove(*(each for each in package.iterdir() if each not in kept))


def _remove(*paths: Path) -> None:
    for path in paths:
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
