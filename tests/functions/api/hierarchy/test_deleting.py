"""Deleting and undeleting through the whole pipeline, and what the sweep leaves."""

from datetime import UTC, datetime, timedelta

import pytest

from functions.api.services import services
from scanloft.core.annotations import Level
from scanloft.core.blueprint import ANONYMISE, INGEST, SUMMARISE
from scanloft.core.hierarchy import scan_name
from tests.functions.api.hierarchy.archive import Archive
from tests.support.images import image

PROJECT = "/api/projects/alpha"


def one_session(archive: Archive) -> str:
    """A session of two scans with two images each; its path."""
    archive.send(image(1), image(2), image(1, series=2), image(2, series=2))
    (uid,) = archive.sessions()
    return f"{PROJECT}/sessions/{uid}"


def subject(archive: Archive) -> str:
    (found,) = archive.call("GET", f"{PROJECT}/subjects").body["subjects"]
    return f"{PROJECT}/subjects/{found['subject']}"


def in_the_past(archive: Archive) -> None:
    """What is in the archive was put before any delete of this second."""
    index = services().tombstones
    for tombstone in list(index.all("alpha")):
        index.remove(tombstone)
        later = datetime.now(UTC) + timedelta(seconds=5)
        values = {name: getattr(tombstone, name) for name in tombstone.__slots__}
        values["deleted_at"] = later.strftime("%Y-%m-%dT%H:%M:%SZ")
        index.put(type(tombstone)(**values))


def test_a_deleted_session_answers_410_and_is_in_no_list(archive: Archive) -> None:
    path = one_session(archive)
    (scan, _) = archive.scans(path)
    reply = archive.done("DELETE", path)
    assert reply.body["level"] == "session"
    assert archive.sessions() == []
    for below in ("", "/scans", f"/scans/{scan}"):
        assert archive.call("GET", f"{path}{below}").status == 410
    assert archive.call("PATCH", path, {"notes": "x"}).status == 410
    assert list(archive.cloud.instances.studies("alpha")) == []


def test_a_deleted_session_is_hidden_before_anything_is_computed_anew(archive: Archive) -> None:
    path = one_session(archive)
    assert archive.call("DELETE", path).status == 200
    assert archive.sessions() == []
    assert archive.call("GET", path).status == 410


def test_an_outsider_cannot_tell_what_is_deleted(archive: Archive) -> None:
    path = one_session(archive)
    archive.done("DELETE", path)
    assert archive.call("GET", path, user="outsider").status == 404


@pytest.mark.parametrize("level", ["session", "subject", "scan"])
def test_undeleting_brings_everything_back_as_it_was(archive: Archive, level: str) -> None:
    path = one_session(archive)
    whole = {"session": path, "subject": subject(archive)}
    whole["scan"] = f"{path}/scans/{archive.scans(path)[0]}"
    before = archive.call("GET", path).body
    archive.done("DELETE", whole[level])
    assert archive.call("GET", whole[level]).status == 410
    archive.done("POST", f"{whole[level]}/undelete")
    assert archive.call("GET", path).body == before
    assert len(archive.scans(path)) == 2
    assert archive.call("GET", f"{PROJECT}/deleted").body["deleted"] == []


def test_deleting_one_object_leaves_neighbours_intact(archive: Archive) -> None:
    archive.send(image(1), image(1, series=2), image(1, study=2), image(1, study=2, series=2))
    paths = [f"{PROJECT}/sessions/{uid}" for uid in archive.sessions()]
    first, second = archive.scans(paths[0])
    archive.done("DELETE", f"{paths[0]}/scans/{first}")
    assert archive.scans(paths[0]) == [second]
    assert archive.call("GET", paths[0]).body["scan_count"] == 1
    assert archive.call("GET", paths[1]).body["scan_count"] == 2
    in_the_past(archive)
    archive.sweep()
    assert archive.scans(paths[0]) == [second]
    assert len(archive.cloud.keys(archive.cloud.archive, "dicom/")) == 3
    assert len(archive.scans(paths[1])) == 2


