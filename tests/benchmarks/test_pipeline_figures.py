import pytest

from benchmarks.archive_site import FUNCTIONS, BatchRun
from benchmarks.cstore import BRIDGE, PLAIN, Reception
from benchmarks.cstore import figures_of as reception_figures
from benchmarks.figures import Figure
from benchmarks.pipeline_figures import CALLS, CPU, WALL, pipeline_figures
from benchmarks.servers import MOTO, STUB

CALLS_OF_BATCH = {"GetObject": 100, "PutObject": 100, "BatchWriteItem": 4}


def run(*, server: str = STUB, function: str = "anonymise", wall_s: float = 0.8) -> BatchRun:
    return BatchRun(
        server=server,
        function=function,
        count=100,
        wall_s=wall_s,
        cpu_s=0.5,
        calls=CALLS_OF_BATCH,
    )


def all_runs(*, wall_s: float) -> list[BatchRun]:
    return [
        run(server=server, function=function, wall_s=wall_s * factor)
        for factor in (0.5, 1, 3)
        for server in (STUB, MOTO)
        for function in FUNCTIONS
    ]


def named(figures: list[Figure], part: str, what: str) -> list[Figure]:
    return [figure for figure in figures if (figure.part, figure.what) == (part, what)]


def test_waits_add_up_as_code_without_overlap_would_wait() -> None:
    assert run().waits_s == pytest.approx(100 * 0.025 + 100 * 0.040 + 4 * 0.008)


def test_call_that_the_table_of_waits_does_not_know_is_an_error_and_not_free() -> None:
    unknown = BatchRun(STUB, "ingest", 1, 1.0, 1.0, {"TransactWriteItems": 1})
    with pytest.raises(KeyError):
        _ = unknown.waits_s


def test_calls_are_counted_per_instance_and_summed_over_the_functions() -> None:
    figures = pipeline_figures(all_runs(wall_s=0.8))
    (puts,) = named(figures, CALLS, "anonymise: BatchWriteItem")
    (total,) = named(figures, CALLS, "all three")
    assert puts.ours == pytest.approx(0.04)
    assert total.ours == pytest.approx(3 * 2.04)


def test_cpu_time_of_all_functions_is_the_sum_of_theirs() -> None:
    (total,) = named(pipeline_figures(all_runs(wall_s=0.8)), CPU, "all three, before moto")
    assert total.ours == pytest.approx(3 * 5.0)


@pytest.mark.parametrize(("wall_s", "is_met"), [(0.9, True), (1.1, False)])
def test_median_batch_is_held_against_ten_milliseconds_an_object(
    wall_s: float, is_met: bool
) -> None:
    figures = pipeline_figures(all_runs(wall_s=wall_s))
    against_bar, against_waits = named(figures, WALL, "anonymise, before the stub")
    assert against_bar.ours == pytest.approx(wall_s * 10)
    assert (against_bar.is_met, against_bar.runs) == (is_met, 3)
    assert against_waits.other == pytest.approx(65.32)


def test_summarise_and_the_runs_before_moto_are_held_against_no_bar() -> None:
    figures = pipeline_figures(all_runs(wall_s=9.0))
    assert {figure.what for figure in figures if figure.least_ratio} == {
        "anonymise, before the stub",
        "ingest, before the stub",
    }


def test_bridge_is_compared_with_the_plain_receiver_per_file() -> None:
    receptions = [
        Reception(name, 10, wall_s=wall_s, cpu_s=cpu_s)
        for name, wall_s, cpu_s in ((BRIDGE, 0.05, 0.04), (PLAIN, 0.1, 0.02))
    ]
    wall, cpu = reception_figures(receptions)
    assert wall.ours == pytest.approx(5.0)
    assert wall.other == pytest.approx(10.0)
    assert cpu.ratio == pytest.approx(0.5)
