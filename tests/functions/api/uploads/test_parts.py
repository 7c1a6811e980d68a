import hashlib
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from scanloft.aws.sent_parts import SentParts
from scanloft.core import parts as core_parts
from scanloft.core.model import Declaration, Fate, FateKind, FileKind
from tests.functions.api.front import Front, Reply
from tests.functions.api.uploads.racing import close_before_touch

PART = 5 * 1024 * 1024
CONTENT = bytes(range(256)) * 4096 * 6 + b"the end"
"""Two parts, the second a short one."""


@pytest.fixture(autouse=True)
def _small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(core_parts, "PART_BYTES", PART)


class Sending:
    """A file that was declared in an upload of olga's."""

    def __init__(
        self, front: Front, content: bytes = CONTENT, *, kind: FileKind = FileKind.DICOM
    ) -> None:
        front.project()
        self.front = front
        self.content = content
        self.path = front.upload()
        self.name = self.path.rpartition("/")[2]
        self.key = f"{'dicom' if kind is FileKind.DICOM else 'archives'}/alpha/{self.name}/1"
        digest = hashlib.sha256(content).hexdigest()
        file = Declaration("1", len(content), digest, kind)
        front.services.uploads.declare("alpha", self.name, [file])

    def call(self, act: str = "", *, method: str = "POST", number: str = "1") -> Reply:
        return self.front.call(method, f"{self.path}/files/{number}/multipart{act}")

    def signed(self, *parts: int) -> list[Mapping[str, Any]]:
        wanted = [{"part": n, "sha256": hashlib.sha256(self.part(n)).hexdigest()} for n in parts]
        body = {"number": 1, "parts": wanted}
        reply = self.front.call("POST", f"{self.path}/parts", body=body)
        assert reply.status == 200, reply.body
        found: list[Mapping[str, Any]] = reply.body["parts"]
        return found

    def part(self, number: int) -> bytes:
        return self.content[(number - 1) * PART : number * PART]

    def send(self, *parts: int, body: bytes | None = None) -> None:
        for entry in self.signed(*parts):
            content = self.part(entry["part"]) if body is None else body
            answer = requests.put(
                entry["url"], data=content, headers=dict(entry["headers"]), timeout=10
            )
            assert answer.status_code == 200

    @property
    def is_in_inbox(self) -> bool:
        return self.front.services.parts.is_whole(self.key)


def test_a_file_arrives_whole_when_its_parts_are_put_together(front: Front) -> None:
    sending = Sending(front)
    begun = sending.call()
    assert (begun.status, begun.body) == (
        200,
        {"number": "1", "part_bytes": PART, "parts": 2, "arrived": []},
    )
    sending.send(2, 1)
    assert not sending.is_in_inbox
    done = sending.call("/complete")
    assert (done.status, done.body) == (200, {"number": "1", "size_bytes": len(CONTENT)})
    assert front.services.inbox.get(sending.key).body == CONTENT


def test_a_zip_goes_to_the_archives(front: Front) -> None:
    sending = Sending(front, b"PK", kind=FileKind.ARCHIVE)
    sending.call()
    sending.send(1)
    assert sending.call("/complete").status == 200
    assert sending.is_in_inbox


def test_an_address_is_bound_to_the_part_its_size_and_its_content(front: Front) -> None:
    sending = Sending(front)
    sending.call()
    [signed] = sending.signed(2)
    parts = urlsplit(signed["url"])
    query = parse_qs(parts.query)
    assert parts.path.endswith(sending.key)
    assert query["partNumber"] == ["2"]
    assert query["X-Amz-Expires"] == [str(front.services.settings.upload_url_ttl_s)]
    headers = set(query["X-Amz-SignedHeaders"][0].split(";"))
    assert {"content-length", "x-amz-checksum-sha256"} <= headers


