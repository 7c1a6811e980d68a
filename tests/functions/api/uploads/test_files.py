import base64
import hashlib
from typing import Any

import pytest
import requests

from functions.api.uploads.files import FILES_LIMIT, followed
from scanloft.core.keys import InboxKey
from scanloft.core.model import Declaration, Fate, FateKind, Role, Upload, UploadSource
from tests.functions.api.front import SETTINGS, Front


def entry(content: bytes = b"", *, kind: str = "dicom") -> dict[str, object]:
    digest = hashlib.sha256(content).hexdigest()
    return {"size_bytes": len(content), "sha256": digest, "kind": kind}


def sent(post: dict[str, Any], *, key: str, content: bytes) -> int:
    """The form as a browser sends it: `file` last."""
    checksum = base64.b64encode(hashlib.sha256(content).digest()).decode()
    form = {**post["fields"], "key": key, "x-amz-checksum-sha256": checksum}
    return requests.post(post["url"], data=form, files={"file": content}, timeout=10).status_code


def test_a_whole_upload_arrives_in_the_inbox(front: Front) -> None:
    front.project(uma=Role.UPLOADER)
    upload = front.upload(user="uma")
    contents = {"1": (b"one", "dicom"), "2": (b"twotwo", "dicom"), "3": (b"PK", "archive")}
    body = {"first": 1, "files": [entry(content, kind=kind) for content, kind in contents.values()]}
    reply = front.call("POST", f"{upload}/files", user="uma", body=body)
    assert reply.status == 200
    assert [file["number"] for file in reply.body["files"]] == ["1", "2", "3"]
    for file in reply.body["files"]:
        content, kind = contents[file["number"]]
        assert sent(reply.body["posts"][kind], key=file["key"], content=content) == 204
        assert front.services.inbox.get(file["key"]).body == content
        assert InboxKey.parse(file["key"]).project == "alpha"
    listed = front.call("GET", f"{upload}/files", user="uma").body["files"]
    assert [file["fate"] for file in listed] == ["waiting"] * 3


def test_a_form_is_bounded_in_place_size_and_time(front: Front) -> None:
    front.project()
    upload = front.upload()
    body = {"first": 1, "files": [entry(b"a"), entry(b"b", kind="archive")]}
    reply = front.call("POST", f"{upload}/files", body=body)
    name = upload.rpartition("/")[2]
    for kind, prefix, limit in (("dicom", "dicom", 1000), ("archive", "archives", 5000)):
        policy = base64.b64decode(reply.body["posts"][kind]["fields"]["policy"]).decode()
        assert f'["starts-with", "$key", "{prefix}/alpha/{name}/"]' in policy
        assert f'["content-length-range", 0, {limit}]' in policy
        assert '"x-amz-checksum-algorithm": "SHA256"' in policy
    assert reply.body["expires_in_s"] == SETTINGS.upload_url_ttl_s


def test_only_the_forms_that_are_used_are_handed_out(front: Front) -> None:
    front.project()
    body = {"first": 7, "files": [entry()]}
    reply = front.call("POST", f"{front.upload()}/files", body=body)
    assert set(reply.body["posts"]) == {"dicom"}
    assert reply.body["files"][0]["number"] == "7"


@pytest.mark.parametrize("count", [255, FILES_LIMIT])
def test_many_files_are_declared_in_one_request(front: Front, count: int) -> None:
    front.project()
    upload = front.upload()
    body = {"first": 1, "files": [entry(kind="archive")] * count}
    reply = front.call("POST", f"{upload}/files", body=body)
    assert reply.status == 200
    assert [file["number"] for file in reply.body["files"]] == list(map(str, range(1, count + 1)))
    assert front.call("GET", upload).body["counts"]["declared"] == count


def test_one_file_more_than_the_limit_is_refused(front: Front) -> None:
    front.project()
    body = {"first": 1, "files": [entry()] * (FILES_LIMIT + 1)}
    reply = front.call("POST", f"{front.upload()}/files", body=body)
    assert reply.status == 400
    assert str(FILES_LIMIT) in reply.body["detail"]


@pytest.mark.parametrize(("kind", "limit"), [("dicom", 1000), ("archive", 5000)])
def test_a_file_above_the_limit_is_refused_and_the_limit_named(
    front: Front, kind: str, limit: int
) -> None:
    front.project()
    upload = front.upload()
    fits = {"size_bytes": limit, "sha256": "0" * 64, "kind": kind}
    body = {"first": 1, "files": [fits, {**fits, "size_bytes": limit + 1}]}
    reply = front.call("POST", f"{upload}/files", body=body)
    assert reply.status == 413
    assert f"{limit} bytes" in reply.body["detail"]
    assert "File 2 " in reply.body["detail"]
    assert front.call("GET", upload).body["counts"]["declared"] == 0
    assert front.call("POST", f"{upload}/files", body={"first": 1, "files": [fits]}).status == 200


