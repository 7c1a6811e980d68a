"""Large objects: the same fates and the same bytes as small ones, and hardly any of them read."""

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from functions.anonymise.assembly import RECIPE
from scanloft.aws.multipart import PART_MINIMUM_BYTES
from scanloft.core.blueprint import ANONYMISE
from scanloft.core.keys import ArchiveKey
from scanloft.core.model import Location
from tests.functions.anonymise.large import deflated, large_image, take_as_large, unfinished
from tests.support.cloud import Cloud
from tests.support.events import batch, notification
from tests.support.images import CANARY, image
from tests.support.traffic import measured

LARGE = large_image()
OTHER = large_image(fill=b"\2")
FATES = [
    (LARGE, "archived"),
    (b"The patient came on Monday. " * 80_000, "ignored not_dicom"),
    (LARGE[:-10], "quarantined malformed_dicom"),
    (large_image(SOPInstanceUID=""), "quarantined malformed_dicom"),
    (large_image(Modality="US"), "quarantined pixel_review"),
]


@pytest.fixture
def gate(alpha: Cloud) -> Cloud:
    take_as_large(alpha)
    return alpha


def archived(cloud: Cloud) -> bytes:
    (key,) = cloud.keys(cloud.archive, "dicom/")
    return cloud.archive.get(key).body


@contextmanager
def at_each(cloud: Cloud, event: str, act: Callable[[], object]) -> Iterator[None]:
    """Does this once, when the event first happens."""
    todo = [act]

    def hook(**_: object) -> None:
        if todo:
            todo.pop()()

    cloud.s3.meta.events.register(event, hook)
    try:
        yield
    finally:
        cloud.s3.meta.events.unregister(event, hook)


@pytest.mark.parametrize(("raw", "expected"), FATES)
def test_each_large_object_has_the_fate_of_a_small_one(
    gate: Cloud, raw: bytes, expected: str
) -> None:
    gate.send(raw)
    assert gate.feed(ANONYMISE) == 0
    assert gate.kinds() == [expected]
    assert gate.keys(gate.inbox, "dicom/") == []
    kind, _, code = expected.partition(" ")
    assert [item.code for item in gate.detained()] == ([code] if kind == "quarantined" else [])
    kept = [gate.inbox.get(key).body for key in gate.keys(gate.inbox, "quarantine/")]
    assert kept == ([raw] if kind == "quarantined" else [])
    assert all(CANARY not in fate.reason for fate in gate.fates())


def test_a_large_object_becomes_the_same_bytes_as_when_it_is_read_whole(alpha: Cloud) -> None:
    alpha.send(LARGE)
    alpha.feed(ANONYMISE)
    whole = archived(alpha)
    alpha.archive.delete(alpha.keys(alpha.archive))
    take_as_large(alpha)
    alpha.send(LARGE, upload="u2")
    with measured(alpha.s3) as traffic:
        alpha.feed(ANONYMISE)
    assert "UploadPartCopy" in traffic.calls
    assert archived(alpha) == whole
    assert CANARY.encode() not in whole


def test_what_passes_through_is_the_header_and_one_part(gate: Cloud) -> None:
    gate.send(LARGE)
    with measured(gate.s3) as traffic:
        gate.feed(ANONYMISE)
    assert traffic.received_bytes <= PART_MINIMUM_BYTES
    assert traffic.sent_bytes == PART_MINIMUM_BYTES
    assert traffic.calls.count("GetObject") == 2


def test_a_large_object_can_be_found_and_read_like_any_other(gate: Cloud) -> None:
    gate.send(LARGE)
    assert gate.settle()
    (key,) = gate.keys(gate.archive, "dicom/")
    (fate,) = gate.fates()
    assert (fate.archive_key, fate.size_bytes) == (key, len(LARGE))
    place = ArchiveKey.parse(key)
    row = gate.instances.instance("alpha", place.study_uid, place.series_uid, place.sop_uid)
    assert row
    assert row.sha256 == gate.archive.metadata(key)["sha256"]
    assert row.sha256.startswith(RECIPE)
    assert row.location == Location(key=key, offset=0, length=len(archived(gate)))
    assert gate.keys(gate.archive, "derived/")


