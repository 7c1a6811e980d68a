from dataclasses import replace

from scanloft.core.model import QuarantineItem
from tests.support.cloud import Cloud

ENTRY = QuarantineItem("alpha", "f00", "conflict", "Decide.", "u1", "3", 3, "2026-01-01")


def test_an_item_is_written_once_and_read_as_it_was(cloud: Cloud) -> None:
    assert cloud.quarantine.put(ENTRY)
    assert not cloud.quarantine.put(replace(ENTRY, reason="other"))
    assert cloud.detained() == [ENTRY]


def test_items_of_projects_and_of_none_are_apart(cloud: Cloud) -> None:
    beta = replace(ENTRY, project="beta")
    nobody = replace(ENTRY, project="nowhere", item="f01")
    cloud.quarantine.put(ENTRY)
    cloud.quarantine.put(beta)
    cloud.quarantine.put(nobody, assigned=False)
    assert (cloud.detained("alpha"), cloud.detained("beta")) == ([ENTRY], [beta])
    assert cloud.detained("nowhere") == []
    assert list(cloud.quarantine.unassigned()) == [nobody]