def test_the_same_declaration_again_changes_nothing_and_gives_fresh_forms(front: Front) -> None:
    front.project()
    upload = front.upload()
    body = {"first": 1, "files": [entry(b"a"), entry(b"b")]}
    first = front.call("POST", f"{upload}/files", body=body)
    again = front.call("POST", f"{upload}/files", body=body)
    assert (again.status, again.body["files"]) == (200, first.body["files"])
    assert front.call("GET", upload).body["counts"]["declared"] == 2


@pytest.mark.parametrize("before", [0, 1, 2])
@pytest.mark.parametrize("changed", [{"size_bytes": 2}, {"sha256": "0" * 64}, {"kind": "archive"}])
def test_another_declaration_for_a_number_is_a_conflict_and_declares_nothing(
    front: Front, changed: dict[str, object], before: int
) -> None:
    front.project()
    upload = front.upload()
    front.call("POST", f"{upload}/files", body={"first": 5, "files": [entry(b"a")]})
    files = [*[entry(b"x")] * before, {**entry(b"a"), **changed}, entry(b"y")]
    body = {"first": 5 - before, "files": files}
    reply = front.call("POST", f"{upload}/files", body=body)
    assert reply.status == 409
    assert "File 5 " in reply.body["detail"]
    assert front.call("GET", upload).body["counts"]["declared"] == 1


def declared_before(front: Front, monkeypatch: pytest.MonkeyPatch, act: Any) -> None:
    """Does this once, when the next declaration was found to be new and is not written yet."""
    uploads = type(front.services.uploads)
    declare = uploads.declare
    waiting = [act]

    def late(*arguments: Any) -> bool:
        if waiting:
            waiting.pop()()
        return declare(*arguments)

    monkeypatch.setattr(uploads, "declare", late)


@pytest.mark.parametrize("first", [1, 2])
def test_of_two_declarations_of_a_number_at_once_one_is_refused(
    front: Front, monkeypatch: pytest.MonkeyPatch, first: int
) -> None:
    front.project()
    path = f"{front.upload()}/files"
    name = path.split("/")[-2]
    mine = {"first": first, "files": [entry(b"mine")] * 3}
    other = {"first": 2, "files": [entry(b"another")] * 3}
    declared_before(front, monkeypatch, lambda: front.call("POST", path, body=other))
    refused = front.call("POST", path, body=mine)
    assert (refused.status, refused.body["code"]) == (409, "conflict")
    sizes = [file.size_bytes for file in front.services.uploads.declarations("alpha", name)]
    assert sizes == ([4] if first == 1 else []) + [7, 7, 7]


def test_the_same_declaration_twice_at_once_is_no_conflict(
    front: Front, monkeypatch: pytest.MonkeyPatch
) -> None:
    front.project()
    path = f"{front.upload()}/files"
    body = {"first": 1, "files": [entry(b"same")] * 3}
    declared_before(front, monkeypatch, lambda: front.call("POST", path, body=body))
    assert front.call("POST", path, body=body).status == 200


def test_numbers_below_and_above_those_declared_are_free(front: Front) -> None:
    front.project()
    upload = front.upload()
    for first in (100, 1, 10, 99, 101):
        body = {"first": first, "files": [entry(str(first).encode())]}
        assert front.call("POST", f"{upload}/files", body=body).status == 200
    files = front.call("GET", f"{upload}/files").body["files"]
    assert [file["number"] for file in files] == ["1", "10", "99", "100", "101"]


