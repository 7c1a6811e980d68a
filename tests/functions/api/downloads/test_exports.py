import io
import json
import zipfile
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from functions.api.downloads import exports
from functions.api.edge.endpoints import edge_of
from functions.api.services import services
from functions.export.export import Exporter
from scanloft.aws import clients
from scanloft.core.annotations import Level
from scanloft.core.exports import ExportOrder, ExportStatus
from scanloft.core.keys import export_zip_key
from scanloft.core.model import Membership, Role
from scanloft.core.settings import ExportSettings
from tests.functions.api.downloads.library import SIZE, Library
from tests.functions.api.front import SETTINGS, Reply

EXPORTS = "/api/projects/alpha/exports"
ALL = {"selection": {"all": True}}
EVERYTHING: dict[str, Any] = {"selection": {"all": True, "resources": True}}


def asked(library: Library, body: Any = ALL, *, user: str = "olga") -> Reply:
    return library.front.call("POST", EXPORTS, user=user, body=body)


def made(library: Library, body: Any = ALL, *, user: str = "olga") -> str:
    reply = asked(library, body, user=user)
    assert reply.status == 202, reply.body
    return str(reply.body["export"])


def orders() -> list[ExportOrder]:
    """The orders that wait, which are taken."""
    answer = clients.sqs().receive_message(
        QueueUrl=SETTINGS.export_queue_url, MaxNumberOfMessages=10
    )
    return [ExportOrder.from_body(message["Body"]) for message in answer.get("Messages", ())]


def worked(export: str) -> ExportStatus | None:
    """What the export function makes of it."""
    exporter = Exporter(
        ExportSettings(
            archive_bucket=SETTINGS.archive_bucket,
            index_table=SETTINGS.index_table,
            export_queue_url=SETTINGS.export_queue_url,
        ),
        s3=clients.s3(),
        dynamodb=clients.dynamodb(),
        sqs=clients.sqs(),
    )
    return exporter.work_on(ExportOrder("alpha", export), attempt=1, remaining_s=lambda: 900)


def contents(library: Library, export: str) -> dict[str, bytes]:
    body = library.front.services.archive.get(export_zip_key("alpha", export)).body
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        assert archive.testzip() is None
        return {info.filename: archive.read(info) for info in archive.infolist()}


@pytest.fixture
def later(library: Library, monkeypatch: pytest.MonkeyPatch) -> Callable[[timedelta], None]:
    """Lets the API believe that some time has passed."""

    def turn(by: timedelta) -> None:
        moved = replace(services(), now=lambda: datetime.now(UTC) + by)
        monkeypatch.setattr("functions.api.handler.edge", lambda: edge_of("api", lambda: moved))

    return turn


def test_an_export_becomes_a_zip_with_the_files_of_the_manifest(library: Library) -> None:
    library.session("1.2", scans={"1.2.3": 2, "1.2.4": 1}, stored=True)
    library.session("1.5", scans={"1.5.6": 1}, patient="P2", stored=True)
    library.resource(Level.SESSION, "1.2", "nifti", "a/b.nii")
    reply = asked(library, EVERYTHING)
    assert reply.status == 202
    shown = reply.body
    assert (shown["status"], shown["file_count"], shown["files_done"]) == ("waiting", 0, 0)
    assert orders() == [ExportOrder("alpha", shown["export"])]

    assert worked(shown["export"]) is ExportStatus.READY
    found = contents(library, shown["export"])
    done = library.front.call("GET", f"{EXPORTS}/{shown['export']}").body
    assert (done["file_count"], done["size_bytes"]) == (5, 4 * SIZE + len("a/b.nii"))
    assert set(found) == set(library.names(**EVERYTHING))
    assert library.body("1.5.6", 1) in found.values()
    assert b"a/b.nii" in found.values()