def test_255_parts_and_more_are_signed_in_one_request(
    front: Front, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(core_parts, "PART_BYTES", 1)
    monkeypatch.setattr(core_parts, "MIB", 1)
    sending = Sending(front, bytes(1000))
    assert sending.call().body["parts"] == 1000
    body = {
        "number": 1,
        "parts": [{"part": n, "sha256": "0" * 64} for n in range(1, 1001)],
    }
    reply = front.call("POST", f"{sending.path}/parts", body=body)
    assert [part["part"] for part in reply.body["parts"]] == list(range(1, 1001))


def test_begun_again_the_parts_that_arrived_are_told(front: Front) -> None:
    sending = Sending(front)
    sending.call()
    sending.send(2)
    assert sending.call().body["arrived"] == [2]
    sending.send(1)
    assert sending.call("/complete").status == 200


def test_a_part_of_another_size_has_not_arrived_and_makes_no_file(front: Front) -> None:
    sending = Sending(front)
    sending.call()
    sending.send(2)
    sending.send(1, body=b"x" * (PART + 1))  # S3 refuses it, emulators do not
    assert sending.call().body["arrived"] == [2]
    refused = sending.call("/complete")
    assert refused.status == 409
    assert refused.body["detail"].endswith("first of all: 1.")
    assert not sending.is_in_inbox


def test_missing_parts_are_named(front: Front) -> None:
    sending = Sending(front)
    sending.call()
    sending.send(1)
    refused = sending.call("/complete")
    assert (refused.status, refused.body["code"]) == (409, "conflict")
    assert refused.body["detail"].endswith(": 2.")


def test_completing_again_is_no_error_while_it_waits_and_after_it_has_its_fate(
    front: Front,
) -> None:
    sending = Sending(front)
    sending.call()
    sending.send(1, 2)
    first = sending.call("/complete").body
    assert sending.call("/complete").body == first
    fate = Fate("1", FateKind.ARCHIVED)
    front.services.uploads.put_fates([("alpha", sending.name, fate)])
    front.services.inbox.delete([sending.key])
    assert sending.call("/complete").body == first


def test_a_completion_that_broke_off_is_found_done(
    front: Front, monkeypatch: pytest.MonkeyPatch
) -> None:
    sending = Sending(front)
    sending.call()
    sending.send(1, 2)
    uploads = type(front.services.uploads)
    with monkeypatch.context() as broken:
        broken.setattr(uploads, "remove_parts", _break_off)
        assert sending.call("/complete").status == 500
    assert sending.call("/complete").status == 200
    assert front.services.uploads.parts("alpha", sending.name, "1") is None


def test_parts_that_s3_cleared_away_are_begun_anew(front: Front) -> None:
    sending = Sending(front)
    sending.call()
    sending.send(1)
    name = front.services.uploads.parts("alpha", sending.name, "1")
    assert name is not None
    front.services.parts.abort(sending.key, name)
    assert sending.call("/complete").status == 409
    assert sending.call().body["arrived"] == []
    assert front.services.uploads.parts("alpha", sending.name, "1") != name
    sending.send(1, 2)
    assert sending.call("/complete").status == 200


def test_parts_that_were_given_up_are_gone(front: Front) -> None:
    sending = Sending(front)
    sending.call()
    sending.send(1)
    for _ in range(2):
        assert sending.call(method="DELETE").status == 200
    assert sending.call("/complete").status == 409
    assert sending.call().body["arrived"] == []


def test_giving_up_leaves_the_parts_that_were_begun_anew_meanwhile(
    front: Front, monkeypatch: pytest.MonkeyPatch
) -> None:
    sending = Sending(front)
    sending.call()
    abort = SentParts.abort

    def begun_anew(parts: SentParts, key: str, name: str) -> None:
        abort(parts, key, name)
        racing.undo()
        assert sending.call().status == 200

    with monkeypatch.context() as racing:
        racing.setattr(SentParts, "abort", begun_anew)
        assert sending.call(method="DELETE").status == 200
    sending.send(1, 2)
    assert sending.call("/complete").status == 200


def test_a_file_that_was_declared_is_sent_and_completed_after_the_closing(front: Front) -> None:
    sending = Sending(front)
    assert front.call("POST", f"{sending.path}/close").status == 200
    assert sending.call().status == 200
    sending.send(1, 2)
    assert sending.call("/complete").status == 200
    assert sending.is_in_inbox


def test_the_sender_is_heard_of_although_the_upload_is_closed_meanwhile(
    front: Front, monkeypatch: pytest.MonkeyPatch
) -> None:
    sending = Sending(front)
    uploads = front.services.uploads
    close_before_touch(uploads, monkeypatch)
    assert sending.call().status == 200
    closed = uploads.upload("alpha", sending.name)
    assert closed is not None
    assert closed.closed_at


def test_nothing_is_sent_to_an_upload_that_was_swept(front: Front) -> None:
    sending = Sending(front)
    sending.call()
    uploads = front.services.uploads
    front.call("POST", f"{sending.path}/close")
    closed = uploads.upload("alpha", sending.name)
    assert closed is not None
    uploads.sweep(closed, at="2026-02-01T00:00:00Z")
    part = {"part": 1, "sha256": "0" * 64}
    signing = front.call("POST", f"{sending.path}/parts", body={"number": 1, "parts": [part]})
    assert signing.status == 409
    for reply in (sending.call(), sending.call("/complete"), sending.call(method="DELETE")):
        assert (reply.status, reply.body["code"]) == (409, "conflict")


def test_what_expired_has_not_arrived(front: Front) -> None:
    sending = Sending(front)
    front.services.uploads.put_fates([("alpha", sending.name, Fate("1", FateKind.EXPIRED))])
    assert sending.call("/complete").status == 409
    assert sending.call().status == 200


def test_a_file_that_arrived_is_not_begun_again(front: Front) -> None:
    sending = Sending(front, b"small")
    front.services.inbox.put(sending.key, b"small")
    assert sending.call().status == 409
    front.services.inbox.delete([sending.key])
    fate = Fate("1", FateKind.ARCHIVED)
    front.services.uploads.put_fates([("alpha", sending.name, fate)])
    assert sending.call().status == 409


def test_a_file_that_was_posted_meanwhile_is_not_replaced_by_its_parts(front: Front) -> None:
    sending = Sending(front)
    sending.call()
    sending.send(1, 2)
    front.services.inbox.put(sending.key, b"posted by a form")
    assert sending.call("/complete").status == 200
    assert front.services.inbox.get(sending.key).body == b"posted by a form"


def test_two_who_begin_at_once_share_one(front: Front, monkeypatch: pytest.MonkeyPatch) -> None:
    sending = Sending(front)
    uploads = type(front.services.uploads)
    with monkeypatch.context() as racing:
        racing.setattr(uploads, "parts", lambda *_: None)
        sending.call()
        assert sending.call().status == 409
    sending.send(1, 2)
    assert sending.call("/complete").status == 200


@pytest.mark.parametrize("number", ["2", "0", "01", "1.1", "x", "9" * 10])
def test_a_file_that_was_not_declared_is_not_found(front: Front, number: str) -> None:
    sending = Sending(front)
    for act in ("", "/complete"):
        assert sending.call(act, number=number).status == 404
    assert sending.call(method="DELETE", number=number).status == 404


@pytest.mark.parametrize("parts", [[3], [1, 1], [0], []])
def test_parts_that_the_file_does_not_have_are_refused(front: Front, parts: list[int]) -> None:
    sending = Sending(front)
    sending.call()
    wanted = [{"part": n, "sha256": "0" * 64} for n in parts]
    body = {"number": 1, "parts": wanted}
    assert front.call("POST", f"{sending.path}/parts", body=body).status == 400


def test_nothing_is_signed_before_it_is_begun(front: Front) -> None:
    sending = Sending(front)
    body = {"number": 1, "parts": [{"part": 1, "sha256": "0" * 64}]}
    assert front.call("POST", f"{sending.path}/parts", body=body).status == 409


def _break_off(*_: Any) -> None:
    raise RuntimeError("The process ended.")
