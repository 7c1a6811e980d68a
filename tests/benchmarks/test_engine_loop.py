import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks.engines import COPY, CP, PYDICOM, SCRIPT, engine_loops, rounds, same_files
from benchmarks.folders import scratch_folder
from benchmarks.generated import MR, image


@pytest.fixture
def folder() -> Iterator[Path]:
    """Where the engines write too: not every file system copies to another."""
    with scratch_folder() as made:
        yield made


@pytest.fixture
def files(folder: Path) -> list[Path]:
    """Two objects to work on."""
    paths = [folder / f"{number}.dcm" for number in (1, 2)]
    for number, path in enumerate(paths):
        path.write_bytes(image(MR, batch=0, number=number))
    return paths


def test_every_engine_measures_each_round_but_the_first(files: list[Path]) -> None:
    names = (COPY, CP, PYDICOM)
    with engine_loops(names, peers_python=None) as loops:
        found = rounds(loops, same_files(files), runs=2)
    assert [len(found[name]) for name in names] == [2, 2, 2]
    assert all(one.cpu_s > 0 for name in names for one in found[name])


def test_engine_of_the_peers_is_left_out_where_they_are_not_installed() -> None:
    with engine_loops(("dicognito", COPY), peers_python=None) as loops:
        assert list(loops) == [COPY]


def test_memory_is_that_of_the_program_and_holds_what_it_reads(folder: Path) -> None:
    large = folder / "large.dcm"
    large.write_bytes(image(MR, batch=0, number=1) + bytes(200_000_000))
    with engine_loops((COPY, PYDICOM), peers_python=None) as loops:
        found = rounds(loops, same_files([large]), runs=1)
    assert found[COPY][0].peak_bytes < 60_000_000
    assert found[PYDICOM][0].peak_bytes > 200_000_000


def test_what_a_round_wrote_is_gone_after_it(files: list[Path], folder: Path) -> None:
    target = folder / "written"
    target.mkdir()
    command = [sys.executable, "-P", str(SCRIPT), COPY, str(target)]
    question = json.dumps([str(path) for path in files])
    done = subprocess.run(command, input=question, capture_output=True, text=True, check=True)
    assert json.loads(done.stdout)["cpu_s"] > 0
    assert list(target.iterdir()) == []