def test_nobody_but_the_gate_reads_more_than_the_header_of_a_large_object(gate: Cloud) -> None:
    gate.send(LARGE)
    gate.settle(ANONYMISE)
    with measured(gate.s3) as traffic:
        assert gate.settle()
    assert gate.keys(gate.archive, "derived/")
    assert traffic.received_bytes < 4 * 128 * 1024


def test_the_same_large_object_again_is_a_duplicate_and_no_part_is_copied(gate: Cloud) -> None:
    gate.send(LARGE)
    gate.settle()
    before = gate.snapshot()["objects"]
    gate.send(LARGE, upload="u2")
    with measured(gate.s3) as traffic:
        gate.settle(ANONYMISE)
    assert gate.kinds("u2") == ["duplicate"]
    assert "CreateMultipartUpload" not in traffic.calls
    assert gate.snapshot()["objects"] == before


def test_a_large_object_that_differs_only_in_what_is_taken_out_is_a_duplicate(gate: Cloud) -> None:
    gate.send(LARGE)
    gate.settle()
    gate.send(large_image(OperatorsName="B^Eve"), upload="u2")
    gate.settle()
    assert gate.kinds("u2") == ["duplicate"]


def test_other_pixels_under_a_known_uid_are_detained_and_the_first_are_kept(gate: Cloud) -> None:
    gate.send(LARGE)
    gate.settle()
    first = archived(gate)
    gate.send(OTHER, upload="u2")
    gate.settle()
    assert gate.kinds("u2") == ["quarantined conflict"]
    assert archived(gate) == first


@pytest.mark.parametrize("first_as_large", [True, False])
def test_a_duplicate_is_known_whichever_way_either_came(alpha: Cloud, first_as_large: bool) -> None:
    for upload, as_large in (("u1", first_as_large), ("u2", not first_as_large)):
        alpha.configure(whole_object_bytes=1000 if as_large else len(LARGE) + 1000)
        alpha.send(large_image(OperatorsName=upload), upload=upload)
        alpha.settle()
    assert alpha.kinds("u2") == ["duplicate"]


def test_a_rival_that_comes_while_parts_are_copied_is_kept(gate: Cloud) -> None:
    gate.send(LARGE)
    with measured(gate.s3):
        gate.settle()
    (key,) = gate.keys(gate.archive, "dicom/")
    gate.archive.delete([key])

    def rival() -> None:
        gate.archive.put(key, b"rival", metadata={"sha256": "00", "source": "11"})

    gate.send(LARGE, upload="u2")
    with at_each(gate, "after-call.s3.UploadPartCopy", rival):
        gate.feed(ANONYMISE)
    assert gate.kinds("u2") == ["quarantined conflict"]
    assert archived(gate) == b"rival"
    assert unfinished(gate) == []


