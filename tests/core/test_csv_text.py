import csv
from io import StringIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanloft.core.csv_text import csv_text

CELLS = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=10)


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@x", "\t=1", "\r=1", "\n=1", " =1", "'=1"])
def test_no_cell_begins_a_formula(cell: str) -> None:
    ((read,),) = csv.reader(StringIO(csv_text([[cell]]), newline=""))
    assert read == f"'{cell}"


@given(st.lists(st.lists(CELLS, min_size=2, max_size=2), max_size=5))
def test_cells_are_read_back_but_for_the_mark(rows: list[list[str]]) -> None:
    read = list(csv.reader(StringIO(csv_text(rows), newline="")))
    assert [[cell.removeprefix("'") for cell in row] for row in read] == [
        [cell.removeprefix("'") if not cell.startswith("'") else cell for cell in row]
        for row in rows
    ]
