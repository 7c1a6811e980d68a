from urllib.parse import parse_qs, urlsplit

import pytest

from functions.api.resources.files import attachment
from scanloft.core.annotations import Level, Resource, ResourceFile
from tests.functions.api.front import Front
from tests.functions.api.resources.rows import FILE, resource

QC = "/api/projects/alpha/resources/QC"


@pytest.fixture
def alpha(front: Front) -> Front:
    front.project()
    resource(front, Level.PROJECT, "QC")
    return front


def the_resource(front: Front) -> Resource:
    found = front.services.resources.resource("alpha", Level.PROJECT, "", "QC")
    assert found
    return found


def add(front: Front, path: str, *, content_type: str = "text/csv") -> ResourceFile:
    file = ResourceFile(
        path, f"files/alpha/{len(path):032}", 1, "a" * 64, content_type, "2026", "mia"
    )
    assert front.services.resources.put_new_file(the_resource(front), file)
    return file


def test_files_are_listed_in_pages_that_join(alpha: Front) -> None:
    for path in ("a", "b/c", "z é"):
        add(alpha, path)
    query, seen = {"limit": "2"}, []
    while True:
        page = alpha.call("GET", f"{QC}/files", query=query).body
        seen += [file["path"] for file in page["files"]]
        if page["next"] is None:
            break
        query["after"] = page["next"]
    assert seen == ["a", FILE.path, "b/c", "z é"]
    assert "key" not in page["files"][0]


def link(front: Front, path: str) -> tuple[dict[str, object], dict[str, list[str]]]:
    body = front.call("GET", f"{QC}/file", query={"path": path}).body
    return body, parse_qs(urlsplit(str(body["url"])).query)


def test_a_file_is_served_by_the_own_host_as_an_attachment(alpha: Front) -> None:
    body, query = link(alpha, FILE.path)
    assert str(body["url"]).startswith(f"https://archive.example/objects/{FILE.key}?")
    assert (body["size_bytes"], body["sha256"]) == (FILE.size_bytes, FILE.sha256)
    assert query["response-content-type"] == ["application/gzip"]
    (disposition,) = query["response-content-disposition"]
    assert disposition.startswith('attachment; filename="sub-01_T1w.nii.gz"')


@pytest.mark.parametrize("content_type", ["text/html", "image/svg+xml", "", "application/xhtml"])
def test_nothing_that_runs_in_a_browser_is_served_as_such(alpha: Front, content_type: str) -> None:
    add(alpha, "page", content_type=content_type)
    _, query = link(alpha, "page")
    assert query["response-content-type"] == ["application/octet-stream"]


@pytest.mark.parametrize("name", ['a";b', "a\r\nb", "<script>", "=cmd()", "ü", "a;b", "%22"])
def test_a_name_cannot_leave_its_place_in_the_header(name: str) -> None:
    header = attachment(f"folder/{name}")
    plain, _, rest = header.removeprefix('attachment; filename="').partition('"')
    assert all(one.isascii() and (one.isalnum() or one in "._-") for one in plain)
    assert rest.startswith("; filename*=UTF-8''")
    assert not set(rest) & set('"\r\n<>')
    assert rest.count(";") == 1
    assert rest.count("=") == 1


HOSTILE = ["../a", "a/../b", "/etc/passwd", "a//b", "a\\b", "a\nb", "a\0b", "..", "", "x" * 251,
           "x" * 10_000, "a/", "\u202egpj.exe"]  # fmt: skip


@pytest.mark.parametrize("path", HOSTILE)
@pytest.mark.parametrize("method", ["GET", "DELETE"])
def test_a_hostile_path_is_refused_and_not_repeated(alpha: Front, method: str, path: str) -> None:
    reply = alpha.call(method, f"{QC}/file", query={"path": path})
    assert reply.status == 400
    assert not path or len(path) < 3 or path not in str(reply.body)


def test_deleting_one_file_leaves_neighbours_intact_and_it_comes_back(alpha: Front) -> None:
    add(alpha, "neighbour")
    before = alpha.call("GET", f"{QC}/files").body
    gone = alpha.call("DELETE", f"{QC}/file", query={"path": FILE.path})
    assert gone.status == 200
    assert [one["path"] for one in alpha.call("GET", f"{QC}/files").body["files"]] == ["neighbour"]
    assert alpha.call("GET", f"{QC}/file", query={"path": FILE.path}).status == 404
    assert alpha.call("DELETE", f"{QC}/file", query={"path": FILE.path}).status == 404
    (deleted,) = alpha.call("GET", f"{QC}/deleted").body["files"]
    assert deleted == gone.body
    back = alpha.call("POST", f"{QC}/deleted/restore", query={"id": deleted["id"]})
    assert back.status == 200
    assert alpha.call("GET", f"{QC}/files").body == before
    assert alpha.call("GET", f"{QC}/deleted").body["files"] == []


def test_a_file_does_not_come_back_over_another(alpha: Front) -> None:
    gone = alpha.call("DELETE", f"{QC}/file", query={"path": FILE.path}).body
    add(alpha, FILE.path)
    reply = alpha.call("POST", f"{QC}/deleted/restore", query={"id": gone["id"]})
    assert reply.status == 409
    (deleted,) = alpha.call("GET", f"{QC}/deleted").body["files"]
    assert deleted["id"] == gone["id"]


def test_a_restore_that_broke_off_is_finished_by_the_next(alpha: Front) -> None:
    gone = alpha.call("DELETE", f"{QC}/file", query={"path": FILE.path}).body
    alpha.services.resources.put_new_file(the_resource(alpha), FILE)
    reply = alpha.call("POST", f"{QC}/deleted/restore", query={"id": gone["id"]})
    assert reply.status == 200
    assert alpha.call("GET", f"{QC}/deleted").body["files"] == []


def test_what_was_deleted_too_long_ago_does_not_come_back(
    alpha: Front, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = alpha.call("DELETE", f"{QC}/file", query={"path": FILE.path}).body
    for module in ("files", "resources"):
        monkeypatch.setattr(f"functions.api.resources.{module}.is_kept", lambda *_, **__: False)
    reply = alpha.call("POST", f"{QC}/deleted/restore", query={"id": gone["id"]})
    assert reply.status == 410
    alpha.call("DELETE", QC)
    assert alpha.call("POST", f"{QC}/restore").status == 410


def test_an_unknown_id_is_not_found(alpha: Front) -> None:
    path = f"{QC}/deleted/restore"
    assert alpha.call("POST", path, query={"id": "0" * 32}).status == 404
    assert alpha.call("POST", path, query={"id": "../x"}).status == 400
