"""The table of all figures, for people."""

from collections.abc import Sequence
from itertools import groupby

from rich.table import Table

from benchmarks.figures import Figure


def table_of(figures: Sequence[Figure], *, title: str) -> Table:
    """One table; the figures of a part stand together below its name."""
    table = Table(title=title, title_justify="left", caption_justify="left")
    table.add_column("what", no_wrap=True)
    for name in ("ours", "peer or bar", "ratio", "at least"):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("which", no_wrap=True)
    table.add_column("runs", justify="right", no_wrap=True)
    for part, group in groupby(figures, key=lambda figure: figure.part):
        table.add_section()
        table.add_row(f"[bold]{part}[/bold]")
        for figure in group:
            table.add_row(*cells(figure))
    return table


def cells(figure: Figure) -> tuple[str, ...]:
    """The cells of a figure's row."""
    other = "" if figure.other is None else _value(figure.other, figure.unit)
    ratio = "" if figure.ratio is None else f"× {figure.ratio:.2f}"
    if not figure.is_met:
        ratio = f"[red]{ratio} missed[/red]"
    least = "" if figure.least_ratio is None else f"× {figure.least_ratio:.2f}"
    ours = _value(figure.ours, figure.unit)
    return f"  {figure.what}", ours, other, ratio, least, figure.against, str(figure.runs)


def _value(value: float, unit: str) -> str:
    return f"{value:.2f} {unit}".rstrip() if value < 100 else f"{value:.0f} {unit}".rstrip()
