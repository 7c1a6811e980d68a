"""The workers are killed between steps, with real SIGKILL, and nothing is lost or doubled."""

from collections import Counter
from pathlib import Path

from infra.local.archive import LocalArchive, Options
from infra.local.demo.outcome import Route
from infra.local.demo.run import run
from infra.local.faults import Crash
from tests.flows.conftest import RECEIVERS, Sent
from tests.flows.state import rows

CRASHES = [
    Crash("anonymise", "PutObject", 3),  # archived, before the fate is written
    Crash("ingest", "PutItem", 2),  # indexed, before summarise is told
    Crash("summarise", "PutObject", 1),  # metadata written, before the series row
]


def test_killing_workers_between_any_two_steps_loses_nothing(sent: Sent, folder: Path) -> None:
    options = Options(http_port=0, dicom_port=0, receivers=RECEIVERS, crashes=CRASHES)
    with LocalArchive(options) as crashing:
        survived = run(crashing, folder=folder, timeout_s=200)
        assert crashing.processes.restarts() == {"anonymise": 1, "ingest": 1, "summarise": 1}
        assert survived.is_good
        for route in Route:
            fates = Counter(outcome.fate for outcome in survived.of(route))
            assert fates == Counter(outcome.fate for outcome in sent.account.of(route))
        assert len(rows(crashing)) == sent.new_rows
