from collections.abc import Iterator
from dataclasses import replace

import pytest
from moto import mock_aws

from scanloft.aws.audit import AuditLog
from scanloft.aws.rows import Rows
from scanloft.core.errors import Unavailable
from scanloft.core.model import AuditEntry
from tests.functions.api.tables import new_rows

ENTRY = AuditEntry(
    project="alpha",
    at="2026-01-01T00:00:00Z",
    actor="root",
    action="profile_set",
    facts={"profile": "phantoms", "version": 1},
)


@pytest.fixture
def rows() -> Iterator[Rows]:
    with mock_aws():
        yield new_rows()


def test_acts_are_read_as_they_were_written_in_the_order_of_their_times(rows: Rows) -> None:
    log = AuditLog(rows)
    later = replace(ENTRY, at="2026-01-02T00:00:00Z")
    for entry in (later, ENTRY, replace(ENTRY, project="beta")):
        log.append(entry)
    assert list(log.entries("alpha")) == [ENTRY, later]


def test_two_acts_of_one_second_are_both_kept(rows: Rows) -> None:
    log = AuditLog(rows)
    for actor in ("root", "mia"):
        log.append(replace(ENTRY, actor=actor))
    assert {entry.actor for entry in log.entries("alpha")} == {"root", "mia"}


def test_an_act_is_never_overwritten(rows: Rows) -> None:
    log = AuditLog(rows, random=bytes)
    log.append(ENTRY)
    with pytest.raises(Unavailable):
        log.append(replace(ENTRY, actor="mia"))
    assert list(log.entries("alpha")) == [ENTRY]
