"""Looking at an object in quarantine: what it is, never whom it shows."""

import pytest

from functions.api.quarantine import look
from scanloft.core.model import Prearchive
from tests.functions.api.quarantine.desk import ULTRASOUND, Desk
from tests.support.images import CANARY, image


def detained(desk: Desk, data: bytes, project: str = "alpha") -> str:
    desk.cloud.send(data, project=project)
    assert desk.cloud.settle()
    (item,) = desk.items(project)
    return item


def test_an_item_is_shown_with_its_reason_and_its_header_without_the_patient(desk: Desk) -> None:
    item = detained(desk, image(PatientComments="Nurse Joy", **ULTRASOUND))
    reply = desk.look(item)
    assert reply.status == 200
    assert (reply.body["item"], reply.body["code"]) == (item, "pixel_review")
    header = reply.body["header"]
    assert header["is_complete"]
    shown = {one["keyword"]: one["value"] for one in header["elements"]}
    assert (shown["Modality"], shown["Rows"]) == ("US", "4")
    assert shown["PatientName"] is shown["PatientID"] is shown["StudyDate"] is None
    assert not [word for word in (CANARY, "Joy", "20200102", "1.2.3.1") if word in str(reply.body)]


def test_no_thumbnail_is_shown_of_pixels_that_may_show_the_patient(desk: Desk) -> None:
    reply = desk.look(detained(desk, image(**ULTRASOUND)))
    assert reply.body["thumbnail"] is None
    assert reply.body["thumbnail_absent"].startswith("Ultrasound images often show")


def test_a_thumbnail_is_shown_of_pixels_that_the_gate_would_let_pass(desk: Desk) -> None:
    desk.prearchive(Prearchive.MANUAL)
    reply = desk.look(detained(desk, image(PhotometricInterpretation="MONOCHROME2")))
    assert reply.body["code"] == "prearchive"
    assert reply.body["thumbnail"].startswith("data:image/png;base64,iVBORw0KGgo")
    assert reply.body["thumbnail_absent"] == ""


def test_of_a_large_object_the_header_is_shown_and_no_thumbnail(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(look, "WHOLE_BYTES", 100)
    reply = desk.look(detained(desk, image(**ULTRASOUND)))
    assert reply.body["header"]["elements"]
    assert (reply.body["thumbnail"], reply.body["thumbnail_absent"]) == (None, look.TOO_LARGE)


@pytest.mark.parametrize("data", [image()[:300], image()[:135], image(2)[:-9]])
def test_a_broken_object_is_shown_as_far_as_it_can_be_read(desk: Desk, data: bytes) -> None:
    reply = desk.look(detained(desk, data))
    assert reply.status == 200
    assert CANARY not in str(reply.body)


def test_a_look_is_in_the_audit_log_before(desk: Desk) -> None:
    item = detained(desk, image(**ULTRASOUND))
    desk.look(item)
    (act,) = desk.acts()
    assert (act.action, act.actor, act.facts) == ("quarantine_look", "olga", {"item": item})


def test_nobody_looks_who_may_not_review_or_is_of_another_project(desk: Desk) -> None:
    item = detained(desk, image(**ULTRASOUND))
    assert desk.look(item, user="mia").status == 403
    there, nowhere = desk.look(item, user="ben"), desk.look(item, "omega", user="ben")
    assert (there.status, there.body) == (nowhere.status, nowhere.body) == (404, nowhere.body)
    assert desk.look(item, "beta").status == 404
    assert desk.look(item, None).status == 404
    assert desk.look(item, None, user="root").status == 404


@pytest.mark.parametrize("item", ["nothing", "..", "a%2Fb", "x" * 200])
def test_what_is_not_there_is_not_found(desk: Desk, item: str) -> None:
    assert desk.look(item).status == 404


def test_site_administrators_look_at_what_is_in_no_project(desk: Desk) -> None:
    desk.cloud.inbox.put("unassigned/SCANNER/dicom-1/0", image())
    desk.cloud.inbox.put("unassigned/SCANNER/dicom-1/1", b"")
    assert desk.cloud.settle()
    full, empty = desk.items(None)
    reply = desk.look(full, None, user="root")
    assert (reply.status, reply.body["receiver"]) == (200, "SCANNER")
    assert CANARY not in str(reply.body)
    assert desk.look(empty, None, user="root").body["header"] is None


def test_the_address_of_decisions_is_that_of_no_item(desk: Desk) -> None:
    reply = desk.look("actions")
    assert (reply.status, reply.headers["Allow"]) == (405, "POST")
    assert desk.call("PUT", "/api/projects/alpha/quarantine/x").headers["Allow"] == "GET"
