"""The table of `scanloft profile preview`: what each element was and becomes."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    from scanloft.client.comparison import Row

LONGEST_VALUE = 64
_STYLES = {
    "added": "cyan",
    "blanked": "magenta",
    "dummy": "yellow",
    "emptied": "yellow",
    "inside": "dim",
    "kept": "green",
    "new UID": "blue",
    "removed": "red",
    "replaced": "magenta",
    "shifted": "blue",
}


def changed(rows: "list[Row]") -> "list[Row]":
    """Return the rows that changed, with those of the sequences around them."""
    needed: set[tuple[str, ...]] = set()
    kept = []
    for row in reversed(rows):
        place = (*row.path, row.tag)
        around = row.action == "inside" and any(_lies_in(path, place) for path in needed)
        if around or row.action not in ("inside", "kept"):
            needed.add(row.path)
            kept.append(row)
    return kept[::-1]


def print_table(console: Console, rows: "Iterable[Row]") -> None:
    """Print rows; values are cut, and characters that could steer a terminal are spelt out."""
    table = Table(box=SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0), header_style="bold")
    table.add_column("tag", no_wrap=True)
    table.add_column("attribute", overflow="fold", max_width=34)
    table.add_column("VR", no_wrap=True)
    table.add_column("becomes", no_wrap=True)
    table.add_column("before", overflow="fold", ratio=1)
    table.add_column("after", overflow="fold", ratio=1)
    entered: set[tuple[str, ...]] = {()}
    for row in rows:
        if row.path not in entered:
            entered.add(row.path)
            table.add_row(*_item_heading(row.path))
        table.add_row(*_cells(row))
    console.print(table)


def spelt_out(text: str) -> str:
    """Return text without control characters, with escapes in their place."""
    return "".join(
        character if character.isprintable() else ascii(character)[1:-1] for character in text
    )


def _lies_in(path: tuple[str, ...], place: tuple[str, ...]) -> bool:
    deeper = len(path) >= len(place)
    return deeper and (*path[: len(place) - 1], path[len(place) - 1].partition("[")[0]) == place


def _item_heading(path: tuple[str, ...]) -> tuple[Text, Text]:
    number = path[-1].rpartition("[")[2].rstrip("]")
    return Text(_indent(len(path)), style="dim"), Text(f"item {number}", style="dim")


def _cells(row: "Row") -> tuple[Text, ...]:
    style = _STYLES.get(row.action, "")
    return (
        Text(_indent(len(row.path)) + row.tag),
        Text(spelt_out(row.keyword)),
        Text(row.vr),
        Text(row.action, style=style),
        _value(row.before),
        _value(row.after),
    )


def _value(value: str | None) -> Text:
    if value is None:
        return Text("-", style="dim")
    text = spelt_out(value)
    return Text(text if len(text) <= LONGEST_VALUE else text[: LONGEST_VALUE - 1] + "…")


def _indent(depth: int) -> str:
    return "› " * depth  # a mark for depth, no quotation
