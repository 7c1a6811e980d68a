import hashlib
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from functions.export import beginnings
from functions.export import export as exporting
from functions.export.checkpoint import CheckpointStore
from functions.export.lease import Lease
from infra.local.place import bucket_name, table_name
from scanloft.core.blueprint import BUCKETS
from scanloft.core.errors import Unavailable
from scanloft.core.exports import ExportFile, ExportStatus
from scanloft.core.tables import TABLES
from tests.functions.export.workshop import ORDER, PART_BYTES, Workshop, bodies
from tests.support.grants import Names, granted

LOCAL = Names(
    bucket_by_name={bucket_name(bucket): bucket.name for bucket in BUCKETS},
    table_by_name={table_name(table): table.name for table in TABLES},
)
MIXED = bodies(0, 1, 99, 100, 101, 1000, 10, 256, 20, 3)


def test_the_zip_holds_each_file_under_its_name(workshop: Workshop) -> None:
    workshop.order(MIXED)
    assert workshop.work() is ExportStatus.READY
    assert workshop.contents() == dict(MIXED)
    assert workshop.left() == ["exports/alpha/e1.zip"]
    assert workshop.unfinished() == []


def test_the_row_says_how_far_it_came_and_how_large_the_zip_is(workshop: Workshop) -> None:
    workshop.order(MIXED)
    workshop.work()
    export = workshop.export
    assert (export.status, export.files_done, export.files_missing) == ("ready", len(MIXED), 0)
    assert export.bytes_done == export.size_bytes == sum(len(body) for _, body in MIXED)
    assert export.zip_bytes == len(workshop.zipped())
    assert export.finished_at == "2026-03-04T05:06:08+00:00"
    assert (export.worker, export.leased_until, export.setbacks) == ("", 0, 0)


