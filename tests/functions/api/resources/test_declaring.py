import base64
import hashlib
from typing import Any

import pytest
import requests

from functions.api.uploads.files import FILES_LIMIT
from scanloft.core.annotations import Level, Overwrite
from scanloft.core.model import FileKind, Role, Upload, UploadSource
from tests.functions.api.front import Front
from tests.functions.api.resources.rows import FILE, resource

QC = "/api/projects/alpha/resources/QC"


@pytest.fixture
def alpha(front: Front) -> Front:
    front.project(mia=Role.MEMBER)
    resource(front, Level.PROJECT, "QC")
    return front


def entry(path: str, content: bytes = b"", **more: object) -> dict[str, object]:
    digest = hashlib.sha256(content).hexdigest()
    return {"path": path, "size_bytes": len(content), "sha256": digest, **more}


def declare(front: Front, *files: dict[str, object], user: str = "olga", **more: object) -> Any:
    return front.call("POST", f"{QC}/files", body={"files": list(files), **more}, user=user)


def sent(post: dict[str, Any], *, key: str, content: bytes) -> int:
    checksum = base64.b64encode(hashlib.sha256(content).digest()).decode()
    form = {**post["fields"], "key": key, "x-amz-checksum-sha256": checksum}
    return requests.post(post["url"], data=form, files={"file": content}, timeout=10).status_code


def test_files_are_declared_and_sent_to_keys_that_do_not_tell_their_paths(alpha: Front) -> None:
    table, packed = entry("DOE/a.csv", b"one"), entry("all.zip", b"PK", unpack=True)
    reply = declare(alpha, table, packed, user="mia")
    assert reply.status == 200
    assert "DOE" not in str([file["key"] for file in reply.body["files"]])
    for file, kind, content in zip(
        reply.body["files"], ("file", "archive"), (b"one", b"PK"), strict=True
    ):
        assert sent(reply.body["posts"][kind], key=file["key"], content=content) == 204
        assert alpha.services.inbox.get(file["key"]).body == content
    upload = reply.body["upload"]
    assert [file["key"] for file in reply.body["files"]] == [
        f"files/alpha/{upload}/1",
        f"archives/alpha/{upload}/2",
    ]
    known = alpha.services.uploads.declaration("alpha", upload, "1")
    assert known
    assert known.kind is FileKind.FILE
    assert known.target
    assert (known.target.path, known.target.added_by) == ("DOE/a.csv", "mia")
    assert known.target.overwrite is Overwrite.NONE


def test_an_upload_of_files_is_followed_like_any_other(alpha: Front) -> None:
    upload = declare(alpha, entry("a"), user="mia").body["upload"]
    path = f"/api/projects/alpha/uploads/{upload}"
    assert alpha.call("GET", path, user="mia").body["counts"]["waiting"] == 1
    (file,) = alpha.call("GET", f"{path}/files", user="mia").body["files"]
    assert (file["number"], file["fate"]) == ("1", "waiting")


def test_the_same_declaration_again_gives_fresh_forms_and_another_is_a_conflict(
    alpha: Front,
) -> None:
    first = declare(alpha, entry("a"), entry("b")).body
    again = declare(alpha, entry("a"), entry("b"), upload=first["upload"])
    assert (again.status, again.body["files"]) == (200, first["files"])
    for changed in (entry("c"), entry("a", b"x"), entry("a", overwrite="replace")):
        assert declare(alpha, entry("z"), upload=first["upload"], first=9).status == 200
        assert declare(alpha, changed, upload=first["upload"]).status == 409
    numbers = [one.number for one in alpha.services.uploads.declarations("alpha", first["upload"])]
    assert numbers == ["1", "2", "9"]


def test_what_is_there_already_is_said(alpha: Front) -> None:
    same = {**entry(FILE.path), "size_bytes": FILE.size_bytes, "sha256": FILE.sha256}
    reply = declare(alpha, same, entry(FILE.path), entry("new"))
    assert [file["there"] for file in reply.body["files"]] == ["same", "other", "none"]


