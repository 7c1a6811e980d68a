"""The archive that the flow tests share: all of it, over real sockets."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from infra.local.archive import LocalArchive, Options
from infra.local.demo.account import Account
from infra.local.demo.outcome import Route
from infra.local.demo.run import PROJECT_BY_ROUTE, run
from tests.flows.images import write_folder

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
def account(archive: LocalArchive, folder: Path) -> Account:
    """The account of the folder sent both ways, for the first time."""
    return run(archive, folder=folder, timeout_s=100)
