"""Moving a session to another project, through the whole pipeline."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

import pytest

from functions.api.services import services
from functions.transfer import copying
from scanloft.core.annotations import Level, Resource, Transfer, TransferState
from scanloft.core.blueprint import ANONYMISE, TRANSFER
from scanloft.core.keys import ArchiveKey
from scanloft.core.model import Membership, Role
from scanloft.core.transfers import parse_transfer, transfer_body
from tests.functions.anonymise.large import large_image, take_as_large
from tests.functions.api.hierarchy.archive import Archive, new_archive
from tests.support.disturbances import DISTURBANCES, PowerCut, calls_listed, cut_after
from tests.support.events import batch
from tests.support.images import image

FILES = (image(1), image(2), image(1, series=2))


@pytest.fixture
def archive() -> Iterator[Archive]:
    with new_archive() as made:
        made.open("alpha")
        made.open("beta")
        yield made


def sent(archive: Archive) -> str:
    """The UID of a session in alpha."""
    archive.send(*FILES)
    (uid,) = archive.sessions()
    return uid


def asked(archive: Archive, uid: str, *, settle: bool = True) -> None:
    path = f"/api/projects/alpha/sessions/{uid}/move"
    reply = archive.call("POST", path, {"project": "beta"})
    assert reply.status == 202, reply.body
    if settle:
        archive.settle()


def state(archive: Archive, uid: str) -> Transfer:
    found = services().transfers.transfer("alpha", uid)
    assert found
    return found


def objects(archive: Archive, project: str) -> dict[str, tuple[bytes, dict[str, str]]]:
    """Body and marks of the objects of a project, by what its keys have after the project."""
    store = archive.cloud.archive
    prefix = f"dicom/{project}/"
    found = {key: store.get(key) for key in store.keys(prefix)}
    return {key.removeprefix(prefix): (one.body, dict(one.metadata)) for key, one in found.items()}


def test_a_moved_session_is_whole_in_the_other_project_and_gone_here(archive: Archive) -> None:
    uid = sent(archive)
    before = objects(archive, "alpha")
    edit = {"label": "Visit", "notes": "seen", "quality": "usable"}
    archive.done("PATCH", f"/api/projects/alpha/sessions/{uid}", edit)
    here = archive.call("GET", f"/api/projects/alpha/sessions/{uid}").body
    asked(archive, uid)
    assert objects(archive, "beta") == before
    assert (archive.sessions("alpha"), archive.sessions("beta")) == ([], [uid])
    assert archive.call("GET", f"/api/projects/beta/sessions/{uid}").body == here
    assert archive.call("GET", f"/api/projects/alpha/sessions/{uid}").status == 410
    moved = archive.call("GET", f"/api/projects/alpha/sessions/{uid}/move").body
    assert (moved["state"], moved["objects"], moved["project"]) == ("done", 3, "beta")


def test_what_was_moved_cannot_be_undeleted_and_is_removed_for_good_here(archive: Archive) -> None:
    uid = sent(archive)
    asked(archive, uid)
    (gone,) = archive.call("GET", "/api/projects/alpha/deleted").body["deleted"]
    assert gone["moved_to"] == "beta"
    assert archive.call("POST", f"/api/projects/alpha/sessions/{uid}/undelete").status == 409
    assert archive.sweep() == 1
    assert objects(archive, "alpha") == {}
    assert len(objects(archive, "beta")) == 3
    assert archive.sessions("beta") == [uid]
    assert archive.call("GET", f"/api/projects/alpha/sessions/{uid}").status == 404


def test_a_session_can_be_moved_back(archive: Archive) -> None:
    uid = sent(archive)
    asked(archive, uid)
    reply = archive.call("POST", f"/api/projects/beta/sessions/{uid}/move", {"project": "alpha"})
    assert reply.status == 202
    archive.settle()
    assert (archive.sessions("alpha"), archive.sessions("beta")) == ([uid], [])
    assert archive.call("GET", f"/api/projects/alpha/sessions/{uid}").body["scan_count"] == 2


def test_a_conflict_fails_the_move_and_leaves_the_source_intact(archive: Archive) -> None:
    uid = sent(archive)
    key = ArchiveKey.parse(next(iter(archive.cloud.archive.keys(f"dicom/alpha/{uid}/"))))
    archive.cloud.instances.claim(key._replace(project="beta", study_uid="1.2.99"))
    asked(archive, uid)
    failed = archive.call("GET", f"/api/projects/alpha/sessions/{uid}/move").body
    assert (failed["state"], failed["code"]) == ("failed", "conflict")
    assert archive.sessions("alpha") == [uid]
    assert objects(archive, "beta") == {}
    claims = [item for item in archive.cloud.items() if "P#beta#SOP#" in item["PK"]]
    assert len(claims) == 1


def test_another_object_of_the_same_uid_fails_the_move(archive: Archive) -> None:
    uid = sent(archive)
    key = next(iter(archive.cloud.archive.keys(f"dicom/alpha/{uid}/")))
    other = key.replace("alpha", "beta")
    archive.cloud.archive.put(other, b"other", metadata={"sha256": "0" * 64})
    asked_without_settling(archive, uid)
    assert state(archive, uid).code == "conflict"
    assert archive.cloud.archive.get(other).body == b"other"
    assert list(objects(archive, "beta")) == [other.removeprefix("dicom/beta/")]


def asked_without_settling(archive: Archive, uid: str) -> None:
    asked(archive, uid, settle=False)
    archive.cloud.feed(TRANSFER)


def test_a_label_that_is_in_use_there_stays_behind(archive: Archive) -> None:
    uid = sent(archive)
    archive.send(image(1, study=9), project="beta", upload="b1")
    (other,) = archive.sessions("beta")
    for project, name in (("alpha", uid), ("beta", other)):
        archive.done("PATCH", f"/api/projects/{project}/sessions/{name}", {"label": "Visit"})
    asked(archive, uid)
    assert archive.call("GET", f"/api/projects/beta/sessions/{uid}").body["label"] == ""
    assert archive.call("GET", f"/api/projects/beta/sessions/{other}").body["label"] == "Visit"


def test_the_site_of_the_source_means_nothing_in_the_target(archive: Archive) -> None:
    uid = sent(archive)
    store = archive.cloud.archive
    for key in list(store.keys("dicom/alpha/")):
        found = store.get(key)
        store.put(key, found.body, metadata={**found.metadata, "site": "north"})
    archive.settle()
    asked(archive, uid)
    marks = [marks for _, marks in objects(archive, "beta").values()]
    assert [mark for mark in marks if "site" in mark] == []
    services().projects.put_member(Membership("beta", "nora", Role.MEMBER, site="north"))
    assert archive.sessions("beta", user="nora") == []


def test_a_large_object_is_copied_in_parts_by_s3(
    archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(copying, "WHOLE_BYTES", 1000)
    monkeypatch.setattr(copying, "PART_BYTES", 5 * 1024 * 1024)
    take_as_large(archive.cloud)
    archive.send(large_image(12))
    (uid,) = archive.sessions()
    before = objects(archive, "alpha")
    with calls_listed(archive.cloud) as calls:
        asked(archive, uid)
    assert calls.count("UploadPartCopy") == 3
    assert objects(archive, "beta") == before
    assert archive.sessions("beta") == [uid]


def test_a_move_without_time_goes_on_with_a_message_of_its_own(
    archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    uid = sent(archive)
    monkeypatch.setattr(copying, "CHUNK", 1)
    monkeypatch.setattr(copying, "LEFT_S", 10**9)
    asked(archive, uid, settle=False)
    assert archive.cloud.feed(TRANSFER) == 0
    assert objects(archive, "beta") == {}
    assert archive.cloud.waiting(TRANSFER) == 1
    monkeypatch.setattr(copying, "LEFT_S", 0)
    archive.settle()
    assert archive.sessions("beta") == [uid]


def test_images_that_arrive_during_the_move_go_along(
    archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    uid = sent(archive)
    asked(archive, uid, settle=False)
    late = image(3)
    before = copying.Copies.copy

    def copy(self: Any, *keys: Any, **more: Any) -> bool:
        monkeypatch.setattr(copying.Copies, "copy", before)
        archive.cloud.send(late, upload="late")
        archive.cloud.settle(ANONYMISE)
        return before(self, *keys, **more)

    monkeypatch.setattr(copying.Copies, "copy", copy)
    archive.settle()
    assert archive.call("GET", f"/api/projects/beta/sessions/{uid}").body["instance_count"] == 4
    assert archive.sessions("alpha") == []


@pytest.mark.parametrize("body", ["", "[]", "{}", '{"project": "a", "study_uid": 1}'])
def test_a_message_that_asks_for_nothing_fails_alone(archive: Archive, body: str) -> None:
    assert len(archive.cloud.call(TRANSFER, batch([body]))) == 1
    with pytest.raises(ValueError, match=r"."):
        parse_transfer(body)


def test_a_message_again_changes_nothing(archive: Archive) -> None:
    uid = sent(archive)
    asked(archive, uid)
    before = archive.cloud.snapshot()
    archive.cloud.call(TRANSFER, batch([transfer_body("alpha", uid)] * 2))
    archive.settle()
    assert archive.cloud.snapshot() == before


def test_merged_sessions_and_sessions_with_resources_are_not_moved(archive: Archive) -> None:
    uid = sent(archive)
    resources = services().resources
    made = resources.put(
        Resource("alpha", Level.SESSION, uid, "masks", "2026-01-01T00:00:00Z", "olga")
    )
    asked(archive, uid)
    assert state(archive, uid).state is TransferState.FAILED
    assert archive.sessions("alpha") == [uid]
    resources.remove(made)
    asked(archive, uid)
    assert state(archive, uid).state is TransferState.DONE


def test_moving_takes_rights_in_both_projects(archive: Archive) -> None:
    uid = sent(archive)
    path, body = f"/api/projects/alpha/sessions/{uid}/move", {"project": "beta"}
    projects = services().projects
    projects.put_member(Membership("alpha", "mia", Role.MEMBER))
    projects.put_member(Membership("beta", "mia", Role.OWNER))
    assert archive.call("POST", path, body, user="mia").status == 403
    projects.put_member(Membership("alpha", "otto", Role.OWNER))
    there = archive.call("POST", path, body, user="otto")
    nowhere = archive.call("POST", path, {"project": "omega"}, user="otto")
    assert (there.status, there) == (404, nowhere)
    projects.put_member(Membership("beta", "otto", Role.COLLABORATOR))
    assert archive.call("POST", path, body, user="otto").status == 403
    projects.put_member(Membership("beta", "otto", Role.UPLOADER))
    assert archive.call("POST", path, body, user="otto").status == 202


def test_both_projects_have_the_move_in_their_audit_log(archive: Archive) -> None:
    uid = sent(archive)
    asked(archive, uid)
    entries = list(services().audit.entries("beta"))
    assert entries[-1].action == "session_receive"
    assert entries[-1].facts == {"study": uid, "from": "alpha"}


def _calls_of_a_move() -> list[str]:
    with new_archive() as made:
        made.open("alpha")
        made.open("beta")
        made.cloud.configure(threads=1)
        asked(made, sent(made), settle=False)
        with calls_listed(made.cloud) as calls:
            assert made.cloud.feed(TRANSFER) == 0
        return list(calls)


def test_a_crash_before_or_after_the_tombstone_of_a_move_loses_nothing() -> None:
    calls = _calls_of_a_move()
    last = max(place for place, name in enumerate(calls) if name == "SendMessageBatch")
    assert _differing(cut_after, calls, places=[last - 1, last, last + 1]) == []


@pytest.mark.slow
@pytest.mark.parametrize("disturbance", DISTURBANCES)
def test_a_disturbance_at_any_call_of_a_move_loses_nothing(disturbance: Any) -> None:
    calls = _calls_of_a_move()
    assert _differing(disturbance, calls, places=range(1, len(calls) + 1)) == []


def _differing(disturbance: Any, calls: list[str], *, places: Iterable[int]) -> list[str]:
    """The places at which a disturbance makes the move end otherwise than without."""
    differing = []
    for place in places:
        with new_archive() as made:
            made.open("alpha")
            made.open("beta")
            uid = sent(made)
            before = objects(made, "alpha")
            asked(made, uid, settle=False)
            records = made.cloud.received(_source())
            failed = {record["messageId"] for record in records}
            try:
                with disturbance(made.cloud, place):
                    failed = made.cloud.call(TRANSFER, records)
            except PowerCut:
                pass
            made.cloud.settle_batch(_source(), records, failed=failed)
            made.settle()
            after = (made.sessions("alpha"), made.sessions("beta"), objects(made, "beta"))
            if after != ([], [uid], before) or state(made, uid).state is not TransferState.DONE:
                differing.append(f"{place} {calls[place - 1]}")
    return differing


def _source() -> Any:
    assert TRANSFER.source
    return TRANSFER.source


def _mark(project: str) -> None:
    projects = services().projects
    projects.update(replace(projects.project(project), identifiable=True))


def test_data_that_may_identify_go_to_another_project_by_an_administrator_who_marks_that(
    archive: Archive,
) -> None:
    uid = sent(archive)
    _mark("alpha")
    path, body = f"/api/projects/alpha/sessions/{uid}/move", {"project": "beta"}
    assert archive.call("POST", path, body).status == 403
    assert archive.front.call("POST", path, user="root", admin=True, body=body).status == 202
    assert services().projects.project("beta").identifiable
    archive.settle()
    assert archive.sessions("beta") == [uid]
    opened = archive.call("PATCH", "/api/projects/beta", {"accessibility": "public"})
    assert opened.status == 403


def test_a_move_that_waits_fails_where_its_source_may_identify_by_now(archive: Archive) -> None:
    uid = sent(archive)
    asked(archive, uid, settle=False)
    _mark("alpha")
    archive.settle()
    assert (state(archive, uid).state, objects(archive, "beta")) == (TransferState.FAILED, {})
    assert archive.sessions("alpha") == [uid]
