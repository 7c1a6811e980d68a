"""Packages for the functions."""

from pathlib import Path

import pytest

from infra import wheels


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
