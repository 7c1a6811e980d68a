import pytest

from benchmarks.archive_site import BatchRun
from benchmarks.figures import Figure
from benchmarks.passage import Passing, figures_of

RUN = BatchRun("stub", "anonymise", 1, 1.0, 0.2, {"GetObject": 2, "UploadPartCopy": 1})


def figures(*, read_bytes: int = 50, sent_bytes: int = 175) -> dict[str, Figure]:
    found = figures_of("cine", [Passing(10_000, read_bytes, sent_bytes, RUN)])
    return {figure.what.removeprefix("cine, "): figure for figure in found}


@pytest.mark.parametrize(("read_bytes", "is_met"), [(200, True), (201, False)])
def test_larger_way_is_held_against_two_per_cent(read_bytes: int, is_met: bool) -> None:
    one_way = figures(read_bytes=read_bytes)["bytes one way"]
    assert one_way.ours == pytest.approx(read_bytes / 100)
    assert one_way.is_met is is_met


def test_both_ways_are_told_as_well() -> None:
    assert figures()["both ways"].ours == pytest.approx(2.25)


def test_calls_of_every_operation_are_counted() -> None:
    assert figures()["calls"].ours == 3
