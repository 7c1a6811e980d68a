"""Files of resources that wait: sent on, they go to their resource and nowhere else."""

import io
import json
import zipfile

import pytest

from scanloft.core.annotations import Overwrite
from tests.functions.api.quarantine.desk import Desk
from tests.support.images import image
from tests.support.resources import Collection

SIDECAR = json.dumps({"PatientName": "a pseudonym"}).encode()
OPAQUE = b"7z\xbc\xaf\x27\x1c" + bytes(40)
TABLE = b"subject,volume\nS1,3\n"


@pytest.fixture
def results(desk: Desk) -> Collection:
    return Collection(desk.cloud)


def zipped(**members: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as packed:
        for name, content in members.items():
            packed.writestr(name, content)
    return file.getvalue()


def wait_for_a_person(desk: Desk, results: Collection, *contents: bytes) -> None:
    results.send({str(place): content for place, content in enumerate(contents)})
    assert desk.cloud.settle()
    assert len(desk.items()) == len(contents)


@pytest.mark.parametrize("action", ["retry", "release"])
def test_a_file_that_was_not_reviewed_waits_again(
    desk: Desk, results: Collection, action: str
) -> None:
    wait_for_a_person(desk, results, SIDECAR)
    desk.decide(action=action, items=desk.items())
    assert desk.cloud.settle()
    assert [entry.code for entry in desk.waiting()] == ["identifying_sidecar"]
    desk.decide(action=action, items=desk.items())
    assert desk.cloud.settle()
    assert [entry.code for entry in desk.waiting()] == ["identifying_sidecar"]
    assert results.contents() == {}


def test_a_file_for_which_a_person_answers_goes_to_its_place_in_the_resource(
    desk: Desk, results: Collection
) -> None:
    contents = (SIDECAR, OPAQUE, zipped(a=SIDECAR, b=TABLE))
    wait_for_a_person(desk, results, *contents)
    reply = desk.decide(action="release", items=desk.items(), contents_reviewed=True)
    assert desk.cloud.settle()
    assert results.contents() == {str(place): each for place, each in enumerate(contents)}
    assert (desk.items(), desk.residue()) == ([], [])
    assert desk.cloud.kinds() == ["archived"] * 3
    assert desk.cloud.kinds(reply.body["upload"]) == ["archived"] * 3
    (file, *_) = results.resources.files(results.resource)
    assert (file.content_type, file.added_by) == ("text/csv", "olga")
    assert "resource" in {change.kind for change in results.feed.changes("alpha")}


def test_a_file_that_was_sent_on_before_still_knows_its_place(
    desk: Desk, results: Collection
) -> None:
    wait_for_a_person(desk, results, SIDECAR)
    for reviewed in (False, True):
        desk.decide(action="release", items=desk.items(), contents_reviewed=reviewed)
        assert desk.cloud.settle()
    assert results.contents() == {"0": SIDECAR}


@pytest.mark.parametrize(
    "content",
    [zipped(a=SIDECAR, b=image()), bytes(1000) + image()],
    ids=["in a zip", "behind something"],
)
def test_dicom_within_a_file_is_let_pass_by_nobody(
    desk: Desk, results: Collection, content: bytes
) -> None:
    wait_for_a_person(desk, results, content)
    desk.decide(action="release", items=desk.items(), contents_reviewed=True)
    assert desk.cloud.settle()
    assert [entry.code for entry in desk.waiting()] == ["hidden_dicom"]
    assert results.contents() == {}


def test_an_image_among_files_is_released_as_an_image(desk: Desk, results: Collection) -> None:
    wait_for_a_person(desk, results, image(Modality="US"))
    desk.decide(action="release", items=desk.items(), pixels_reviewed=True, contents_reviewed=True)
    assert desk.cloud.settle()
    assert results.contents() == {}
    assert len(desk.cloud.keys(desk.cloud.archive, "dicom/alpha/")) == 1


def test_of_two_files_for_one_path_the_first_one_stays_unless_a_person_replaces_it(
    desk: Desk, results: Collection
) -> None:
    results.send({"0": TABLE}, upload="u0")
    assert desk.cloud.settle()
    wait_for_a_person(desk, results, b"other")
    for conflicts, expected in (("keep_first", TABLE), ("replace", b"other")):
        desk.decide(action="release", items=desk.items(), conflicts=conflicts)
        assert desk.cloud.settle()
        assert results.contents() == {"0": expected}
    assert results.deleted() == {"0": TABLE}
    assert desk.items() == []


def test_a_member_of_an_unpacked_zip_goes_to_its_place(desk: Desk, results: Collection) -> None:
    results.send({"data": zipped(a=SIDECAR, b=TABLE)}, unpack=True, overwrite=Overwrite.NONE)
    assert desk.cloud.settle()
    assert len(desk.items()) == 1
    desk.decide(action="release", items=desk.items(), contents_reviewed=True)
    assert desk.cloud.settle()
    assert sorted(results.contents().values()) == sorted([SIDECAR, TABLE])
    assert all(path.endswith(("a", "b")) for path in results.contents())


def test_moved_to_another_project_a_file_has_no_place_there(
    desk: Desk, results: Collection
) -> None:
    wait_for_a_person(desk, results, SIDECAR)
    desk.decide(action="move", items=desk.items(), project="beta")
    assert desk.cloud.settle()
    assert [entry.code for entry in desk.waiting("beta")] == ["malformed_dicom"]
    assert results.contents() == {}
