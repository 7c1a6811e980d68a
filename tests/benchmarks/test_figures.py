import pytest

from benchmarks.figures import Figure, middle


def figure(**changes: object) -> Figure:
    values: dict[str, object] = {
        "part": "Speed",
        "what": "an object",
        "unit": "ms",
        "ours": 2.0,
        "runs": 5,
    }
    return Figure(**(values | changes))  # type: ignore[arg-type]  # each test passes the right ones


def test_ratio_says_how_many_times_longer_the_other_one_takes() -> None:
    assert figure(other=10.0).ratio == 5.0


def test_figure_without_another_has_no_ratio() -> None:
    assert figure().ratio is None


def test_nothing_measured_gives_no_ratio_instead_of_an_infinite_one() -> None:
    assert figure(ours=0.0, other=10.0).ratio is None


@pytest.mark.parametrize(("ours", "is_met"), [(9.9, True), (10.0, True), (10.1, False)])
def test_bar_is_met_up_to_its_own_value(ours: float, is_met: bool) -> None:
    assert figure(ours=ours, other=10.0, least_ratio=1).is_met is is_met


@pytest.mark.parametrize(("other", "is_met"), [(35.0, False), (36.0, True)])
def test_peer_must_take_as_many_times_as_long_as_is_asked(other: float, is_met: bool) -> None:
    assert figure(ours=2.0, other=other, least_ratio=18).is_met is is_met


def test_bar_of_nothing_is_met_by_nothing_alone() -> None:
    assert figure(ours=0.0, other=0.0, least_ratio=1).is_met
    assert not figure(ours=1.0, other=0.0, least_ratio=1).is_met


def test_peer_that_is_not_there_misses_no_bar() -> None:
    assert figure(least_ratio=18).is_met


def test_faster_peer_is_no_missed_bar() -> None:
    assert figure(ours=10.0, other=2.0).is_met


def test_plain_values_hold_the_ratio_and_the_verdict() -> None:
    values = figure(other=10.0, least_ratio=1).to_dict()
    assert (values["ours"], values["ratio"], values["is_met"]) == (2.0, 5.0, True)


def test_median_is_unmoved_by_one_run_that_was_disturbed() -> None:
    assert middle([1.0, 2.0, 900.0]) == 2.0


def test_median_is_divided_and_scaled_to_milliseconds_each() -> None:
    assert middle([0.2, 0.4, 0.6], per=100, scale=1000) == pytest.approx(4.0)


def test_median_of_no_runs_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one run"):
        middle([])
