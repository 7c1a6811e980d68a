from collections.abc import Callable

import pytest

from functions.ingest import index
from scanloft.core.blueprint import ANONYMISE, INGEST, SUMMARISE
from scanloft.core.keys import ArchiveKey
from scanloft.core.model import Location
from tests.support.cloud import Cloud
from tests.support.disturbances import calls_listed, disturbed
from tests.support.events import batch, notification
from tests.support.images import PATIENT, image


def archived(cloud: Cloud, *files: bytes, upload: str = "u1") -> list[str]:
    """Archives images, and leaves ingest to do."""
    cloud.send(*files, upload=upload)
    cloud.settle(ANONYMISE)
    return [fate.archive_key for fate in cloud.fates(upload)]


def test_the_row_of_an_instance_says_what_it_is_and_where(alpha: Cloud) -> None:
    (key,) = archived(alpha, image(7))
    assert alpha.feed(INGEST) == 0
    place = ArchiveKey.parse(key)
    instance = alpha.instances.instance(*place)
    stored = alpha.archive.get(key)
    assert instance
    assert (instance.study_uid, instance.sop_class_uid) == (
        place.study_uid,
        "1.2.840.10008.5.1.4.1.1.2",
    )
    assert instance.location == Location(key, 0, len(stored.body))
    assert instance.sha256 == stored.metadata["sha256"]
    assert stored.body[instance.header_length :].startswith(b"\xe0\x7f\x10\x00")
    assert instance.attributes["00200013"] == (7,)
    assert instance.attributes["00280010"] == (4,)
    assert not any(value in str(instance) for value in PATIENT.values())


def test_summarise_is_told_once_of_each_series_of_a_batch(alpha: Cloud) -> None:
    archived(alpha, image(1), image(2), image(3, series=2))
    alpha.feed(INGEST)
    assert alpha.waiting(SUMMARISE) == 2


def test_events_twice_and_in_another_order_make_the_same_rows(alpha: Cloud) -> None:
    keys = archived(alpha, image(1), image(2), image(3))
    alpha.settle()
    before = alpha.snapshot()
    events = [notification(key) for key in (*reversed(keys), *keys)]
    assert alpha.call(INGEST, batch(events)) == set()
    assert alpha.settle()
    assert alpha.snapshot() == before


def test_a_delete_that_overtook_the_create_is_no_error(alpha: Cloud) -> None:
    keys = archived(alpha, image())
    alpha.archive.delete(keys)
    assert alpha.feed(INGEST) == 0
    assert alpha.waiting(SUMMARISE) == 0
    place = ArchiveKey.parse(keys[0])
    assert alpha.instances.instance(*place) is None


def test_a_header_longer_than_the_first_read_is_read_on(
    alpha: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    archived(alpha, image())
    monkeypatch.setattr(index, "FIRST_READ_BYTES", 300)
    with calls_listed(alpha) as calls:
        assert alpha.feed(INGEST) == 0
    assert calls.count("GetObject") > 1
    assert alpha.waiting(SUMMARISE) == 1


def test_an_object_that_is_not_what_its_key_says_fails_alone(alpha: Cloud) -> None:
    (key,) = archived(alpha, image())
    wrong = str(ArchiveKey("alpha", "1.2", "1.2.3", "1.2.3.4"))
    alpha.archive.put(wrong, alpha.archive.get(key).body, metadata={"sha256": "0"})
    alpha.archive.put("dicom/alpha/1.2/1.2.3/1.2.3.5", b"no DICOM at all", metadata={})
    assert alpha.feed(INGEST) == 2
    assert [item["SK"] for item in alpha.items() if "I#" in item["SK"]] == [
        f"{{'S': 'I#{ArchiveKey.parse(key).sop_uid}'}}"
    ]


def test_other_bytes_under_an_indexed_uid_do_not_replace_the_row(alpha: Cloud) -> None:
    (key,) = archived(alpha, image())
    alpha.settle()
    before = alpha.items()
    body = alpha.archive.get(key).body
    alpha.archive.put(key, body + b"\0\0", metadata={"sha256": "1" * 64})
    assert alpha.feed(INGEST) == 1
    assert alpha.items() == before


def test_the_index_made_from_the_bucket_alone_is_the_same(alpha: Cloud) -> None:
    alpha.project("beta")
    files = [image(n, study=study, series=s) for study in (1, 2) for s in (1, 2) for n in (1, 2)]
    alpha.send(*files)
    alpha.send(*files[:3], project="beta")
    alpha.settle()
    original = [item for item in alpha.items() if is_derived(item)]
    objects = alpha.snapshot()["objects"]
    subjects = 1 + 2 + 1 + 1
    assert len(original) == 8 + 4 + 2 + 3 + 2 + 1 + subjects
    empty_table(alpha)
    keys = alpha.keys(alpha.archive, "dicom/")
    assert alpha.call(INGEST, batch([notification(key) for key in reversed(keys)])) == set()
    assert alpha.settle()
    assert alpha.items() == original
    assert alpha.snapshot()["objects"] == objects


def is_derived(item: dict[str, str]) -> bool:
    """Whether it is the row of an instance, a series, a study or a subject, or leads from one."""
    return any(part in item["PK"] for part in ("#SE#", "#ST#", "#IDX#", "#SUBJECTS", "#SU#"))


def empty_table(cloud: Cloud) -> None:
    table = cloud.rows.table
    for item in cloud.dynamodb.scan(TableName=table)["Items"]:
        key = {name: item[name] for name in ("PK", "SK")}
        cloud.dynamodb.delete_item(TableName=table, Key=key)


def prepared(*files: bytes) -> Callable[[Cloud], object]:
    def prepare(cloud: Cloud) -> None:
        cloud.project()
        archived(cloud, *files)

    return prepare


def test_a_disturbance_at_any_call_leaves_no_trace_after_redelivery() -> None:
    calls, differing = disturbed(prepared(image()), INGEST)
    assert calls == ["GetObject", "PutItem", "SendMessageBatch"]
    assert differing == []
