"""The archive that the flow tests share: all of it, over real sockets."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from infra.local.archive import LocalArchive, Options
from infra.local.demo.account import Account
from infra.local.demo.outcome import Route
from infra.local.demo.run import PROJECT_BY_ROUTE, run
from tests.flows.images import write_folder
from tests.flows.state import rows


@dataclass(frozen=True, slots=True)
class Sent:
    """What came of a folder: the account of it, and how many rows the archive has for it."""

    account: Account
    new_rows: int


RECEIVERS = {"SCANLOFT": PROJECT_BY_ROUTE[Route.DICOM]}


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("images")
    write_folder(path)
    return path


@pytest.fixture(scope="session")
def archive() -> Iterator[LocalArchive]:
    with LocalArchive(Options(http_port=0, dicom_port=0, receivers=RECEIVERS)) as running:
        yield running


@pytest.fixture(scope="session")
def sent(archive: LocalArchive, folder: Path) -> Sent:
    """The folder sent both ways, for the first time; other tests may have used the archive."""
    before = set(rows(archive))
    account = run(archive, folder=folder, timeout_s=100)
    return Sent(account, new_rows=len(set(rows(archive)) - before))


@pytest.fixture(scope="session")
def account(sent: Sent) -> Account:
    """The account of the folder."""
    return sent.account
