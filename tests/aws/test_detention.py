import pytest

from scanloft.aws.detention import Detention
from scanloft.core.errors import ArchiveError, Conflict, NotFound, UnknownProject
from scanloft.core.keys import InboxKey, InboxPrefix
from scanloft.core.model import Fate, FateKind, QuarantineItem
from tests.support.cloud import Cloud

KEY = InboxKey(InboxPrefix.DICOM, "alpha", "u1", "3")


def detain(cloud: Cloud, error: ArchiveError, *, now: str = "2026-01-01") -> Fate:
    detention = Detention(cloud.inbox, cloud.quarantine)
    return detention.detain(KEY, error=error, item="f00", size_bytes=3, now=now)


def test_a_detained_object_is_kept_with_the_reason_and_the_raw_one_too(cloud: Cloud) -> None:
    cloud.inbox.put(str(KEY), b"raw")
    fate = detain(cloud, Conflict("Decide."))
    assert fate == Fate("3", FateKind.QUARANTINED, "conflict", "Decide.", item="f00", size_bytes=3)
    assert cloud.inbox.get("quarantine/alpha/f00").body == b"raw"
    assert cloud.keys(cloud.inbox, "dicom/") == [str(KEY)]
    entry = QuarantineItem("alpha", "f00", "conflict", "Decide.", "u1", "3", 3, "2026-01-01")
    assert cloud.detained() == [entry]
    assert list(cloud.quarantine.unassigned()) == []


def test_the_same_object_again_is_one_item_from_when_it_first_came(cloud: Cloud) -> None:
    cloud.inbox.put(str(KEY), b"raw")
    detain(cloud, Conflict("Decide."))
    detain(cloud, Conflict("Decide."), now="2027-01-01")
    assert [item.arrived_at for item in cloud.detained()] == ["2026-01-01"]
    assert cloud.keys(cloud.inbox, "quarantine/") == ["quarantine/alpha/f00"]


def test_what_belongs_to_no_project_is_seen_by_no_project(cloud: Cloud) -> None:
    cloud.inbox.put(str(KEY), b"raw")
    detain(cloud, UnknownProject("Create it."))
    assert cloud.detained() == []
    assert [item.item for item in cloud.quarantine.unassigned()] == ["f00"]


def test_no_item_is_written_for_an_object_that_could_not_be_kept(cloud: Cloud) -> None:
    with pytest.raises(NotFound):
        detain(cloud, Conflict("Decide."))
    assert cloud.detained() == []
