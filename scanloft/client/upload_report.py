"""What became of the files of an upload, for people: on the screen, as CSV and as JSON."""

import csv
import json
from collections import Counter
from collections.abc import Sequence
from io import StringIO
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from scanloft.client.outcomes import SHOWN_NAMES, printable
from scanloft.client.upload_follow import Result
from scanloft.client.whole_file import write_whole

FATES = ("archived", "duplicate", "quarantined", "ignored", "unpacked", "waiting")
OURS = ("changed", "failed", "expired")
"""Fates that are told of only where there are such files."""
HEADER = ("name", "number", "fate", "code", "reason", "archive_key", "size_bytes", "sha256")
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""What a spreadsheet takes for the beginning of a formula, also in full width."""


def show(console: Console, results: Sequence[Result]) -> None:
    """Prints how many files met which fate, and the reasons, files of one reason together."""
    counts = Counter(result.fate for result in results)
    table = Table("fate", "files", title="What became of the files")
    for fate in (*FATES, *OURS):
        if fate in FATES[:4] or counts[fate]:
            table.add_row(fate, str(counts[fate]))
    console.print(table)
    alike: dict[tuple[str, str, str], list[str]] = {}
    for result in results:
        if result.code and result.fate not in ("archived", "duplicate"):
            alike.setdefault((result.fate, result.code, result.reason), []).append(result.name)
    for (fate, code, reason), names in alike.items():
        shown = ", ".join(escape(printable(name)) for name in names[:SHOWN_NAMES])
        more = f" and {len(names) - SHOWN_NAMES} more" if len(names) > SHOWN_NAMES else ""
        text = f"{fate} ({code}): {shown}{more}\n  {escape(printable(reason))}"
        console.print(text, highlight=False, soft_wrap=True)


def write_report(
    path: Path, results: Sequence[Result], *, project: str, upload: str, complete: bool
) -> None:
    """Writes all results with their names: CSV by the ending of the file, else JSON.

    Raises:
        OSError: it cannot be written; what was there is as it was.
    """
    if path.suffix.lower() == ".csv":
        write_whole(path, csv_of(results))
        return
    content = {
        "project": project,
        "upload": upload,
        "complete": complete,
        "totals": dict(sorted(Counter(result.fate for result in results).items())),
        "files": [result.to_dict() for result in results],
    }
    write_whole(path, json.dumps(content, indent=1))


def csv_of(results: Sequence[Result]) -> str:
    """The results as CSV (RFC 4180); no cell begins as a formula."""
    text = StringIO()
    writer = csv.writer(text)
    writer.writerow(HEADER)
    for result in results:
        plain = result.to_dict()
        writer.writerow([_safe(plain[name]) for name in HEADER])
    return text.getvalue()


def _safe(value: object) -> object:
    is_formula = isinstance(value, str) and value.startswith(FORMULA_STARTS)
    return f"'{value}" if is_formula else value
