"""What becomes of quarantined objects once a person has decided: through the real gate."""

from typing import Any

import pytest

from infra.local.place import table_name
from scanloft.aws.feed import Feed
from scanloft.aws.pseudonyms import PseudonymStore
from scanloft.aws.receivers import ReceiverIndex
from scanloft.aws.rows import Rows
from scanloft.core.model import Membership, Prearchive, Role, Upload, UploadSource
from scanloft.core.receivers import SiteRouting
from scanloft.core.tables import PSEUDONYMS
from tests.functions.api.quarantine.desk import ULTRASOUND, Desk
from tests.support.images import CANARY, image

SCREEN = image(**ULTRASOUND)
UNASSIGNED = "unassigned/SCANNER/dicom-1/0"


def detained(desk: Desk, *files: bytes, project: str = "alpha") -> list[str]:
    """Sends files of which all wait then, and gives the names of their items."""
    desk.cloud.send(*files, project=project)
    assert desk.cloud.settle()
    return desk.items(project)


def test_released_after_a_review_of_the_pixels_an_object_is_archived_and_nothing_is_left(
    desk: Desk,
) -> None:
    (item,) = detained(desk, SCREEN)
    reply = desk.decide(action="release", items=[item], pixels_reviewed=True)
    assert reply.status == 200
    upload = reply.body["upload"]
    assert reply.body == {
        "upload": upload,
        "results": [{"item": item, "outcome": "sent", "number": "1", "reason": ""}],
        "more": False,
    }
    assert desk.items() == []
    assert desk.cloud.settle()
    assert desk.residue() == []
    assert len(desk.cloud.keys(desk.cloud.archive, "dicom/alpha/")) == 1
    assert desk.cloud.kinds(upload) == desk.cloud.kinds("u1") == ["archived"]
    found = desk.cloud.uploads.upload("alpha", upload)
    assert found
    assert (found.source, found.created_by) == (UploadSource.REVIEW, "olga")


def test_the_decision_holds_for_this_object_alone(desk: Desk) -> None:
    (item,) = detained(desk, SCREEN)
    desk.decide(action="release", items=[item], pixels_reviewed=True)
    desk.cloud.send(image(2, **ULTRASOUND), upload="u2")
    assert desk.cloud.settle()
    assert desk.cloud.kinds("u2") == ["quarantined pixel_review"]


def test_retried_as_it_is_an_object_waits_again_under_another_name(desk: Desk) -> None:
    (item,) = detained(desk, SCREEN)
    upload = desk.decide(action="retry", items=[item]).body["upload"]
    assert desk.cloud.settle()
    (again,) = desk.waiting()
    assert (again.code, again.upload, again.item != item) == ("pixel_review", upload, True)
    assert desk.residue() == [f"quarantine/alpha/{again.item}"]
    (fate,) = desk.cloud.fates("u1")
    assert (fate.kind, fate.item) == ("quarantined", again.item)


def test_the_fate_of_the_first_file_follows_however_often_an_object_is_sent_again(
    desk: Desk,
) -> None:
    detained(desk, SCREEN)
    uploads = []
    for _ in range(2):
        uploads.append(desk.decide(action="retry", items=desk.items()).body["upload"])
        desk.cloud.settle()
    last = desk.decide(action="release", items=desk.items(), pixels_reviewed=True)
    desk.cloud.settle()
    for upload in ("u1", *uploads, last.body["upload"]):
        assert desk.cloud.kinds(upload) == ["archived"]
    assert desk.residue() == []


def test_released_under_another_profile_an_object_keeps_what_that_profile_keeps(
    desk: Desk,
) -> None:
    (item,) = detained(desk, image(StudyDescription="Thorax", **ULTRASOUND))
    profile = {"name": "open", "version": 1, "pixel_review": False, "options": ["clean_desc"]}
    assert desk.decide(action="release", items=[item], profile=profile).status == 200
    assert desk.cloud.settle()
    (key,) = desk.cloud.keys(desk.cloud.archive, "dicom/alpha/")
    stored = desk.cloud.archive.get(key).body
    assert b"Thorax" in stored
    assert CANARY.encode() not in stored


