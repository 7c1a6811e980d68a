import gzip
import json
from typing import Any, NoReturn

import pytest

from scanloft.aws.feed import Feed
from scanloft.aws.hooks import HookIndex
from scanloft.core.blueprint import ANONYMISE, DELIVER, DELIVER_QUEUE, INGEST, SUMMARISE
from scanloft.core.errors import Unavailable
from scanloft.core.hook_call import HookCall
from scanloft.core.hooks import Hook
from scanloft.core.keys import ArchiveKey, series_coverage_key, series_metadata_key
from scanloft.core.model import Series, Study
from scanloft.core.series_changed import SeriesChanged
from tests.support.cloud import PLACE, Cloud
from tests.support.disturbances import calls_listed, disturbed
from tests.support.events import batch
from tests.support.images import image


def refuse(constant: str) -> NoReturn:
    raise AssertionError(f"{constant} is not JSON")


def metadata(cloud: Cloud, place: ArchiveKey) -> list[dict[str, Any]]:
    """The metadata of a series, read by a strict reader."""
    key = series_metadata_key(place.project, place.study_uid, place.series_uid)
    text = gzip.decompress(cloud.archive.get(key).body)
    found: list[dict[str, Any]] = json.loads(text, parse_constant=refuse)
    return found


def indexed(cloud: Cloud, *files: bytes, upload: str = "u1") -> list[ArchiveKey]:
    """Indexes images, and leaves summarise to do."""
    cloud.send(*files, upload=upload)
    cloud.settle(ANONYMISE, INGEST)
    return [ArchiveKey.parse(fate.archive_key) for fate in cloud.fates(upload)]


def rows_of(cloud: Cloud, place: ArchiveKey) -> tuple[Series, Study]:
    series = cloud.instances.series(place.project, place.study_uid, place.series_uid)
    study = cloud.instances.study(place.project, place.study_uid)
    assert series
    assert study
    return series, study


def message(place: ArchiveKey) -> str:
    return SeriesChanged(place.project, place.study_uid, place.series_uid).to_body()


def test_rows_and_metadata_of_a_study_are_what_its_instances_make(alpha: Cloud) -> None:
    files = [image(1), image(2), image(1, series=2, Modality="PT")]
    places = indexed(alpha, *files)
    assert alpha.feed(SUMMARISE) == 0
    series, study = rows_of(alpha, places[0])
    assert (series.instance_count, study.instance_count, study.series_count) == (2, 3, 2)
    assert study.modalities == ("CT", "PT")
    assert study.size_bytes == sum(len(alpha.archive.get(str(place)).body) for place in places)
    entries = metadata(alpha, places[0])
    assert {entry["00080018"]["Value"][0] for entry in entries} == {
        place.sop_uid for place in places[:2]
    }


def test_metadata_is_in_the_order_of_instance_numbers_and_those_without_come_last(
    alpha: Cloud,
) -> None:
    files = [image(number, InstanceNumber=number) for number in (10, 9, 2)]
    places = indexed(alpha, *files, image(4, InstanceNumber=None))
    alpha.feed(SUMMARISE)
    numbers = [entry["00200013"].get("Value") for entry in metadata(alpha, places[0])]
    assert numbers == [[2], [9], [10], None]


def test_metadata_says_where_the_pixels_are_on_the_one_host(alpha: Cloud) -> None:
    (place,) = indexed(alpha, image())
    alpha.feed(SUMMARISE)
    ((entry,), base) = metadata(alpha, place), PLACE.public_base_url
    assert entry["7FE00010"]["BulkDataURI"] == (
        f"{base}/api/projects/alpha/dicomweb/studies/{place.study_uid}/series/{place.series_uid}"
        f"/instances/{place.sop_uid}/bulkdata/7FE00010"
    )


def test_metadata_is_stored_as_what_it_is(alpha: Cloud) -> None:
    (place,) = indexed(alpha, image())
    alpha.feed(SUMMARISE)
    key = series_metadata_key("alpha", place.study_uid, place.series_uid)
    head = alpha.s3.head_object(Bucket=alpha.archive.bucket, Key=key)
    assert (head["ContentType"], head["ContentEncoding"]) == ("application/dicom+json", "gzip")