def test_an_export_that_is_ready_has_an_address_that_ends(library: Library) -> None:
    library.session("1.2", scans={"1.2.3": 1}, stored=True)
    export = made(library)
    path = f"{EXPORTS}/{export}"
    assert library.front.call("GET", path).body["download"] is None
    worked(export)
    shown = library.front.call("GET", path).body
    assert (shown["status"], shown["files_done"], shown["files_missing"]) == ("ready", 1, 0)
    assert shown["zip_bytes"] == len(
        library.front.services.archive.get(export_zip_key("alpha", export)).body
    )
    url = urlsplit(shown["download"]["url"])
    assert f"{url.scheme}://{url.netloc}" == SETTINGS.public_base_url
    assert url.path == f"/objects/exports/alpha/{export}.zip"
    query = parse_qs(url.query)
    assert query["X-Amz-Expires"] == [str(shown["download"]["expires_in_s"])] == ["3600"]
    assert query["response-content-type"] == ["application/zip"]
    listed = library.front.call("GET", EXPORTS).body["exports"]
    assert [(each["status"], each["download"]) for each in listed] == [("ready", None)]


def test_bids_exports_describe_themselves(library: Library) -> None:
    library.session("1.2", scans={"1.2.3": 1}, patient="P1", stored=True)
    library.session("1.5", scans={"1.5.6": 1}, patient="P-2", stored=True)
    library.resource(Level.SESSION, "1.2", "x", "sub-P1_ses-pre_T1w.nii")
    library.card(Level.SESSION, "1.2", label="pre")
    export = made(library, {**EVERYTHING, "layout": "bids"})
    worked(export)
    found = contents(library, export)
    assert json.loads(found["dataset_description.json"])["Name"] == "Project alpha"
    rows = [line.split("\t") for line in found["participants.tsv"].decode().splitlines()]
    assert rows[0] == ["participant_id", "sex", "label"]
    assert {row[0] for row in rows[1:]} == {
        name.split("/")[1] for name in found if name.startswith("sourcedata/sub-")
    }
    assert found["sub-P1/ses-pre/anat/sub-P1_ses-pre_T1w.nii"] == b"sub-P1_ses-pre_T1w.nii"
    assert found[".bidsignore"] == b"**/other/\n"


def test_what_is_deleted_after_the_export_was_asked_for_is_named_in_it(library: Library) -> None:
    library.session("1.2", scans={"1.2.3": 2}, stored=True)
    export = made(library)
    library.front.services.archive.delete(["dicom/alpha/1.2/1.2.3/1.2.3.1"])
    worked(export)
    found = contents(library, export)
    assert len(found) == 2
    assert b"\tdeleted\n" in found["MISSING.txt"]
    assert library.front.call("GET", f"{EXPORTS}/{export}").body["files_missing"] == 1


def test_an_image_whose_checksum_nobody_knows_is_exported(library: Library) -> None:
    library.session("1.2", scans={"1.2.3": 1}, stored=True)
    image = library.instance("1.2", "1.2.9", 1, site="")
    library.front.services.instances.put_instance(replace(image, sha256="recipe-" + "0" * 64))
    index = library.front.services.instances
    series = index.series("alpha", "1.2", "1.2.3")
    assert series
    index.put_series(replace(series, series_uid="1.2.9", revision=0))
    library.front.services.archive.put(image.location.key, library.body("1.2.9", 1))
    export = made(library)
    worked(export)
    assert len(contents(library, export)) == 2


def test_a_selection_without_files_makes_no_zip(library: Library) -> None:
    library.session("1.2", scans={})
    export = made(library)
    assert worked(export) is ExportStatus.FAILED
    shown = library.front.call("GET", f"{EXPORTS}/{export}").body
    assert (shown["status"], shown["code"]) == ("failed", "not_found")
    assert "no files" in shown["reason"]
    assert list(library.front.services.archive.keys("exports/")) == []