@pytest.mark.parametrize(
    "event", ["after-call.s3.HeadObject", "after-call.s3.GetObject", "after-call.s3.UploadPartCopy"]
)
def test_an_object_that_is_replaced_under_way_is_read_anew_and_never_mixed(
    gate: Cloud, event: str
) -> None:
    (key,) = gate.send(LARGE, upload="dicom-1", declared=False)
    with at_each(gate, event, lambda: gate.inbox.put(str(key), OTHER)):
        assert gate.feed(ANONYMISE) == 1
    assert gate.keys(gate.archive) == []
    assert gate.settle()
    pixels = archived(gate)[-len(OTHER) // 2 :]
    assert pixels.count(b"\2") == len(pixels)


@pytest.mark.parametrize(
    "event",
    ["after-call.s3.HeadObject", "after-call.s3.GetObject", "before-call.s3.UploadPartCopy"],
)
def test_an_object_that_goes_away_under_way_was_done_by_another(gate: Cloud, event: str) -> None:
    (key,) = gate.send(LARGE)
    with at_each(gate, event, lambda: gate.inbox.delete([str(key)])):
        assert gate.feed(ANONYMISE) == 0
    assert gate.fates() == []
    assert gate.keys(gate.archive) == []
    assert unfinished(gate) == []


def send_unchecked(cloud: Cloud, raw: bytes, *, declared: bytes) -> None:
    """Puts an object of which S3 has no SHA-256, as emulators have none of a posted form."""
    (key,) = cloud.send(declared)
    cloud.forget_messages()
    cloud.s3.put_object(
        Bucket=cloud.inbox.bucket, Key=str(key), Body=raw, ChecksumAlgorithm="CRC32"
    )


def test_where_s3_has_no_checksum_the_declared_one_is_compared_all_the_same(gate: Cloud) -> None:
    send_unchecked(gate, LARGE, declared=LARGE)
    with measured(gate.s3) as traffic:
        gate.feed(ANONYMISE)
    assert gate.kinds() == ["archived"]
    assert len(LARGE) <= traffic.received_bytes < len(LARGE) + 2 * PART_MINIMUM_BYTES


@pytest.mark.parametrize("sent", [OTHER, LARGE + b"\0\0"])
def test_a_large_object_that_is_not_as_declared_waits_for_a_person(
    gate: Cloud, sent: bytes
) -> None:
    send_unchecked(gate, sent, declared=LARGE)
    gate.feed(ANONYMISE)
    assert gate.kinds() == ["quarantined declaration_mismatch"]
    (kept,) = gate.keys(gate.inbox)
    assert gate.inbox.get(kept).body == sent


def test_the_checksum_of_s3_is_held_against_the_declared_one(gate: Cloud) -> None:
    (key,) = gate.send(LARGE)
    gate.forget_messages()
    gate.inbox.put(str(key), OTHER, sha256_hex=hashlib.sha256(OTHER).hexdigest())
    with measured(gate.s3) as traffic:
        gate.feed(ANONYMISE)
    assert gate.kinds() == ["quarantined declaration_mismatch"]
    assert traffic.received_bytes == 0


def test_what_is_needed_whole_is_read_whole_up_to_its_own_limit(gate: Cloud) -> None:
    needs_whole = deflated(LARGE)
    gate.configure(whole_object_bytes=1000, object_limit_bytes=len(needs_whole))
    gate.send(needs_whole)
    assert gate.feed(ANONYMISE) == 0
    assert gate.kinds() == ["archived"]


def test_what_is_needed_whole_and_is_above_that_limit_waits_with_the_way_out(gate: Cloud) -> None:
    needs_whole = deflated(LARGE)
    gate.configure(whole_object_bytes=1000, object_limit_bytes=len(needs_whole) - 1)
    gate.send(needs_whole)
    assert gate.feed(ANONYMISE) == 0
    (fate,) = gate.fates()
    assert (fate.kind, fate.code) == ("quarantined", "oversized")
    assert "little endian" in fate.reason
    (kept,) = gate.keys(gate.inbox)
    assert gate.inbox.get(kept).body == needs_whole


def test_above_the_limit_for_all_objects_nothing_is_read(gate: Cloud) -> None:
    gate.configure(ranged_limit_bytes=len(LARGE) - 1)
    gate.send(LARGE)
    with measured(gate.s3) as traffic:
        gate.feed(ANONYMISE)
    assert gate.kinds() == ["quarantined oversized"]
    assert traffic.received_bytes == 0


def test_large_and_small_objects_pass_side_by_side_in_the_memory_of_one(gate: Cloud) -> None:
    gate.configure(whole_object_bytes=1_000_000, memory_budget_bytes=1000)
    files = [large_image(1), image(2), deflated(large_image(3)), large_image(4), image(5)]
    gate.send(*files)
    assert gate.feed(ANONYMISE) == 0
    assert gate.kinds() == ["archived"] * 5


def test_an_object_that_grew_after_its_event_is_taken_as_a_large_one(gate: Cloud) -> None:
    (key,) = gate.send(LARGE)
    gate.forget_messages()
    with measured(gate.s3) as traffic:
        assert gate.call(ANONYMISE, batch([notification(str(key), size_bytes=10)])) == set()
    assert gate.kinds() == ["archived"]
    assert "UploadPartCopy" in traffic.calls