@pytest.mark.parametrize(
    ("profile", "user", "status"),
    [
        ({"name": "x"}, "olga", 422),
        ({"name": "none", "version": 1, "base": "none"}, "olga", 403),
        ({"name": "none", "version": 1, "base": "none"}, "root", 200),
    ],
)
def test_a_profile_for_some_objects_is_checked_as_that_of_a_project(
    desk: Desk, profile: object, user: str, status: int
) -> None:
    (item,) = detained(desk, SCREEN)
    reply = desk.decide(action="release", items=[item], profile=profile, user=user)
    assert reply.status == status
    assert (desk.items() == []) is (status == 200)
    assert desk.projects.project("alpha").identifiable is (status == 200)


def test_moved_an_object_goes_through_the_gate_of_the_other_project(desk: Desk) -> None:
    (item,) = detained(desk, SCREEN)
    reply = desk.decide(action="move", items=[item], project="beta")
    assert [one["outcome"] for one in reply.body["results"]] == ["sent"]
    assert desk.cloud.kinds("u1") == ["moved"]
    assert desk.cloud.settle()
    assert (desk.items(), len(desk.items("beta"))) == ([], 1)
    assert desk.cloud.keys(desk.cloud.inbox, "quarantine/alpha/") == []
    desk.decide("beta", action="release", items=desk.items("beta"), pixels_reviewed=True)
    assert desk.cloud.settle()
    assert desk.residue() == []
    assert len(desk.cloud.keys(desk.cloud.archive, "dicom/beta/")) == 1
    assert desk.cloud.kinds("u1") == ["moved"]


@pytest.mark.parametrize(("target", "status"), [("gamma", 404), ("nowhere", 404), ("alpha", 400)])
def test_nothing_is_moved_where_the_caller_may_not_submit(
    desk: Desk, target: str, status: int
) -> None:
    desk.cloud.project("gamma")
    (item,) = detained(desk, SCREEN)
    reply = desk.decide(action="move", items=[item], project=target)
    assert reply.status == status
    assert desk.items() == [item]
    if status == 404:
        nowhere = desk.decide(action="move", items=[item], project="omega")
        assert reply.body == nowhere.body


def test_the_audit_log_of_the_source_does_not_name_the_project_an_object_went_to(
    desk: Desk,
) -> None:
    (item,) = detained(desk, SCREEN)
    upload = desk.decide(action="move", items=[item], project="beta").body["upload"]
    acts = desk.acts()
    assert [(act.action, act.actor) for act in acts] == [
        ("quarantine_decide", "olga"),
        ("quarantine_move", "olga"),
    ]
    assert acts[1].facts == {"items": item, "upload": upload}
    assert "beta" not in str([act.facts for act in acts])
    (received,) = desk.acts("beta")
    assert (received.action, received.facts) == (
        "quarantine_received",
        {"upload": upload, "count": 1},
    )


def test_deleted_an_object_leaves_no_residue_but_the_audit(desk: Desk) -> None:
    (item,) = detained(desk, SCREEN)
    reply = desk.decide(action="delete", items=[item])
    assert reply.body["results"][0]["outcome"] == "deleted"
    assert reply.body["upload"] is None
    assert (desk.items(), desk.residue()) == ([], [])
    assert desk.cloud.kinds("u1") == ["deleted"]
    assert desk.acts()[-1].facts == {"items": item}
    assert desk.cloud.settle()
    assert desk.cloud.keys(desk.cloud.archive) == []


def test_unassigned_moved_deleted_leaves_no_residue(desk: Desk) -> None:
    desk.cloud.inbox.put(UNASSIGNED, SCREEN)
    assert desk.cloud.settle()
    (item,) = desk.items(None)
    moved = desk.decide(None, action="move", items=[item], project="alpha", user="root")
    assert moved.status == 200
    assert desk.cloud.settle()
    assert desk.items(None) == []
    assert desk.decide(action="delete", items=desk.items()).status == 200
    assert desk.residue() == desk.cloud.keys(desk.cloud.archive) == []
    assert (desk.items(), desk.items(None)) == ([], [])


def test_retried_after_a_rule_was_written_an_unassigned_object_finds_its_project(
    desk: Desk,
) -> None:
    desk.cloud.inbox.put(UNASSIGNED, image(StudyDescription="to alpha"))
    assert desk.cloud.settle()
    rules = SiteRouting({"project": "(0008,1030):to (.*)"})
    ReceiverIndex(desk.cloud.rows).put_site_routing(rules)
    desk.decide(None, action="retry", items=desk.items(None), user="root")
    assert desk.cloud.settle()
    assert (desk.items(None), desk.residue()) == ([], [])
    assert len(desk.cloud.keys(desk.cloud.archive, "dicom/alpha/")) == 1