@pytest.mark.parametrize(
    ("selection", "status"),
    [({"sessions": ["9.9"]}, 404), ({"sessions": ["1.5"]}, 410),
     ({"scans": [{"session": "1.2", "scan": "9"}]}, 404)],
)  # fmt: skip
def test_what_is_named_and_is_not_there_is_not_exported(
    library: Library, selection: dict[str, Any], status: int
) -> None:
    library.session("1.2", scans={"1.2.3": 1})
    library.session("1.5", scans={"1.5.6": 1})
    library.delete(Level.SESSION, "1.5")
    assert asked(library, {"selection": selection}).status == status
    assert orders() == []
    assert list(library.front.services.archive.keys("exports/")) == []


def test_nobody_has_too_many_exports_under_way(library: Library) -> None:
    library.session("1.2", scans={"1.2.3": 1}, stored=True)
    names = [made(library) for _ in range(exports.UNFINISHED_LIMIT)]
    assert asked(library).status == 409
    assert asked(library, user="carl").status == 202
    worked(names[0])
    assert asked(library).status == 202
    assert library.front.call("DELETE", f"{EXPORTS}/{names[1]}").status == 200
    assert asked(library).status == 202


def test_requests_side_by_side_make_no_more_exports_than_one_person_may_have(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    library.session("1.2", scans={"1.2.3": 1}, stored=True)
    index = library.front.services.exports
    create, others = type(index).create, iter(range(3))
    replies: list[int] = []

    def meanwhile(*given: Any) -> bool:
        if next(others, None) is not None:
            replies.append(asked(library).status)
        return create(*given)

    for _ in range(exports.UNFINISHED_LIMIT - 1):
        made(library)
    monkeypatch.setattr(type(index), "create", meanwhile)
    replies.append(asked(library).status)
    assert replies == [202, 409, 409, 409]
    assert len(list(index.exports("alpha"))) == exports.UNFINISHED_LIMIT


def test_a_repeated_request_with_its_key_makes_one_export(library: Library) -> None:
    library.session("1.2", scans={"1.2.3": 1})
    replies = [
        library.front.call("POST", EXPORTS, body=ALL, headers={"Idempotency-Key": "k"})
        for _ in range(2)
    ]
    assert [reply.status for reply in replies] == [202, 202]
    assert replies[0].body == replies[1].body
    assert len(library.front.call("GET", EXPORTS).body["exports"]) == 1


def test_exports_are_seen_by_who_asked_for_them_and_by_owners(library: Library) -> None:
    library.session("1.2", scans={"1.2.3": 1}, site="north")
    library.session("1.5", scans={"1.5.6": 1}, site="south")
    own = {user: made(library, user=user) for user in ("olga", "carl", "nora")}

    def seen(user: str) -> set[str]:
        found = library.front.call("GET", EXPORTS, user=user).body["exports"]
        return {each["export"] for each in found}

    assert seen("olga") == set(own.values())
    assert seen("carl") == {own["carl"]}
    assert seen("nora") == {own["nora"]}
    theirs = library.front.call("GET", f"{EXPORTS}/{own['olga']}", user="carl")
    nothing = library.front.call("GET", f"{EXPORTS}/20260101-000000-00", user="carl")
    assert theirs.status == nothing.status == 404
    assert theirs.body == nothing.body


def test_somebody_bound_to_a_site_exports_what_it_sent(library: Library) -> None:
    library.session("1.2", scans={"1.2.3": 1}, site="north", stored=True)
    library.session("1.5", scans={"1.5.6": 1}, site="south", stored=True)
    export = made(library, user="nora")
    worked(export)
    assert [name.split("/")[1] for name in contents(library, export)] == ["1.2"]


def test_who_is_bound_to_a_site_later_sees_none_of_their_wider_exports(library: Library) -> None:
    library.session("1.2", scans={"1.2.3": 1}, site="south")
    export = made(library, user="carl")
    path = f"{EXPORTS}/{export}"
    assert library.front.call("GET", path, user="carl").status == 200
    bound = Membership("alpha", "carl", Role.COLLABORATOR, site="north")
    library.front.services.projects.put_member(bound)
    assert library.front.call("GET", path, user="carl").status == 404
    assert library.front.call("GET", EXPORTS, user="carl").body["exports"] == []


def test_an_export_that_is_removed_is_gone_with_its_zip(library: Library) -> None:
    library.session("1.2", scans={"1.2.3": 1}, stored=True)
    export = made(library)
    worked(export)
    path = f"{EXPORTS}/{export}"
    assert library.front.call("DELETE", path).body == {"removed": export}
    assert library.front.call("GET", path).status == 404
    assert library.front.call("DELETE", path).status == 404
    assert list(library.front.services.archive.keys("exports/")) == []


def test_an_export_that_is_removed_under_way_is_cleared_away_by_its_worker(
    library: Library,
) -> None:
    library.session("1.2", scans={"1.2.3": 1}, stored=True)
    export = made(library)
    orders()
    library.front.call("DELETE", f"{EXPORTS}/{export}")
    assert orders() == [ExportOrder("alpha", export)]
    assert worked(export) is None
    assert list(library.front.services.archive.keys("exports/")) == []


def test_an_export_ends_after_a_week(library: Library, later: Callable[[timedelta], None]) -> None:
    library.session("1.2", scans={"1.2.3": 1}, stored=True)
    export = made(library)
    worked(export)
    path = f"{EXPORTS}/{export}"
    later(timedelta(days=7, minutes=-10))
    shown = library.front.call("GET", path).body
    assert shown["status"] == "ready"
    assert 0 < shown["download"]["expires_in_s"] <= 600
    later(timedelta(days=7, minutes=1))
    shown = library.front.call("GET", path).body
    assert (shown["status"], shown["download"]) == ("expired", None)


def test_an_export_that_nobody_began_is_asked_for_again(
    library: Library, later: Callable[[timedelta], None]
) -> None:
    library.session("1.2", scans={"1.2.3": 1}, stored=True)
    export = made(library)
    orders()
    path = f"{EXPORTS}/{export}"
    library.front.call("GET", path)
    assert orders() == []
    later(timedelta(minutes=2))
    library.front.call("GET", path)
    assert orders() == [ExportOrder("alpha", export)]
    worked(export)
    library.front.call("GET", path)
    assert orders() == []


def test_an_export_whose_worker_died_is_asked_for_again(
    library: Library, later: Callable[[timedelta], None]
) -> None:
    library.session("1.2", scans={"1.2.3": 1}, stored=True)
    export = made(library)
    orders()
    waiting = library.front.services.exports.export("alpha", export)
    assert waiting
    now = int(datetime.now(UTC).timestamp())
    running = replace(waiting, status=ExportStatus.RUNNING, worker="w", leased_until=now + 45)
    library.front.services.exports.put(running, over_worker="")
    path = f"{EXPORTS}/{export}"
    later(timedelta(seconds=90))
    library.front.call("GET", path)
    assert orders() == []
    later(timedelta(seconds=120))
    library.front.call("GET", path)
    assert orders() == [ExportOrder("alpha", export)]
    handed_over = replace(running, worker="", leased_until=0)
    library.front.services.exports.put(handed_over, over_worker="w")
    library.front.call("GET", path)
    assert orders() == []


def test_exports_come_in_pages(library: Library) -> None:
    library.session("1.2", scans={"1.2.3": 1})
    names = [made(library) for _ in range(3)]
    first = library.front.call("GET", EXPORTS, query={"limit": "2"}).body
    second = library.front.call("GET", EXPORTS, query={"limit": "2", "after": first["next"]}).body
    found = [each["export"] for each in (*first["exports"], *second["exports"])]
    assert sorted(found) == found
    assert set(found) == set(names)
    assert second["next"] is None


@pytest.mark.parametrize("name", ["..", "x" * 65, "a b", "%2e%2e"])
def test_what_names_no_export_is_not_found(library: Library, name: str) -> None:
    assert library.front.call("GET", f"{EXPORTS}/{name}").status == 404
