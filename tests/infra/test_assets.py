"""The staged code of the functions."""

import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

from infra import wheels
from infra.app import ROOT
from infra.assets import Workshop, size_bytes
from scanloft.core.blueprint import FUNCTIONS, INGEST, Function

MB = 1_000_000
API_BYTES = 20 * MB
"""pydicom and google-re2, which check profiles as anonymise reads them, and pydantic: 7 of them."""
SIZE_LIMIT_BYTES = {
    "anonymise": 35 * MB,  # 20 of them python-gdcm, without the copies and programs of its wheel
    "unpack": 10 * MB,
    "ingest": 10 * MB,
    "summarise": 10 * MB,
    "api": API_BYTES,
    "custody": API_BYTES,
    "review": API_BYTES,
    "dicomweb": 4 * MB,
    "authorise": 20 * MB,
    "export": 4 * MB,
    "sweep": 4 * MB,
    "transfer": 4 * MB,
    "deliver": 4 * MB,
}
FOLDER_BY_PACKAGE = {"pydicom": "pydicom", "google-re2": "re2", "python-gdcm": "_gdcm"}
NATIVE = {"pyjwt[crypto]", "google-re2", "python-gdcm"}
IMPORT_ALONE = """
import importlib, sys
sys.path[:0] = [sys.argv[1]]
sys.path.append(sys.argv[2])
handler = importlib.import_module(sys.argv[3])
assert callable(handler.handler)
assert handler.__file__.startswith(sys.argv[1])
"""


@pytest.mark.parametrize("function", FUNCTIONS, ids=lambda function: function.name)
def test_a_handler_starts_from_its_asset_and_the_packages(
    tmp_path: Path, function: Function
) -> None:
    asset = Workshop(ROOT, out=tmp_path, with_wheels=False).asset(function)
    packages = sysconfig.get_path("purelib")
    command = [sys.executable, "-I", "-S", "-c", IMPORT_ALONE, str(asset), packages]
    done = subprocess.run(
        [*command, function.module], capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("function", FUNCTIONS, ids=lambda function: function.name)
def test_an_asset_has_no_code_of_other_functions_or_rooms(
    tmp_path: Path, function: Function
) -> None:
    asset = Workshop(ROOT, out=tmp_path, with_wheels=False).asset(function)
    rooms = {path.name for path in (asset / "scanloft").iterdir() if path.is_dir()}
    packages = {path.name for path in (asset / "functions").iterdir() if path.is_dir()}
    assert packages == {function.package or function.name}
    assert rooms <= {"core", "aws", "contents", "dicom", "deid"}
    assert {path.name for path in asset.iterdir()} == {"functions", "scanloft"}
    assert not list(asset.rglob("__pycache__"))


@pytest.mark.parametrize("function", FUNCTIONS, ids=lambda function: function.name)
def test_an_asset_is_lean(monkeypatch: pytest.MonkeyPatch, function: Function) -> None:
    """Looks at what `make synth` staged last; tests fetch nothing."""

    def skip(*_: object, **__: object) -> None:
        pytest.skip("its wheels are not fetched yet: make synth")

    monkeypatch.setattr(wheels, "install", skip)
    asset = Workshop(ROOT, out=ROOT / "build" / "assets").asset(function)
    packages = {path.name for path in asset.iterdir()}
    assert "aws_lambda_powertools" in packages
    assert not packages & {"numpy", "numpy.libs", "boto3", "botocore", "urllib3", "bin"}
    assert not [path for path in asset.rglob("*") if path.name in wheels.SUPERFLUOUS]
    for package, folder in FOLDER_BY_PACKAGE.items():
        assert (folder in packages) is (package in function.packages)
    assert size_bytes(asset) < SIZE_LIMIT_BYTES[function.name]


@pytest.mark.parametrize(
    "function",
    [each for each in FUNCTIONS if NATIVE & set(each.packages)],
    ids=lambda function: function.name,
)
def test_native_code_is_that_of_the_platform(
    monkeypatch: pytest.MonkeyPatch, function: Function
) -> None:
    def skip(*_: object, **__: object) -> None:
        pytest.skip("its wheels are not fetched yet: make synth")

    monkeypatch.setattr(wheels, "install", skip)
    asset = Workshop(ROOT, out=ROOT / "build" / "assets").asset(function)
    libraries = [*asset.rglob("*.so"), *asset.rglob("*.so.*")]
    machine_aarch64 = 183
    machines = {int.from_bytes(each.read_bytes()[18:20], "little") for each in libraries}
    assert libraries
    assert machines == {machine_aarch64}


def test_the_same_code_is_staged_once(tmp_path: Path) -> None:
    workshop = Workshop(ROOT, out=tmp_path, with_wheels=False)
    first = workshop.asset(INGEST)
    (first / "mark").write_text("")
    assert workshop.asset(INGEST) == first
    assert (first / "mark").is_file()


def small_tree(root: Path, code: str) -> Path:
    package = root / "functions" / INGEST.name
    package.mkdir(parents=True, exist_ok=True)
    (package / "handler.py").write_text(code)
    return root


def test_other_code_is_another_asset(tmp_path: Path) -> None:
    out = tmp_path / "out"
    first = Workshop(small_tree(tmp_path, "a = 1"), out=out, with_wheels=False).asset(INGEST)
    other = Workshop(small_tree(tmp_path, "a = 2"), out=out, with_wheels=False).asset(INGEST)
    again = Workshop(small_tree(tmp_path, "a = 1"), out=out, with_wheels=False).asset(INGEST)
    assert first != other
    assert first == again


def test_a_function_that_nobody_wrote_is_named(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"functions\.ingest has no modules"):
        Workshop(tmp_path, out=tmp_path / "out", with_wheels=False).asset(INGEST)


def test_a_function_without_a_handler_is_named(tmp_path: Path) -> None:
    (small_tree(tmp_path, "") / "functions" / "ingest" / "handler.py").rename(
        tmp_path / "functions" / "ingest" / "other.py"
    )
    with pytest.raises(FileNotFoundError, match=r"functions\.ingest\.handler is missing"):
        Workshop(tmp_path, out=tmp_path / "out", with_wheels=False).asset(INGEST)


def test_a_failed_staging_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, target: Path, **__: object) -> None:
        (target / "half").write_text("")
        raise wheels.WheelsMissing("no")

    monkeypatch.setattr(wheels, "install", fail)
    with pytest.raises(wheels.WheelsMissing):
        Workshop(ROOT, out=tmp_path).asset(INGEST)
    assert list(tmp_path.iterdir()) == []
