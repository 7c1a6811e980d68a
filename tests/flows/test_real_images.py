"""Every real image of the shared data goes through the whole pipeline, twice, both ways."""

from pathlib import Path

import pydicom
import pytest
from pydicom.errors import InvalidDicomError

from infra.local.archive import LocalArchive, Options
from infra.local.demo.outcome import Route, counts
from infra.local.demo.run import run
from tests.flows.conftest import RECEIVERS
from tests.flows.state import state_of

DATA = Path(__file__).parents[3] / "shared" / "data"
TIMEOUT_S = 1500
MEMORY_LIMIT_MB = 1024

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not DATA.is_dir(), reason="there is no shared data beside the project"),
]


def is_dicom(path: Path) -> bool:
    try:
        pydicom.dcmread(path, stop_before_pixels=True)
    except (InvalidDicomError, EOFError):
        return False
    return True


@pytest.mark.filterwarnings("ignore")  # what pydicom says of these files is not what is tested
def test_each_is_retrievable_or_waits_with_a_reason_and_a_second_time_changes_nothing() -> None:
    with LocalArchive(Options(http_port=0, dicom_port=0, receivers=RECEIVERS)) as archive:
        first = run(archive, folder=DATA, timeout_s=TIMEOUT_S)
        assert first.is_good, first.problems
        assert first.dead_letters == 0
        assert first.unretrievable == 0
        assert max(first.peak_memory_mb.values()) < MEMORY_LIMIT_MB
        for outcome in first.outcomes:
            if outcome.fate in {"quarantined", "ignored", "not_sent"}:
                assert outcome.reason.endswith(".")
            if outcome.fate == "ignored":
                assert not is_dicom(DATA / outcome.path), outcome
        before = state_of(archive)
        again = run(archive, folder=DATA, caller="AGAIN", timeout_s=TIMEOUT_S)
        assert again.is_good, again.problems
        assert state_of(archive) == before
    for route in Route:
        one, two = counts(first.of(route)), counts(again.of(route))
        assert two["sent"] == one["sent"]
        assert two["duplicate"] == one["archived"] + one["duplicate"]
        assert two["quarantined"] == one["quarantined"]
