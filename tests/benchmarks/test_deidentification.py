import pytest

from benchmarks.deidentification import Subject, file_figures, memory_figure
from benchmarks.engines import COPY, FILES, MEMORY, PEERS, PYDICOM, Round, same_files

SUBJECT = Subject("generated CT", 10, same_files([]), least_ratio=18)


def measured(**seconds: float) -> dict[str, list[Round]]:
    every = {FILES: 0.005, COPY: 0.002, MEMORY: 0.004, PYDICOM: 0.02, **seconds}
    return {name: [Round(cpu_s, 0)] * 3 for name, cpu_s in every.items()}


def test_each_peer_is_held_against_the_bar_per_file() -> None:
    figures = file_figures(SUBJECT, measured(**dict(zip(PEERS, (0.1, 0.08), strict=True))))
    by_name = {figure.against: figure for figure in figures}
    assert by_name[PEERS[0]].ours == pytest.approx(0.5)
    assert by_name[PEERS[0]].ratio == pytest.approx(20)
    assert [by_name[peer].is_met for peer in PEERS] == [True, False]


def test_peer_that_is_not_installed_is_named_all_the_same() -> None:
    figures = file_figures(SUBJECT, measured())
    assert [figure.other for figure in figures[:2]] == [None, None]
    assert figures[0].against == f"{PEERS[0]}: not installed"


def test_copy_is_a_limit_to_compare_with_and_no_bar() -> None:
    copied = file_figures(SUBJECT, measured())[-1]
    assert (copied.against, copied.least_ratio) == (COPY, None)


@pytest.mark.parametrize(("pydicom_s", "is_met"), [(0.021, True), (0.019, False)])
def test_in_memory_a_fifth_of_what_pydicom_takes_is_the_bar(pydicom_s: float, is_met: bool) -> None:
    assert memory_figure(SUBJECT, measured(**{PYDICOM: pydicom_s})).is_met is is_met


def test_real_objects_are_held_against_no_bar() -> None:
    real = Subject("MR", 10, same_files([]))
    assert memory_figure(real, measured()).least_ratio is None