def test_the_zip_is_served_as_a_zip_and_its_parts_are_as_small_as_they_may_be(
    workshop: Workshop,
) -> None:
    workshop.order(MIXED)
    workshop.work()
    described = workshop.cloud.s3.head_object(
        Bucket=workshop.cloud.archive.bucket, Key="exports/alpha/e1.zip"
    )
    assert described["ContentType"] == "application/zip"
    parts = int(described["ETag"].strip('"').rpartition("-")[2])
    assert parts == -(-len(workshop.zipped()) // PART_BYTES)


def test_a_file_that_was_deleted_meanwhile_is_listed_and_all_others_are_there(
    workshop: Workshop,
) -> None:
    files = workshop.order(MIXED)
    gone = [files[2], files[5], files[0]]
    workshop.cloud.archive.delete([file.key for file in gone])
    assert workshop.work() is ExportStatus.READY
    found = workshop.contents()
    missing = found.pop("MISSING.txt").decode().splitlines()
    assert {f"{file.name}\tdeleted" for file in gone} <= set(missing)
    names = {file.name for file in gone}
    assert found == {name: body for name, body in MIXED if name not in names}
    assert workshop.export.files_missing == 3


@pytest.mark.parametrize("place", [3, 5])
@pytest.mark.parametrize("change", [lambda body: body[:-1], lambda body: body[:-1] + b"!"])
def test_a_file_that_is_not_what_the_index_says_is_listed_and_not_in_the_zip(
    workshop: Workshop, place: int, change: Callable[[bytes], bytes]
) -> None:
    files = workshop.order(MIXED)
    workshop.cloud.archive.put(files[place].key, change(MIXED[place][1]))
    workshop.work()
    found = workshop.contents()
    assert f"{files[place].name}\tdamaged" in found.pop("MISSING.txt").decode()
    assert found == {name: body for name, body in MIXED if name != files[place].name}


def test_an_object_that_is_empty_now_is_listed(workshop: Workshop) -> None:
    files = workshop.order(bodies(50, 60))
    workshop.cloud.archive.put(files[0].key, b"")
    workshop.work()
    assert f"{files[0].name}\tdamaged" in workshop.contents()["MISSING.txt"].decode()


def test_a_file_whose_checksum_nobody_knows_is_taken_as_it_is(workshop: Workshop) -> None:
    files = workshop.order(bodies(500, 60))
    workshop.index.delete(*ORDER)
    workshop.request([replace(file, sha256="") for file in files])
    workshop.work()
    assert workshop.contents() == dict(bodies(500, 60))


def test_a_file_within_a_larger_object_is_read_from_its_place(workshop: Workshop) -> None:
    packed = bytes(range(256)) * 4
    workshop.cloud.archive.put("dicom/packed", packed)
    spans = [(0, 10), (10, 300), (310, 714), (1000, 0)]
    files = [
        ExportFile(
            f"{at}", "dicom/packed", at, size, hashlib.sha256(packed[at : at + size]).hexdigest()
        )
        for at, size in spans
    ]
    workshop.request(files)
    workshop.work()
    assert workshop.contents() == {str(at): packed[at : at + size] for at, size in spans}


def test_time_that_runs_out_hands_the_work_over_between_two_files(workshop: Workshop) -> None:
    workshop.order(MIXED)
    workshop.work()
    expected = workshop.zipped()
    workshop.cloud.archive.delete(workshop.left())
    workshop.index.delete(*ORDER)
    workshop.take_order()

    workshop.order(MIXED)
    workshop.remaining_s = 1
    statuses = []
    while (status := workshop.work()) is not ExportStatus.READY:
        statuses.append(status)
        assert workshop.export.worker == ""
        assert workshop.export.files_done == len(statuses)
    assert statuses == [ExportStatus.RUNNING] * (len(MIXED) - 1)
    assert workshop.waiting() == 1 + len(statuses)
    assert workshop.zipped() == expected
    assert workshop.unfinished() == []
    assert workshop.export.setbacks == 0


def test_a_large_file_is_not_begun_when_it_could_not_be_done_in_time(
    workshop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exporting, "SLOWEST_BYTES_PER_S", 1)
    workshop.order(bodies(10, 500, 10))
    workshop.remaining_s = exporting.RESERVE_S + 400
    assert workshop.work() is ExportStatus.RUNNING
    assert workshop.export.files_done == 1
    assert workshop.work() is ExportStatus.READY
    assert workshop.contents() == dict(bodies(10, 500, 10))


def test_an_order_for_what_is_done_changes_nothing(workshop: Workshop) -> None:
    workshop.order(MIXED)
    workshop.work()
    before = workshop.cloud.snapshot()
    assert workshop.work() is ExportStatus.READY
    assert workshop.cloud.snapshot() == before


def test_a_second_worker_waits_for_the_first(workshop: Workshop) -> None:
    workshop.order(MIXED)
    workshop.index.put(
        replace(workshop.export, worker="x", leased_until=int(workshop.moment.timestamp()) + 5),
        over_worker="",
    )
    with pytest.raises(Unavailable, match="Another worker"):
        workshop.work()
    workshop.pass_time(6)
    assert workshop.work() is ExportStatus.READY
    assert workshop.export.setbacks == 1


def test_a_worker_that_lost_its_lease_gives_way_and_its_order_comes_again(
    workshop: Workshop,
) -> None:
    workshop.order(MIXED)
    taken: list[ExportStatus | None] = []

    def overtake(**_: object) -> None:
        """While the first worker uploads, its lease ends and a second one does it all."""
        workshop.cloud.s3.meta.events.unregister(event, overtake)
        workshop.pass_time(1000)
        taken.append(workshop.work())

    event = "before-call.s3.CompleteMultipartUpload"
    workshop.cloud.s3.meta.events.register(event, overtake)
    with pytest.raises(Exception, match="Another worker has this export now"):
        workshop.work()
    assert taken == [ExportStatus.READY]
    assert workshop.contents() == dict(MIXED)
    assert workshop.work() is ExportStatus.READY


def test_an_export_that_is_deleted_under_way_leaves_nothing(workshop: Workshop) -> None:
    workshop.order(MIXED)

    def delete(**_: object) -> None:
        workshop.index.delete(*ORDER)
        workshop.pass_time(100)

    event = "before-call.s3.UploadPart"
    workshop.cloud.s3.meta.events.register(event, delete)
    try:
        assert workshop.work() is None
    finally:
        workshop.cloud.s3.meta.events.unregister(event, delete)
    assert (workshop.left(), workshop.unfinished()) == ([], [])
    assert workshop.index.export(*ORDER) is None


def test_an_order_for_an_export_that_was_deleted_clears_away_what_is_left(
    workshop: Workshop,
) -> None:
    workshop.order(MIXED)
    workshop.remaining_s = 1
    workshop.work()
    workshop.index.delete(*ORDER)
    assert workshop.work() is None
    assert (workshop.left(), workshop.unfinished()) == ([], [])


def failing(workshop: Workshop, operation: str, *, times: int) -> Callable[..., Any]:
    left = [times]

    def fail(**_: object) -> None:
        if left[0]:
            left[0] -= 1
            raise Unavailable("A storage service did not answer.")

    workshop.cloud.s3.meta.events.register(f"before-call.s3.{operation}", fail)
    return fail


def test_a_failure_is_counted_and_the_order_comes_again_later(workshop: Workshop) -> None:
    workshop.order(MIXED)
    workshop.take_order()
    fail = failing(workshop, "UploadPart", times=1)
    assert workshop.work() is ExportStatus.RUNNING
    assert (workshop.export.setbacks, workshop.export.worker) == (1, "")
    assert workshop.waiting() == 0  # not before some seconds have passed
    assert workshop.work() is ExportStatus.READY
    assert workshop.contents() == dict(MIXED)
    workshop.cloud.s3.meta.events.unregister("before-call.s3.UploadPart", fail)


def test_an_upload_that_s3_forgot_is_begun_anew(workshop: Workshop) -> None:
    workshop.order(MIXED)
    workshop.remaining_s = 1
    workshop.work()
    (upload,) = workshop.cloud.s3.list_multipart_uploads(Bucket=workshop.cloud.archive.bucket)[
        "Uploads"
    ]
    workshop.cloud.s3.abort_multipart_upload(
        Bucket=workshop.cloud.archive.bucket, Key=upload["Key"], UploadId=upload["UploadId"]
    )
    workshop.remaining_s = 900
    for _ in range(beginnings.SETBACKS_BEFORE_ANEW):
        assert workshop.work() is ExportStatus.RUNNING
    assert workshop.work() is ExportStatus.READY
    assert workshop.contents() == dict(MIXED)


def test_an_export_that_fails_time_and_again_is_given_up_and_leaves_nothing(
    workshop: Workshop,
) -> None:
    workshop.order(MIXED)
    fail = failing(workshop, "UploadPart", times=1000)
    statuses = [workshop.work() for _ in range(exporting.SETBACK_LIMIT + 1)]
    assert statuses == [ExportStatus.RUNNING] * exporting.SETBACK_LIMIT + [ExportStatus.FAILED]
    assert workshop.export.code == "unavailable"
    assert workshop.export.reason == "A storage service did not answer."
    assert (workshop.left(), workshop.unfinished()) == ([], [])
    assert workshop.work() is ExportStatus.FAILED
    workshop.cloud.s3.meta.events.unregister("before-call.s3.UploadPart", fail)


def test_the_last_delivery_of_an_order_says_that_the_export_failed(workshop: Workshop) -> None:
    workshop.order(MIXED)
    workshop.index.put(replace(workshop.export, setbacks=4), over_worker="")
    assert workshop.work(attempt=5) is ExportStatus.FAILED
    assert workshop.export.code == "rejected"
    assert "ask for it again" in workshop.export.reason


@pytest.mark.parametrize("setbacks", [0, 1, 3])
def test_an_order_that_others_kept_waiting_does_not_end_the_export(
    workshop: Workshop, setbacks: int
) -> None:
    workshop.order(MIXED)
    workshop.index.put(replace(workshop.export, setbacks=setbacks), over_worker="")
    assert workshop.work(attempt=5) is ExportStatus.READY


def test_a_slow_worker_does_not_begin_what_a_faster_one_finished(
    workshop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    workshop.order(MIXED)
    slow, taken = workshop.exporter(), Lease.taken

    def overtaken(*given: Any, **named: Any) -> Lease:
        monkeypatch.setattr(Lease, "taken", taken)
        assert workshop.work() is ExportStatus.READY
        return taken(*given, **named)

    monkeypatch.setattr(Lease, "taken", overtaken)
    with pytest.raises(Unavailable, match="faster"):
        slow.work_on(ORDER, attempt=1, remaining_s=lambda: 900.0)
    assert workshop.export.status is ExportStatus.READY
    assert workshop.export.files_done == len(MIXED)


def test_an_export_without_its_list_of_files_fails_at_once(workshop: Workshop) -> None:
    workshop.order(MIXED)
    workshop.cloud.archive.delete(["exports/alpha/e1.files"])
    assert workshop.work() is ExportStatus.FAILED
    assert workshop.export.code == "not_found"


def test_an_export_that_no_object_could_hold_fails_at_once(
    workshop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(beginnings, "ZIP_LIMIT_BYTES", 1000)
    workshop.order(MIXED)
    assert workshop.work() is ExportStatus.FAILED
    assert workshop.export.code == "oversized"


def test_a_defect_of_the_code_is_a_failure_without_details(
    workshop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exporting, "SETBACK_LIMIT", 0)
    monkeypatch.setattr(exporting, "_is_time_for", lambda *_: 1 / 0)
    workshop.order(MIXED)
    assert workshop.work() is ExportStatus.FAILED
    assert workshop.export.code == "internal_error"
    assert "division" not in workshop.export.reason


def test_work_is_put_down_now_and_then(workshop: Workshop, monkeypatch: pytest.MonkeyPatch) -> None:
    workshop.order(MIXED)
    kept: list[int] = []
    put = CheckpointStore.put

    def counted(self: Any, project: str, export: str, checkpoint: Any) -> None:
        kept.append(checkpoint.next_file)
        workshop.pass_time(exporting.CHECKPOINT_S / 2)
        put(self, project, export, checkpoint)

    monkeypatch.setattr(CheckpointStore, "put", counted)
    monkeypatch.setattr(exporting, "CHECKPOINT_S", 0)
    workshop.work()
    assert kept == list(range(len(MIXED) + 1))
    assert workshop.contents() == dict(MIXED)


def everything(workshop: Workshop) -> None:
    """Lists a selection, reads images and files, hands over, fails for good, begins anew."""
    workshop.wish(images=3)
    workshop.remaining_s = 1
    workshop.work()
    workshop.remaining_s = 900
    workshop.work()
    workshop.cloud.archive.delete(["exports/alpha/e1.zip"])
    workshop.index.delete(*ORDER)
    workshop.wish(images=3)
    fail = failing(workshop, "CompleteMultipartUpload", times=100)
    for _ in range(beginnings.SETBACKS_BEFORE_ANEW + 1):
        workshop.work()
    workshop.cloud.s3.meta.events.unregister("before-call.s3.CompleteMultipartUpload", fail)


def test_the_function_is_granted_exactly_what_it_calls(workshop: Workshop) -> None:
    cloud = workshop.cloud
    with LOCAL.taken_down(cloud.s3, cloud.dynamodb, cloud.sqs) as seen:
        everything(workshop)
    prepared = {"dynamodb:DeleteItem index", "s3:PutObject archive/dicom/"}
    assert seen - prepared - {"s3:PutObject archive/files/"} == granted("export")


def test_what_an_export_is_to_hold_is_listed_once(workshop: Workshop) -> None:
    workshop.wish(images=3)
    workshop.remaining_s = 1
    assert workshop.work() is ExportStatus.RUNNING
    assert (workshop.export.file_count, workshop.export.files_done) == (4, 1)
    workshop.image(4)
    workshop.remaining_s = 900
    assert workshop.work() is ExportStatus.READY
    assert len(workshop.contents()) == 4
    assert workshop.left() == ["exports/alpha/e1.zip"]


def test_a_list_that_a_slow_worker_writes_too_late_changes_nothing(workshop: Workshop) -> None:
    workshop.order(MIXED)
    workshop.files.write(*ORDER, [])
    assert workshop.work() is ExportStatus.READY
    assert workshop.contents() == dict(MIXED)


def test_an_export_without_files_fails_and_says_so(workshop: Workshop) -> None:
    workshop.wish(images=0)
    assert workshop.work() is ExportStatus.FAILED
    assert workshop.export.code == "not_found"
    assert "no files" in workshop.export.reason
    assert workshop.left() == []


def test_an_export_of_too_many_files_fails_and_says_so(workshop: Workshop) -> None:
    workshop.wish(images=3)
    workshop.file_limit = 3
    assert workshop.work() is ExportStatus.FAILED
    assert workshop.export.code == "oversized"
    assert "select less" in workshop.export.reason


def test_no_two_files_of_an_export_have_one_name(
    workshop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("scanloft.contents.contents.instance_name", lambda *_: "one.dcm")
    workshop.wish(images=3)
    workshop.work()
    assert len(workshop.contents()) == 4
