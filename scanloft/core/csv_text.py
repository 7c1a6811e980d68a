"""CSV that a spreadsheet shows and does not run (RFC 4180)."""

import csv
from collections.abc import Iterable, Sequence
from io import StringIO

RUNS = ("=", "+", "-", "@", "\t", "\r", "\n")
"""What a spreadsheet takes for the begin of a formula, or for one behind a line break."""


def csv_text(rows: Iterable[Sequence[str]]) -> str:
    """The rows as CSV, a formula's begin marked with an apostrophe."""
    text = StringIO()
    csv.writer(text).writerows([_shown(cell) for cell in row] for row in rows)
    return text.getvalue()


def _shown(cell: str) -> str:
    return f"'{cell}" if cell.lstrip(" '").startswith(RUNS) or cell.startswith("'") else cell
