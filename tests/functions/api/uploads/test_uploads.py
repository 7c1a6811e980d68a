import pytest

from functions.api.uploads.uploads import counted
from scanloft.core.model import (
    Declaration,
    Fate,
    FateKind,
    Role,
    Upload,
    UploadSource,
)
from tests.functions.api.front import Front

UPLOADS = "/api/projects/alpha/uploads"


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
        "waiting": 1,
    }


def test_nothing_declared_is_nothing_waiting() -> None:
    assert set(counted([], []).values()) == {0}


@pytest.mark.parametrize("name", ["none", "..", "a%2Fb", "%00", "x" * 65, "M%23olga"])
def test_an_upload_that_does_not_exist_is_not_found(front: Front, name: str) -> None:
    front.project()
    assert front.call("GET", f"{UPLOADS}/{name}").status == 404
    body = {"first": 1, "files": [{"size_bytes": 1, "sha256": "0" * 64, "kind": "dicom"}]}
    assert front.call("POST", f"{UPLOADS}/{name}/files", body=body).status == 404


def test_an_upload_is_begun_without_fields(front: Front) -> None:
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
