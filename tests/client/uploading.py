"""What the tests of `scanloft upload` share: the files, the call, and what stands in its way."""

import sqlite3
from pathlib import Path

from typer.testing import Result

from tests.client.archive import Archive
from tests.client.images import scanloft

FILES = {"a/one.dcm": b"1" * 100, "a/two.dcm": b"22" * 100, "b/DOE^JOHN.dcm": b"3"}


def upload(site: Archive, *paths: Path, options: tuple[str | Path, ...] = ()) -> Result:
    """Runs the command in this process."""
    return scanloft("upload", "alpha", *paths, "--server", site.url, *options)


def hold(site: Archive) -> None:
    """Keeps a file on its way until the test lets it go."""
    site.posting.set()
    site.interrupt.wait(30)


def set_back(folder: Path, state: str) -> None:
    """Makes the journal forget how far the upload is."""
    rows = sqlite3.connect(next((folder.parent / "state").glob("*.sqlite")))
    with rows:
        rows.execute("UPDATE runs SET state = ?", (state,))
    rows.close()