def test_deleting_the_last_scan_leaves_an_empty_session_out(archive: Archive) -> None:
    archive.send(image(1))
    (uid,) = archive.sessions()
    path = f"{PROJECT}/sessions/{uid}"
    (scan,) = archive.scans(path)
    archive.done("DELETE", f"{path}/scans/{scan}")
    assert archive.sessions() == []
    archive.done("POST", f"{path}/scans/{scan}/undelete")
    assert archive.sessions() == [uid]


def test_deleting_a_subject_says_and_takes_what_goes_along(archive: Archive) -> None:
    archive.send(image(1), image(1, study=2), image(1, study=2, series=2))
    path = subject(archive)
    told = archive.call("GET", f"{path}/consequences").body
    assert (told["sessions"], told["scans"], told["instances"]) == (2, 3, 3)
    assert archive.done("DELETE", path).body["sessions"] == 2
    assert archive.sessions() == []
    assert archive.call("GET", f"{PROJECT}/subjects").body["subjects"] == []
    gone = archive.call("GET", f"{PROJECT}/deleted").body["deleted"]
    assert [entry["level"] for entry in gone] == ["session", "session", "subject"]
    assert {entry["along_with"] for entry in gone} == {None, f"subject#{gone[2]['name']}"}


def test_what_is_deleted_comes_in_pages_from_any_place(archive: Archive) -> None:
    archive.send(image(1), image(1, study=2), image(1, study=3))
    archive.done("DELETE", subject(archive))
    found: list[str] = []
    query: dict[str, str] = {"limit": "3"}
    while True:
        body = archive.front.call("GET", f"{PROJECT}/deleted", query=query).body
        found += [entry["level"] for entry in body["deleted"]]
        if body["next"] is None:
            break
        query["after"] = body["next"]
    assert found == ["session"] * 3 + ["subject"]
    odd = archive.front.call("GET", f"{PROJECT}/deleted", query={"after": "t"})
    assert (odd.status, odd.body["deleted"]) == (200, [])


def test_a_session_that_was_deleted_before_its_subject_stays_deleted_without_it(
    archive: Archive,
) -> None:
    archive.send(image(1), image(1, study=2))
    first, second = archive.sessions()
    path = subject(archive)
    archive.done("DELETE", f"{PROJECT}/sessions/{first}")
    archive.done("DELETE", path)
    archive.done("POST", f"{path}/undelete")
    assert archive.sessions() == [second]


def test_one_session_of_a_deleted_subject_comes_back_with_the_subject_alone(
    archive: Archive,
) -> None:
    archive.send(image(1), image(1, study=2))
    first, _ = archive.sessions()
    path = subject(archive)
    archive.done("DELETE", path)
    archive.done("POST", f"{PROJECT}/sessions/{first}/undelete")
    assert archive.sessions() == [first]
    assert archive.call("GET", path).status == 200


def test_deleting_again_finishes_what_broke_off(archive: Archive) -> None:
    path = one_session(archive)
    first = archive.call("DELETE", path).body
    archive.cloud.forget_messages()
    assert len(list(archive.cloud.instances.studies("alpha"))) == 1
    again = archive.done("DELETE", path)
    assert again.body == first
    assert list(archive.cloud.instances.studies("alpha")) == []


def test_an_image_that_arrives_after_the_delete_is_no_zombie_and_is_not_lost(
    archive: Archive,
) -> None:
    path = one_session(archive)
    archive.done("DELETE", path)
    in_the_past(archive)
    archive.send(image(3), upload="late")
    assert archive.sessions() == []
    assert archive.call("GET", path).status == 410
    archive.done("POST", f"{path}/undelete")
    assert archive.call("GET", path).body["instance_count"] == 5


