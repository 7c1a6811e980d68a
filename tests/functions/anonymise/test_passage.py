from typing import Any

from scanloft.core.blueprint import ANONYMISE
from tests.support.cloud import Cloud
from tests.support.events import batch, notification
from tests.support.images import CANARY, image

OTHER = image(pixels=b"\2" * 32)


def limited_to(limit_bytes: int) -> dict[str, int]:
    """The settings by which no larger object is taken."""
    names = ("whole_object_bytes", "object_limit_bytes", "ranged_limit_bytes")
    return dict.fromkeys(names, limit_bytes)


def test_an_event_for_an_object_that_is_gone_is_done(alpha: Cloud) -> None:
    before = alpha.snapshot()
    gone = notification("dicom/alpha/u1/0", size_bytes=len(image()))
    assert alpha.call(ANONYMISE, batch([gone])) == set()
    assert alpha.snapshot() == before


def test_an_event_for_an_oversized_object_that_is_gone_is_done(alpha: Cloud) -> None:
    alpha.configure(**limited_to(len(image()) - 1))
    alpha.send(image(), upload="dicom-1", declared=False)
    alpha.settle()
    gone = notification("dicom/alpha/dicom-1/0", size_bytes=len(image()))
    assert alpha.call(ANONYMISE, batch([gone])) == set()


def test_an_object_that_grew_after_its_event_is_held_to_the_limit_too(alpha: Cloud) -> None:
    alpha.configure(**limited_to(len(image()) - 1))
    (key,) = alpha.send(image(), upload="dicom-1", declared=False)
    alpha.forget_messages()
    alpha.call(ANONYMISE, batch([notification(str(key), size_bytes=10)]))
    assert alpha.kinds("dicom-1") == ["quarantined oversized"]


def test_other_bytes_under_the_same_key_of_the_inbox_are_not_lost(alpha: Cloud) -> None:
    for raw in (image(), OTHER):
        alpha.send(raw, upload="dicom-1", declared=False)
        alpha.settle()
    assert [item.code for item in alpha.detained()] == ["conflict"]


def test_an_image_whose_rival_is_deleted_meanwhile_is_not_lost(alpha: Cloud) -> None:
    alpha.send(image())
    alpha.settle()

    def delete_rival(http_response: Any, **_: object) -> None:
        if http_response.status_code == 412:
            alpha.archive.delete(alpha.keys(alpha.archive, "dicom/"))

    alpha.send(OTHER, upload="u2")
    event = "after-call.s3.PutObject"
    alpha.s3.meta.events.register(event, delete_rival)
    try:
        alpha.feed(ANONYMISE)
    finally:
        alpha.s3.meta.events.unregister(event, delete_rival)
    alpha.settle()
    assert alpha.kinds("u2") == ["archived"]
    assert alpha.keys(alpha.inbox) == []


def test_an_object_under_a_key_that_is_none_of_ours_is_not_left_lying(alpha: Cloud) -> None:
    alpha.inbox.put(f"dicom/alpha/u1/{CANARY}.dcm", image())
    assert alpha.settle()
    assert alpha.keys(alpha.inbox, "dicom/") == []


def test_a_message_that_is_no_event_fails_alone(alpha: Cloud) -> None:
    alpha.send(image())
    records = alpha.received(ANONYMISE.source) + batch(["[]", "not JSON", '{"Records": null}'])  # type: ignore[arg-type]  # anonymise has a queue
    failed = alpha.call(ANONYMISE, records)
    assert failed == {record["messageId"] for record in records[1:]}
    assert alpha.kinds() == ["archived"]
