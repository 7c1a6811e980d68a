import threading
from collections.abc import Iterator
from dataclasses import replace

import pytest
from moto import mock_aws

from scanloft.aws.audit import AuditLog
from scanloft.aws.rows import Rows
from scanloft.core.chain import start_of, verdict
from scanloft.core.model import AuditEntry
from tests.functions.api.tables import new_rows

ENTRY = AuditEntry(
    project="alpha",
    at="2026-01-01T00:00:00Z",
    actor="root",
    action="profile_set",
    facts={"profile": "phantoms", "version": 1},
    reason="as agreed",
)


@pytest.fixture
def rows() -> Iterator[Rows]:
    with mock_aws():
        yield new_rows()


def test_acts_are_read_as_they_were_written_in_the_order_of_writing(rows: Rows) -> None:
    log = AuditLog(rows)
    earlier = replace(ENTRY, at="2025-01-02T00:00:00Z")
    written = [log.append(entry) for entry in (ENTRY, earlier)]
    log.append(replace(ENTRY, project="beta"))
    assert list(log.entries("alpha")) == written
    assert [entry.sequence for entry in written] == [1, 2]
    assert [entry.at for entry in written] == [ENTRY.at, earlier.at]
    assert list(log.entries("alpha", after=1, page_size=1)) == written[1:]


def test_each_act_holds_the_hash_of_the_one_before(rows: Rows) -> None:
    log = AuditLog(rows)
    first, second = log.append(ENTRY), log.append(ENTRY)
    assert first.previous == start_of("alpha")
    assert second.previous == first.hash
    assert verdict(log.entries("alpha"), project="alpha").fault == ""


def test_many_writers_at_once_make_one_chain(rows: Rows) -> None:
    log = AuditLog(rows)
    threads = [
        threading.Thread(target=lambda actor=f"user-{n}": log.append(replace(ENTRY, actor=actor)))
        for n in range(12)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({entry.actor for entry in log.entries("alpha")}) == 12
    assert verdict(log.entries("alpha"), project="alpha").entries == 12
    assert verdict(log.entries("alpha"), project="alpha").fault == ""
