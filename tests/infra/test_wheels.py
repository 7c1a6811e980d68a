"""Packages for the functions."""

import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

from infra import wheels
from infra.assets import size_bytes


def test_what_no_function_needs_is_removed(tmp_path: Path) -> None:
    kept = {
        "pydicom/__init__.py",
        "pydicom-3.0.2.dist-info/METADATA",
        "pydicom-3.0.2.dist-info/licenses/LICENSE",
    }
    removed = {
        "boto3/__init__.py",
        "boto3-1.0.dist-info/METADATA",
        "six.py",
        "python_dateutil-2.9.dist-info/METADATA",
        "dateutil/__init__.py",
        "numpy/core.so",
        "numpy.libs/blas.so",
        "bin/pydicom",
        "pydicom/data/test_files/ct.dcm",
        "pydicom/tests/test_a.py",
        "pydicom/__pycache__/a.pyc",
        "pydicom/stubs.pyi",
        "pydicom-3.0.2.dist-info/RECORD",
    }
    for name in kept | removed:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("")
    wheels.make_lean(tmp_path)
    left = {p.relative_to(tmp_path).as_posix() for p in tmp_path.rglob("*") if p.is_file()}
    assert left == kept


def test_a_decoder_works_with_the_libraries_that_are_left(tmp_path: Path) -> None:
    packages = Path(sysconfig.get_path("purelib"))
    for name in ("_gdcm", "python_gdcm.libs"):
        if not (packages / name).is_dir():
            pytest.skip("python-gdcm has no libraries of its own here")
        shutil.copytree(packages / name, tmp_path / name)
    shutil.copyfile(packages / "gdcm.py", tmp_path / "gdcm.py")
    before = size_bytes(tmp_path)
    wheels.make_lean(tmp_path)
    program = "import gdcm; assert gdcm.ImageReader() and gdcm.ImageChangeTransferSyntax()"
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", f"import sys; sys.path.append('.'); {program}"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert size_bytes(tmp_path) < before / 2


def test_a_package_that_the_lock_does_not_pin_is_not_installed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.delenv("PIP_FIND_LINKS", raising=False)
    lock = tmp_path / "requirements.lock"
    lock.write_text("")
    with pytest.raises(wheels.WheelsMissing, match=r"pip could not fetch pydicom .* 3\.13"):
        wheels.install(["pydicom"], lock=lock, target=tmp_path / "target")
    assert not (tmp_path / "target").exists()
