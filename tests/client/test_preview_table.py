from io import StringIO

import pytest
from rich.cells import cell_len
from rich.console import Console

from scanloft.client.comparison import Row
from scanloft.client.preview_table import LONGEST_VALUE, changed, print_table, spelt_out


def row(tag: str, action: str, path: tuple[str, ...] = (), value: str = "x") -> Row:
    return Row(path, tag, "Keyword", "LO", action, value, None)


def printed(rows: list[Row], width: int = 100) -> str:
    target = StringIO()
    print_table(Console(file=target, width=width, highlight=False, markup=False), rows)
    return target.getvalue()


def test_only_what_changed_is_left_with_the_sequences_around_it() -> None:
    rows = [
        row("0008,0008", "kept"),
        row("0008,1115", "inside"),
        row("0008,1199", "inside", ("0008,1115[2]",)),
        row("0008,1155", "new UID", ("0008,1115[2]", "0008,1199[1]")),
        row("0008,1140", "inside"),
        row("0008,1150", "kept", ("0008,1140[1]",)),
    ]
    assert [found.tag for found in changed(rows)] == ["0008,1115", "0008,1199", "0008,1155"]


def test_each_item_is_announced_once() -> None:
    rows = [
        row("0008,1115", "inside"),
        row("0008,1199", "inside", ("0008,1115[2]",)),
        row("0008,1155", "new UID", ("0008,1115[2]", "0008,1199[1]")),
        row("0020,000E", "new UID", ("0008,1115[2]",)),
    ]
    assert printed(rows).count("item 2") == 1
    assert printed(rows).count("item 1") == 1


@pytest.mark.parametrize("width", [80, 100, 160])
def test_no_line_is_wider_than_the_terminal(width: int) -> None:
    rows = [row("0008,1030", "removed", ("0008,1115[2]",), value="long value " * 30)]
    assert max(cell_len(line) for line in printed(rows, width).splitlines()) <= width


def test_long_values_are_cut() -> None:
    text = printed([row("0008,1030", "removed", value="x" * 500)], width=200)
    assert text.count("x") == LONGEST_VALUE - 1
    assert "…" in text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\x1b[2Jb", "a\\x1b[2Jb"),
        ("a\nb\tc\0", "a\\nb\\tc\\x00"),
        ("\u202ereversed", "\\u202ereversed"),
        ("Müller^山田", "Müller^山田"),
        ("[bold]", "[bold]"),
    ],
)
def test_characters_that_steer_a_terminal_are_spelt_out(text: str, shown: str) -> None:
    assert spelt_out(text) == shown
    assert shown in printed([row("0008,1030", "removed", value=text)], width=200)