def test_what_was_addressed_to_a_project_that_exists_now_is_archived_when_retried(
    desk: Desk,
) -> None:
    desk.cloud.send(image(), project="later", upload="dicom-1", declared=False)
    assert desk.cloud.settle()
    (entry,) = desk.waiting(None)
    assert entry.code == "unknown_project"
    desk.cloud.project("later")
    desk.decide(None, action="retry", all_of_code="unknown_project", user="root")
    assert desk.cloud.settle()
    assert (desk.items(None), desk.residue()) == ([], [])
    assert len(desk.cloud.keys(desk.cloud.archive, "dicom/later/")) == 1


def test_an_object_of_a_key_of_nobody_cannot_be_retried_but_moved(desk: Desk) -> None:
    desk.cloud.inbox.put("dicom/x", image())
    assert desk.cloud.settle()
    (item,) = desk.items(None)
    refused = desk.decide(None, action="retry", items=[item], user="root").body["results"]
    assert [one["outcome"] for one in refused] == ["refused"]
    assert desk.items(None) == [item]
    desk.decide(None, action="move", items=[item], project="alpha", user="root")
    assert desk.cloud.settle()
    assert desk.residue() == []


def test_what_is_no_dicom_is_not_lost_when_it_is_sent_on(desk: Desk) -> None:
    desk.cloud.inbox.put(UNASSIGNED, b"a report of resource files")
    assert desk.cloud.settle()
    desk.decide(None, action="move", items=desk.items(None), project="alpha", user="root")
    assert desk.cloud.settle()
    assert [entry.code for entry in desk.waiting()] == ["malformed_dicom"]
    (key,) = desk.residue()
    assert desk.cloud.inbox.get(key).body == b"a report of resource files"


def test_nothing_of_nobody_is_released_without_a_project(desk: Desk) -> None:
    assert desk.decide(None, action="release", items=["x"], user="root").status == 400


@pytest.mark.parametrize("action", ["retry", "delete"])
def test_all_that_wait_for_one_reason_are_decided_at_once(desk: Desk, action: str) -> None:
    detained(desk, SCREEN, image(2, **ULTRASOUND), image(3)[:-9])
    reply = desk.decide(action=action, all_of_code="pixel_review")
    assert len(reply.body["results"]) == 2
    assert [entry.code for entry in desk.waiting()] == ["malformed_dicom"]


def test_items_that_are_not_there_are_said_to_be_absent(desk: Desk) -> None:
    detained(desk, SCREEN, project="beta")
    items = ["nothing", *desk.items("beta")]
    reply = desk.decide(action="delete", items=items)
    assert {one["outcome"] for one in reply.body["results"]} == {"absent"}
    assert len(desk.items("beta")) == 1


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"action": "retry"},
        {"action": "retry", "items": []},
        {"action": "retry", "items": ["a"], "all_of_code": "x"},
        {"action": "retry", "items": ["../x"]},
        {"action": "retry", "items": ["a"] * 1001},
        {"action": "burn", "items": ["a"]},
        {"action": "move", "items": ["a"]},
        {"action": "retry", "items": ["a"], "project": "beta"},
        {"action": "retry", "items": ["a"], "pixels_reviewed": True},
        {"action": "delete", "items": ["a"], "conflicts": "replace"},
        {"action": "retry", "items": ["a"], "profile": {"name": "x", "version": 1}},
        {"action": "delete", "items": ["a"], "subject": "S1"},
        {"action": "release", "items": ["a"], "subject": "<b>"},
    ],
)
def test_a_decision_that_is_not_clear_is_refused(desk: Desk, body: dict[str, Any]) -> None:
    assert desk.decide(**body).status == 400


def test_members_and_outsiders_decide_nothing(desk: Desk) -> None:
    (item,) = detained(desk, SCREEN)
    assert desk.decide(action="delete", items=[item], user="mia").status == 403
    assert desk.decide(action="delete", items=[item], user="ben").status == 404
    assert desk.decide(None, action="delete", items=[item]).status == 404
    assert desk.items() == [item]