@pytest.mark.parametrize("value", ["NaN", "Infinity", "-1e999", "two"])
def test_a_number_that_is_none_does_not_break_the_metadata(alpha: Cloud, value: str) -> None:
    raw = image(SliceThickness="2.500000").replace(b"2.500000", value.ljust(8).encode())
    (place,) = indexed(alpha, raw)
    assert alpha.feed(SUMMARISE) == 0
    (entry,) = metadata(alpha, place)
    assert "Value" not in entry.get("00180050", {})
    assert entry["00200013"]["Value"] == [1]


def test_a_late_arrival_is_added_and_only_it_is_read(alpha: Cloud) -> None:
    indexed(alpha, image(2), image(3), image(4))
    alpha.settle()
    places = indexed(alpha, image(1), upload="u2")
    with calls_listed(alpha) as calls:
        assert alpha.feed(SUMMARISE) == 0
    assert calls.count("GetObject") == 1 + 2  # the new instance, and what was known
    series, study = rows_of(alpha, places[0])
    assert (series.instance_count, study.instance_count) == (4, 4)
    entries = metadata(alpha, places[0])
    assert [entry["00200013"]["Value"] for entry in entries] == [[1], [2], [3], [4]]


def test_a_message_again_changes_nothing_and_reads_no_instance(alpha: Cloud) -> None:
    (place,) = indexed(alpha, image())
    alpha.settle()
    before = alpha.snapshot()
    with calls_listed(alpha) as calls:
        assert alpha.call(SUMMARISE, batch([message(place)] * 3)) == set()
    assert calls.count("GetObject") == 2
    assert alpha.snapshot() == before


def test_a_message_for_a_series_without_instances_is_done(alpha: Cloud) -> None:
    nothing = ArchiveKey("alpha", "1.2", "1.2.3", "1.2.3.4")
    before = alpha.snapshot()
    assert alpha.call(SUMMARISE, batch([message(nothing)])) == set()
    assert alpha.snapshot() == before


def test_a_list_that_claims_too_much_does_not_hide_an_instance(alpha: Cloud) -> None:
    first, second = indexed(alpha, image(1), image(2))
    alpha.settle()
    key = series_metadata_key("alpha", first.study_uid, first.series_uid)
    (kept, _) = metadata(alpha, first)
    alpha.archive.put(key, gzip.compress(json.dumps([kept]).encode()))
    assert alpha.call(SUMMARISE, batch([message(second)])) == set()
    assert len(metadata(alpha, first)) == 2


def test_an_instance_of_which_another_checksum_is_known_is_read_again(alpha: Cloud) -> None:
    (place,) = indexed(alpha, image())
    alpha.settle()
    known = metadata(alpha, place)
    key = series_metadata_key("alpha", place.study_uid, place.series_uid)
    stale = [{"00080018": known[0]["00080018"]}]
    alpha.archive.put(key, gzip.compress(json.dumps(stale).encode()))
    coverage = series_coverage_key("alpha", place.study_uid, place.series_uid)
    alpha.archive.put(coverage, json.dumps({place.sop_uid: "0" * 64}).encode())
    assert alpha.call(SUMMARISE, batch([message(place)])) == set()
    assert metadata(alpha, place) == known


def test_a_summary_that_was_overtaken_is_made_again(alpha: Cloud) -> None:
    (place,) = indexed(alpha, image(1))
    calls = 0

    def overtake(**_: object) -> None:
        nonlocal calls
        calls += 1
        if calls == 1:
            indexed(alpha, image(2), upload="u2")
            assert alpha.feed(SUMMARISE) == 0

    event = "before-call.s3.PutObject"
    records = alpha.received(SUMMARISE.source)  # type: ignore[arg-type]  # it has a queue
    alpha.s3.meta.events.register(event, overtake)
    try:
        assert alpha.call(SUMMARISE, records) == set()
    finally:
        alpha.s3.meta.events.unregister(event, overtake)
    series, study = rows_of(alpha, place)
    assert (series.instance_count, study.instance_count, series.revision) == (2, 2, 2)
    assert len(metadata(alpha, place)) == 2


