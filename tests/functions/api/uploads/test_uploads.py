from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from functions.api.uploads.uploads import counted
from scanloft.aws.rows import Rows
from scanloft.core.items import UPLOAD_SORT
from scanloft.core.model import (
    Declaration,
    Fate,
    FateKind,
    Membership,
    Role,
    Upload,
    UploadSource,
)
from tests.functions.api.front import Front

UPLOADS = "/api/projects/alpha/uploads"
DECLARING = {"first": 1, "files": [{"size_bytes": 1, "sha256": "0" * 64, "kind": "dicom"}]}


def uploads_of(front: Front, user: str) -> list[str]:
    listed = front.call("GET", UPLOADS, user=user).body["uploads"]
    return [upload["upload"] for upload in listed]


def test_an_uploader_sees_their_own_uploads_and_a_reader_all(front: Front) -> None:
    front.project(uma=Role.UPLOADER, mia=Role.MEMBER)
    first, second = front.upload(user="uma"), front.upload(user="mia")
    assert uploads_of(front, "uma") == [first.rpartition("/")[2]]
    assert sorted(f"{UPLOADS}/{name}" for name in uploads_of(front, "mia")) == sorted(
        [first, second]
    )
    assert front.call("GET", first, user="uma").body["created_by"] == "uma"
    assert front.call("GET", second, user="uma").status == 404


def test_an_association_is_not_the_upload_of_a_user_called_like_its_ae_title(front: Front) -> None:
    front.project(uma=Role.UPLOADER)
    front.services.uploads.create(
        Upload("alpha", "assoc-1", UploadSource.DICOM, "2026-01-01T00:00:00Z", "uma")
    )
    assert uploads_of(front, "uma") == []
    assert front.call("GET", f"{UPLOADS}/assoc-1", user="uma").status == 404
    assert uploads_of(front, "olga") == ["assoc-1"]


def test_uploads_are_listed_in_pages_that_join(front: Front) -> None:
    front.project()
    for place in range(5):
        front.services.uploads.create(
            Upload("alpha", f"u-{place}", UploadSource.PRESIGNED, "2026-01-01T00:00:00Z", "olga")
        )
    query, seen = {"limit": "2"}, []
    for _ in range(3):
        body = front.call("GET", UPLOADS, query=query).body
        seen.append([upload["upload"] for upload in body["uploads"]])
        query = {"limit": "2", "after": body["next"]}
    assert seen == [["u-0", "u-1"], ["u-2", "u-3"], ["u-4"]]
    assert body["next"] is None


def test_a_page_of_those_who_see_few_uploads_reads_a_bounded_number_of_them(
    front: Front, monkeypatch: pytest.MonkeyPatch
) -> None:
    front.project(uma=Role.UPLOADER)
    monkeypatch.setattr("functions.api.uploads.uploads.READ_LIMIT", 4)
    for place in range(10):
        owner = "uma" if place in (1, 9) else "olga"
        front.services.uploads.create(
            Upload("alpha", f"u-{place}", UploadSource.PRESIGNED, "2026-01-01T00:00:00Z", owner)
        )
    read = Rows.query
    asked: list[tuple[int | None, list[str]]] = []

    def counted_rows(rows: Rows, partition: str, **options: Any) -> Iterator[dict[str, Any]]:
        if options.get("sort_prefix") != UPLOAD_SORT:
            yield from read(rows, partition, **options)
            return
        seen: list[str] = []
        asked.append((options.get("page_size"), seen))
        for row in read(rows, partition, **options):
            seen.append(row["upload"])
            yield row

    monkeypatch.setattr(Rows, "query", counted_rows)
    pages: list[list[str]] = []
    query = {"limit": "1"}
    while query["limit"]:
        body = front.call("GET", UPLOADS, user="uma", query=query).body
        pages.append([upload["upload"] for upload in body["uploads"]])
        query = {"limit": "1", "after": body["next"]} if body["next"] else {"limit": ""}
    assert pages == [["u-1"], [], ["u-9"]]
    assert [(size, len(seen)) for size, seen in asked] == [(4, 4), (4, 4), (4, 2)]
    asked.clear()
    assert uploads_of(front, "olga")[0] == "u-0"
    front.call("GET", UPLOADS, query={"limit": "2"})
    assert [size for size, _ in asked] == [101, 3]


def test_counts_say_what_became_of_the_files(front: Front) -> None:
    front.project()
    upload = front.upload()
    name = upload.rpartition("/")[2]
    declarations = [Declaration(str(n), 1, "0" * 64) for n in range(1, 5)]
    front.services.uploads.declare("alpha", name, declarations)
    fates = [
        Fate("1", FateKind.ARCHIVED),
        Fate("2", FateKind.UNPACKED),
        Fate("2.1", FateKind.ARCHIVED),
        Fate("2.2", FateKind.QUARANTINED),
        Fate("3", FateKind.IGNORED),
    ]
    front.services.uploads.put_fates(("alpha", name, fate) for fate in fates)
    assert front.call("GET", upload).body["counts"] == {
        "declared": 4,
        "archived": 2,
        "duplicate": 0,
        "quarantined": 1,
        "ignored": 1,
        "unpacked": 1,
        "moved": 0,
        "deleted": 0,
        "expired": 0,
        "waiting": 1,
    }