def test_nothing_is_declared_for_what_came_by_dicom(front: Front) -> None:
    front.project()
    front.services.uploads.create(
        Upload("alpha", "assoc-1", UploadSource.DICOM, "2026-01-01T00:00:00Z", "CT1")
    )
    body = {"first": 1, "files": [entry()]}
    reply = front.call("POST", "/api/projects/alpha/uploads/assoc-1/files", body=body)
    assert reply.status == 409


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"files": [entry()]}, '"first"'),
        ({"first": 0, "files": [entry()]}, '"first"'),
        ({"first": True, "files": [entry()]}, '"first"'),
        ({"first": 1.5, "files": [entry()]}, '"first"'),
        ({"first": 10**9, "files": [entry()]}, '"first"'),
        ({"first": 1}, '"files"'),
        ({"first": 1, "files": []}, '"files"'),
        ({"first": 1, "files": {}}, '"files"'),
        ({"first": 1, "files": [entry(), 7]}, '"files.1"'),
        ({"first": 1, "files": [{**entry(), "size_bytes": -1}]}, '.size_bytes"'),
        ({"first": 1, "files": [{**entry(), "size_bytes": "1"}]}, '.size_bytes"'),
        ({"first": 1, "files": [{**entry(), "sha256": "0" * 63}]}, '.sha256"'),
        ({"first": 1, "files": [{**entry(), "sha256": "A" * 64}]}, '.sha256"'),
        ({"first": 1, "files": [{**entry(), "sha256": "0" * 64 + "\n"}]}, '.sha256"'),
        ({"first": 1, "files": [{**entry(), "kind": "file"}]}, '.kind"'),
        ({"first": 1, "files": [{**entry(), "kind": ["dicom"]}]}, '.kind"'),
        ({"first": 1, "files": [{**entry(), "name": "DOE_JOHN.dcm"}]}, '"files.0.name"'),
    ],
)
def test_a_field_that_cannot_be_used_is_named_and_no_value_repeated(
    front: Front, body: dict[str, object], field: str
) -> None:
    front.project()
    reply = front.call("POST", f"{front.upload()}/files", body=body)
    assert reply.status == 400
    assert field in reply.body["detail"]
    assert "DOE" not in str(reply.body)


def fated(front: Front) -> str:
    upload = front.upload(user="uma")
    name = upload.rpartition("/")[2]
    front.services.uploads.declare(
        "alpha", name, [Declaration(str(n), 1, "0" * 64) for n in (1, 2, 3, 10)]
    )
    fates = [
        Fate("1", FateKind.ARCHIVED, archive_key="dicom/alpha/1/2/3", actions={"removed": 4}),
        Fate("2", FateKind.UNPACKED),
        Fate("2.2", FateKind.ARCHIVED),
        Fate("2.10", FateKind.QUARANTINED, code="pixel_review", reason="Look at it."),
    ]
    front.services.uploads.put_fates(("alpha", name, fate) for fate in fates)
    return upload


def test_fates_are_listed_in_the_order_of_the_files_with_those_that_wait(front: Front) -> None:
    front.project(uma=Role.UPLOADER)
    listed = front.call("GET", f"{fated(front)}/files").body
    assert [(file["number"], file["fate"]) for file in listed["files"]] == [
        ("1", "archived"),
        ("2", "unpacked"),
        ("2.2", "archived"),
        ("2.10", "quarantined"),
        ("3", "waiting"),
        ("10", "waiting"),
    ]
    assert listed["next"] is None
    assert listed["files"][3] == {
        "number": "2.10",
        "fate": "quarantined",
        "code": "pixel_review",
        "reason": "Look at it.",
        "actions": {},
        "archive_key": None,
    }


@pytest.mark.parametrize("limit", [1, 2, 3, 5, 6])
def test_pages_join_to_the_whole_list_also_when_fates_come_in_between(
    front: Front, limit: int
) -> None:
    front.project(uma=Role.UPLOADER)
    upload = fated(front)
    query, seen = {"limit": str(limit)}, []
    while True:
        body = front.call("GET", f"{upload}/files", query=query).body
        seen += [file["number"] for file in body["files"]]
        if body["next"] is None:
            break
        query["after"] = body["next"]
        fate = Fate("10", FateKind.DUPLICATE)
        front.services.uploads.put_fates([("alpha", upload.rpartition("/")[2], fate)])
    assert seen == ["1", "2", "2.2", "2.10", "3", "10"]


def test_only_readers_learn_the_key_of_the_archived_instance(front: Front) -> None:
    front.project(uma=Role.UPLOADER)
    upload = fated(front)
    read = front.call("GET", f"{upload}/files").body["files"][0]
    assert read["archive_key"] == "dicom/alpha/1/2/3"
    assert read["actions"] == {"removed": 4}
    sees = front.call("GET", f"{upload}/files", user="uma").body["files"][0]
    assert sees["archive_key"] is None
    assert "dicom/alpha" not in str(sees)


@pytest.mark.parametrize(
    "query",
    [{"after": "x"}, {"after": ""}, {"after": "1.1.1.1"}, {"limit": "0"}, {"limit": "1001"},
     {"limit": "1e9"}, {"limit": "-1"}, {"limit": "٣"}, {"page": "2"}],
)  # fmt: skip
def test_a_parameter_that_cannot_be_used_is_refused(front: Front, query: dict[str, str]) -> None:
    front.project()
    reply = front.call("GET", f"{front.upload()}/files", query=query)
    assert reply.status == 400
    assert f'"{next(iter(query))}"' in reply.body["detail"] or "known are" in reply.body["detail"]


def test_a_fate_without_a_declaration_is_followed_too() -> None:
    fate = Fate("5", FateKind.ARCHIVED)
    assert list(followed([], [fate])) == [("5", fate)]
