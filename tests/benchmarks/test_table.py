from dataclasses import replace
from io import StringIO

from rich.console import Console

from benchmarks.figures import Figure
from benchmarks.table import cells, table_of

MET = Figure(part="Speed", what="fast", unit="ms", ours=4.0, runs=7, against="a peer", other=10.0)
MISSED = Figure(part="Speed", what="late", unit="ms", ours=20.0, runs=7, other=10.0, least_ratio=1)
ALONE = Figure(part="Calls", what="GetObject", unit="", ours=1.0, runs=3)


def printed(*figures: Figure) -> str:
    target = StringIO()
    Console(file=target, width=132).print(table_of(figures, title="2 cores"))
    return target.getvalue()


def test_row_holds_both_values_with_their_unit_the_ratio_and_the_runs() -> None:
    assert cells(MET) == ("  fast", "4.00 ms", "10.00 ms", "× 2.50", "", "a peer", "7")


def test_row_of_a_figure_without_another_leaves_the_comparison_blank() -> None:
    assert cells(ALONE) == ("  GetObject", "1.00", "", "", "", "", "3")


def test_missed_bar_is_said_in_words_and_not_by_colour_alone() -> None:
    assert "missed" in printed(MISSED)
    assert "missed" not in printed(MET)


def test_row_of_a_bar_tells_the_ratio_that_is_asked() -> None:
    assert cells(replace(MET, least_ratio=2.0))[4] == "× 2.00"


def test_values_of_three_digits_are_shown_without_fractions() -> None:
    large = Figure(part="Import", what="api", unit="ms", ours=123.4, runs=7)
    assert cells(large)[1] == "123 ms"


def test_parts_stand_under_their_names_in_the_order_given() -> None:
    text = printed(MET, ALONE)
    assert text.index("Speed") < text.index("fast") < text.index("Calls") < text.index("GetObject")