def test_the_feed_tells_what_was_decided(desk: Desk) -> None:
    (item,) = detained(desk, SCREEN)
    desk.decide(action="delete", items=[item, "nothing"])
    changes = list(Feed(desk.cloud.rows).changes("alpha"))
    assert [(one.kind, one.name, one.what) for one in changes][-1:] == [
        ("quarantine", item, "delete")
    ]


def test_who_uploaded_an_object_still_counts_after_a_person_released_it(desk: Desk) -> None:
    """Under a profile with subjects by site, the patient of two uploaders is two subjects."""
    profile = {"name": "sites", "version": 1, "subjects": "site"}
    desk.cloud.project("gamma", profile=profile)
    desk.projects.put_member(_owner("gamma"))
    patients = set()
    for number, user in enumerate(("uma", "udo"), start=1):
        desk.cloud.uploads.create(_upload("gamma", f"u{number}", user))
        desk.cloud.send(
            image(number, study=number, **ULTRASOUND), project="gamma", upload=f"u{number}"
        )
        assert desk.cloud.settle()
        items = desk.items("gamma")
        desk.decide("gamma", action="release", items=items, pixels_reviewed=True)
        assert desk.cloud.settle()
    for study in desk.cloud.instances.studies("gamma"):
        patients.add(study.attributes["00100020"])
    assert len(patients) == 2


def test_in_a_manual_prearchive_objects_wait_raw_and_unseen_until_an_owner_archives_them(
    desk: Desk,
) -> None:
    desk.prearchive(Prearchive.MANUAL)
    desk.cloud.send(image(), SCREEN, image(2)[:-9], b"no image")
    assert desk.cloud.settle()
    assert desk.cloud.kinds() == [
        "quarantined prearchive",
        "quarantined pixel_review",
        "quarantined malformed_dicom",
        "ignored not_dicom",
    ]
    assert desk.cloud.keys(desk.cloud.archive) == []
    desk.decide(action="retry", all_of_code="prearchive")
    assert desk.cloud.settle()
    assert desk.cloud.keys(desk.cloud.archive) == []
    desk.decide(action="release", all_of_code="prearchive")
    assert desk.cloud.settle()
    assert desk.cloud.kinds()[0] == "archived"
    assert sorted(entry.code for entry in desk.waiting()) == ["malformed_dicom", "pixel_review"]


def _owner(project: str) -> Membership:
    return Membership(project, "olga", Role.OWNER)


def _upload(project: str, upload: str, user: str) -> Upload:
    return Upload(project, upload, UploadSource.PRESIGNED, "2026-01-01", user)


def test_in_a_conflict_the_first_one_is_kept_unless_the_owner_replaces_it(desk: Desk) -> None:
    desk.cloud.send(image(pixels=b"\1" * 32))
    desk.cloud.settle()
    desk.cloud.send(image(pixels=b"\2" * 32), upload="u2")
    assert desk.cloud.settle()
    for conflicts, expected in (("keep_first", 1), ("replace", 2)):
        desk.decide(action="release", items=desk.items(), conflicts=conflicts)
        assert desk.cloud.settle()
        (key,) = desk.cloud.keys(desk.cloud.archive, "dicom/alpha/")
        assert desk.cloud.archive.get(key).body[-1] == expected
    assert (desk.items(), desk.residue()) == ([], [])
    assert desk.cloud.kinds("u2") == ["archived"]


def test_a_subject_that_was_unlisted_passes_once_the_lookup_table_has_it(desk: Desk) -> None:
    profile = {"name": "listed", "version": 1, "patient_ids": "lookup"}
    desk.cloud.project("gamma", profile=profile)
    desk.projects.put_member(_owner("gamma"))
    desk.cloud.send(image(PatientID="4711"), project="gamma", declared=False, upload="dicom-1")
    assert desk.cloud.settle()
    assert [entry.code for entry in desk.waiting("gamma")] == ["unlisted_subject"]
    table = PseudonymStore(Rows(table_name(PSEUDONYMS), desk.cloud.dynamodb))
    table.put_lookup("gamma", {"ptid/4711": "S-1"})
    desk.decide("gamma", action="retry", all_of_code="unlisted_subject")
    assert desk.cloud.settle()
    assert (desk.items("gamma"), desk.residue()) == ([], [])
    (study,) = desk.cloud.instances.studies("gamma")
    assert study.attributes["00100020"] == ("S-1",)