def test_a_row_that_is_always_overtaken_waits_for_another_delivery(
    alpha: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    indexed(alpha, image())
    monkeypatch.setattr("scanloft.aws.instances.InstanceIndex.put_study", lambda *_: False)
    assert alpha.feed(SUMMARISE) == 1


def test_one_series_that_cannot_be_read_does_not_keep_the_others(alpha: Cloud) -> None:
    good, bad = indexed(alpha, image(1), image(1, study=2, series=2))
    alpha.archive.delete([str(bad)])
    assert alpha.feed(SUMMARISE) == 1
    assert rows_of(alpha, good)[0].instance_count == 1


@pytest.mark.parametrize("body", ["[]", "{}", "null", "garbage", '{"project": "alpha"}'])
def test_a_message_that_tells_of_no_series_fails_alone(alpha: Cloud, body: str) -> None:
    (place,) = indexed(alpha, image())
    records = batch([message(place), body])
    assert alpha.call(SUMMARISE, records) == {records[1]["messageId"]}
    assert rows_of(alpha, place)[0].instance_count == 1


@pytest.mark.parametrize("uid", [["1.2"], 7])
def test_a_message_with_parts_of_another_type_fails_alone(alpha: Cloud, uid: object) -> None:
    (place,) = indexed(alpha, image())
    odd = json.dumps({"project": "alpha", "study_uid": uid, "series_uid": uid})
    records = batch([message(place), odd])
    assert alpha.call(SUMMARISE, records) == {records[1]["messageId"]}


def test_a_changed_host_is_in_all_metadata_from_then_on(alpha: Cloud) -> None:
    (place,) = indexed(alpha, image())
    alpha.settle()
    alpha.configure(public_base_url="https://other.example")
    alpha.call(SUMMARISE, batch([message(place)]))
    (entry,) = metadata(alpha, place)
    assert entry["7FE00010"]["BulkDataURI"].startswith("https://other.example/")


@pytest.mark.parametrize("key_of", [series_metadata_key, series_coverage_key])
def test_damaged_metadata_is_made_again(alpha: Cloud, key_of: Any) -> None:
    (place,) = indexed(alpha, image())
    alpha.settle()
    alpha.archive.put(key_of("alpha", place.study_uid, place.series_uid), b"damaged")
    assert alpha.call(SUMMARISE, batch([message(place)])) == set()
    assert len(metadata(alpha, place)) == 1


def test_the_feed_tells_of_the_scan_and_the_session_and_whose_they_are(alpha: Cloud) -> None:
    (place,) = indexed(alpha, image())
    alpha.feed(SUMMARISE)
    changes = list(Feed(alpha.rows).changes("alpha"))
    assert [(change.kind, change.name, change.what) for change in changes] == [
        ("session", place.study_uid, "changed"),
        ("scan", f"{place.study_uid}/{place.series_uid}", "changed"),
    ]
    assert {change.sequence for change in changes} == {1}
    assert {change.sites for change in changes} == {("",)}


def test_webhooks_are_called_once_for_a_batch_and_nobody_where_there_is_none(
    alpha: Cloud,
) -> None:
    places = indexed(alpha, image(1), image(1, series=2))
    alpha.call(SUMMARISE, batch([message(places[0])]))
    assert alpha.waiting(DELIVER) == 0
    for name, active in (("one", True), ("two", False)):
        hook = Hook("alpha", name, "https://a.example", "", "", "", "", "", active=active)
        HookIndex(alpha.rows).put(hook)
    alpha.call(SUMMARISE, batch([message(place) for place in places]))
    calls = [HookCall.from_body(record["body"]) for record in alpha.received(DELIVER_QUEUE)]
    assert calls == [HookCall("alpha", "one")]


def test_what_could_not_be_told_is_done_again(
    alpha: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    places = indexed(alpha, image(1))

    def refuse(*_: object, **__: object) -> None:
        raise Unavailable("not now")

    with monkeypatch.context() as patched:
        patched.setattr(Feed, "append", refuse)
        assert len(alpha.call(SUMMARISE, batch([message(places[0])]))) == 1
    assert alpha.told() == set()
    assert alpha.call(SUMMARISE, batch([message(places[0])])) == set()
    assert len(alpha.told()) == 2


def test_a_disturbance_at_any_call_leaves_no_trace_after_redelivery() -> None:
    def prepare(cloud: Cloud) -> None:
        cloud.project()
        indexed(cloud, image())

    calls, differing = disturbed(prepare, SUMMARISE)
    assert calls.count("PutObject") == 2
    # The series, the study, its subject, what leads from that to it, and the feed.
    assert calls.count("PutItem") == 5
    assert differing == []