@pytest.mark.parametrize("count", [255, FILES_LIMIT])
def test_many_files_are_declared_in_one_request(alpha: Front, count: int) -> None:
    reply = declare(alpha, *(entry(f"folder/{number}") for number in range(count)))
    assert reply.status == 200
    assert len(reply.body["files"]) == count


def test_one_file_more_than_the_limit_is_refused(alpha: Front) -> None:
    assert declare(alpha, *[entry("a")] * (FILES_LIMIT + 1)).status == 400


@pytest.mark.parametrize(("unpack", "limit"), [(False, 1000), (True, 5000)])
def test_a_file_above_the_limit_is_refused(alpha: Front, unpack: bool, limit: int) -> None:
    fits = {**entry("a", unpack=unpack), "size_bytes": limit}
    assert declare(alpha, fits).status == 200
    reply = declare(alpha, {**fits, "size_bytes": limit + 1})
    assert (reply.status, f"{limit} bytes" in reply.body["detail"]) == (413, True)


def test_files_are_added_to_ones_own_open_uploads_alone(alpha: Front) -> None:
    upload = declare(alpha, entry("a"), user="mia").body["upload"]
    assert declare(alpha, entry("b"), upload=upload, first=2).status == 200
    mine = declare(alpha, entry("a")).body["upload"]
    assert declare(alpha, entry("b"), upload=mine, first=2, user="mia").status == 404
    assert declare(alpha, entry("b"), upload="nowhere").status == 404
    for name, source, closed in (("dicom-1", "dicom", ""), ("shut", "presigned", "2026")):
        alpha.services.uploads.create(
            Upload("alpha", name, UploadSource(source), "2026", "olga", closed_at=closed)
        )
        assert declare(alpha, entry("a"), upload=name).status == 409


HOSTILE = ["../a", "a/../b", "/etc/passwd", "a//b", "a\\b", "a\nb", "a\0b", "..", ".", "",
           "x" * 251, "x" * 10_000, "a/", "\u202egpj.exe", "C:\\a", "a/."]  # fmt: skip


@pytest.mark.parametrize("path", HOSTILE)
def test_a_hostile_path_is_refused_and_not_repeated(alpha: Front, path: str) -> None:
    reply = declare(alpha, entry(path))
    assert reply.status == 400
    assert len(path) < 3 or path not in str(reply.body)
    assert list(alpha.services.uploads.uploads("alpha")) == []


@pytest.mark.parametrize(
    "path", ["ünïcode/日本.nii.gz", "<script>", "=cmd()", "'; DROP TABLE", ".bidsignore", "..."]
)
def test_a_path_of_any_look_is_taken_as_it_is(alpha: Front, path: str) -> None:
    reply = declare(alpha, entry(path))
    assert reply.status == 200
    assert reply.body["files"][0]["path"] == path


@pytest.mark.parametrize(
    "changed",
    [
        {"sha256": "A" * 64},
        {"size_bytes": -1},
        {"overwrite": "all"},
        {"content_type": "text/html; charset=x"},
        {"content_type": "x\r\nSet-Cookie: a"},
        {"unpack": "yes"},
        {"kind": "dicom"},
    ],
)
def test_a_field_that_cannot_be_used_is_refused(alpha: Front, changed: dict[str, object]) -> None:
    assert declare(alpha, {**entry("a"), **changed}).status == 400


def test_paths_are_in_no_audit_entry(alpha: Front) -> None:
    declare(alpha, entry("DOE_JOHN.csv"))
    alpha.call("GET", f"{QC}/file", query={"path": FILE.path})
    alpha.call("DELETE", f"{QC}/file", query={"path": FILE.path})
    entries = str(list(alpha.services.audit.entries("alpha")))
    assert "project_resource_file_link" in entries
    assert "DOE_JOHN" not in entries
    assert FILE.path not in entries