def test_nothing_declared_is_nothing_waiting() -> None:
    assert set(counted([], []).values()) == {0}


@pytest.mark.parametrize("name", ["none", "..", "a%2Fb", "%00", "x" * 65, "M%23olga"])
def test_an_upload_that_does_not_exist_is_not_found(front: Front, name: str) -> None:
    front.project()
    assert front.call("GET", f"{UPLOADS}/{name}").status == 404
    assert front.call("POST", f"{UPLOADS}/{name}/files", body=DECLARING).status == 404


def test_an_upload_takes_no_fields_that_could_name_a_patient(front: Front) -> None:
    front.project()
    reply = front.call("POST", UPLOADS, body={"patient": "DOE^JOHN"})
    assert reply.status == 400
    assert "DOE" not in str(reply.body)


def test_the_same_name_drawn_twice_is_no_upload_of_two(
    front: Front, monkeypatch: pytest.MonkeyPatch
) -> None:
    front.project()
    name = front.upload().rpartition("/")[2]
    monkeypatch.setattr("functions.api.uploads.uploads.Upload", lambda **_: _named(name))
    assert front.call("POST", UPLOADS).status == 503


def _named(name: str) -> Upload:
    return Upload("alpha", name, UploadSource.PRESIGNED, "2026-01-01T00:00:00Z", "olga")


def test_an_upload_has_a_label_and_a_site_of_the_project(front: Front) -> None:
    front.project()
    of_centres(front)
    body = {"label": "March, scanner 2", "site": "north"}
    name = front.call("POST", UPLOADS, body=body).body["upload"]
    shown = front.call("GET", f"{UPLOADS}/{name}").body
    assert (shown["label"], shown["site"], shown["closed_at"]) == (*body.values(), None)
    assert shown["limits"] == {"dicom": 1000, "archive": 5000, "file": 1000}
    assert front.call("POST", UPLOADS, body={"site": "west"}).status == 400
    assert front.call("POST", UPLOADS, body={"label": "a\nb"}).status == 400


def test_who_is_bound_to_a_site_uploads_for_it_and_sees_its_uploads_alone(front: Front) -> None:
    front.project()
    of_centres(front)
    for user, site in (("nora", "north"), ("nils", "north"), ("sue", "south")):
        front.services.projects.put_member(Membership("alpha", user, Role.MEMBER, site=site))
    assert front.call("POST", UPLOADS, user="nora", body={"site": "south"}).status == 403
    north = front.call("POST", UPLOADS, user="nora").body["upload"]
    south = front.call("POST", UPLOADS, user="sue", body={"site": "south"}).body["upload"]
    nobodys = front.upload().rpartition("/")[2]
    assert front.call("GET", f"{UPLOADS}/{north}", user="nora").body["site"] == "north"
    assert uploads_of(front, "nils") == [north]
    assert sorted(uploads_of(front, "olga")) == sorted([north, south, nobodys])
    for name in (south, nobodys):
        for path in ("", "/files", "/missing"):
            assert front.call("GET", f"{UPLOADS}/{name}{path}", user="nora").status == 404


@pytest.mark.parametrize("before", ["north", ""])
def test_who_is_bound_to_another_site_now_adds_nothing_to_an_upload_begun_before(
    front: Front, before: str
) -> None:
    front.project()
    of_centres(front)
    members = front.services.projects
    members.put_member(Membership("alpha", "una", Role.UPLOADER, site=before))
    upload = front.upload(user="una")
    assert front.call("POST", f"{upload}/files", user="una", body=DECLARING).status == 200
    members.remove_member(Membership("alpha", "una", Role.UPLOADER, site=before))
    members.put_member(Membership("alpha", "una", Role.UPLOADER, site="south"))
    for path, body in (
        ("files", DECLARING),
        ("files/1/multipart", None),
        ("files/1/multipart/complete", None),
        ("parts", {"number": 1, "parts": [{"part": 1, "sha256": "0" * 64}]}),
    ):
        refused = front.call("POST", f"{upload}/{path}", user="una", body=body)
        assert (refused.status, refused.body["code"]) == (409, "conflict")
        assert "another site" in refused.body["detail"]


def test_the_feed_of_the_project_tells_of_uploads(front: Front) -> None:
    front.project()
    upload = front.upload()
    front.call("POST", f"{upload}/close")
    changes = [
        (change.kind, change.what, change.name) for change in front.services.feed.changes("alpha")
    ]
    name = upload.rpartition("/")[2]
    assert changes[-2:] == [("upload", "begun", name), ("upload", "closed", name)]


def test_files_are_counted_by_their_numbers_alone(front: Front) -> None:
    front.project()
    upload = front.upload()
    name = upload.rpartition("/")[2]
    front.services.uploads.declare(
        "alpha", name, [Declaration(str(n), 1, "0" * 64) for n in range(1, 101)]
    )
    rows = front.services.rows.query(f"P#alpha#UP#{name}", sort_prefix="D#", attributes=("number",))
    assert {tuple(row) for row in rows} == {("number",)}
    assert front.call("GET", upload).body["counts"]["waiting"] == 100


def of_centres(front: Front) -> None:
    """Makes alpha a study of two centres."""
    project = front.services.projects.project("alpha")
    front.services.projects.update(replace(project, sites=("north", "south")))