def test_after_the_sweep_the_same_images_can_be_sent_again(archive: Archive) -> None:
    path = one_session(archive)
    archive.done("DELETE", path)
    keys = archive.cloud.keys(archive.cloud.archive, "dicom/")
    in_the_past(archive)
    assert archive.sweep() == 1
    assert archive.sessions() == []
    assert archive.cloud.keys(archive.cloud.archive, "dicom/") == []
    assert len(keys) == 4
    archive.send(image(1), upload="again")
    assert archive.cloud.kinds("again") == ["archived"]
    assert archive.call("GET", path).body["instance_count"] == 1


def test_a_newer_object_stays_where_the_older_ones_are_removed(archive: Archive) -> None:
    path = one_session(archive)
    assert archive.call("DELETE", path).status == 200
    # Nothing is older than this delete, so nothing of it may be removed.
    index = services().tombstones
    (tombstone,) = list(index.all("alpha"))
    index.remove(tombstone)
    values = {name: getattr(tombstone, name) for name in tombstone.__slots__}
    index.put(type(tombstone)(**{**values, "deleted_at": "2020-01-01T00:00:00Z"}))
    archive.settle()
    assert archive.sweep() == 1
    assert archive.call("GET", path).body["instance_count"] == 4


def test_the_same_image_again_waits_while_what_it_doubles_is_deleted(archive: Archive) -> None:
    path = one_session(archive)
    archive.done("DELETE", path)
    archive.cloud.send(image(1), upload="again")
    archive.cloud.settle(ANONYMISE)
    assert archive.cloud.kinds("again") == ["quarantined gone"]


def test_a_delete_that_overtakes_an_upload_leaves_no_zombie(archive: Archive) -> None:
    path = one_session(archive)
    archive.cloud.send(image(3), upload="late")
    assert archive.cloud.settle(ANONYMISE)
    assert archive.call("DELETE", path).status == 200
    archive.cloud.feed(SUMMARISE)
    assert archive.cloud.settle(INGEST)
    archive.settle()
    assert list(archive.cloud.instances.studies("alpha")) == []
    archive.done("POST", f"{path}/undelete")
    assert archive.call("GET", path).body["instance_count"] == 5


def test_the_sweep_removes_rows_cards_and_labels_and_nothing_before_its_time(
    archive: Archive,
) -> None:
    path = one_session(archive)
    archive.done("PATCH", path, {"label": "Visit 1", "notes": "seen"})
    owner = subject(archive)
    archive.done("DELETE", owner)
    in_the_past(archive)
    assert archive.sweep(days=29) == 0
    assert archive.sweep() == 2
    left = [
        f"{item['PK']} {item['SK']}"
        for item in archive.cloud.items()
        if "P#alpha#" in item["PK"] and "#FEED" not in item["PK"]
    ]
    assert [key for key in left if "#UP#" not in key] == []
    assert archive.cloud.keys(archive.cloud.archive) == []
    assert archive.call("GET", path).status == 404
    assert archive.call("GET", owner).status == 404
    assert archive.sweep() == 0


def test_what_is_being_removed_cannot_be_brought_back(archive: Archive) -> None:
    path = one_session(archive)
    archive.done("DELETE", path)
    index = services().tombstones
    (tombstone,) = list(index.all("alpha"))
    index.remove(tombstone)
    values = {name: getattr(tombstone, name) for name in tombstone.__slots__}
    index.put(type(tombstone)(**{**values, "until": "2020-01-01T00:00:00Z"}))
    assert archive.call("POST", f"{path}/undelete").status == 410


def test_a_tombstone_of_a_scan_keeps_its_row_away_whatever_comes(archive: Archive) -> None:
    path = one_session(archive)
    scan, _ = archive.scans(path)
    archive.done("DELETE", f"{path}/scans/{scan}")
    uid = path.rpartition("/")[2]
    assert services().tombstones.one("alpha", Level.SCAN, scan_name(uid, scan))
    archive.send(image(4), image(4, series=2), upload="late")
    assert scan not in archive.scans(path)
    archive.done("POST", f"{path}/scans/{scan}/undelete")
    assert archive.call("GET", path).body["instance_count"] == 6
