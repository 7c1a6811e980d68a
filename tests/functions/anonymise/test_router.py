"""What is addressed to no project: routed by rules, or kept for site administrators."""

from dataclasses import replace

import pytest

from functions.anonymise import router
from scanloft.aws.cards import CardIndex
from scanloft.aws.instructions import InstructionIndex
from scanloft.aws.names import NameIndex
from scanloft.aws.project_names import ProjectNames
from scanloft.aws.projects import ProjectIndex
from scanloft.aws.receivers import ReceiverIndex
from scanloft.core.annotations import Level
from scanloft.core.blueprint import ANONYMISE
from scanloft.core.hierarchy import subject_of
from scanloft.core.instructions import Instruction
from scanloft.core.model import Prearchive, Project, ProjectState, Upload, UploadSource
from scanloft.core.receivers import Receiver, SiteRouting
from tests.support.cloud import Cloud
from tests.support.images import CANARY, image

RAW = "unassigned/SCANNER/dicom-1/0"
ROUTED = "dicom-routed-1"
SENDER = {"calling-ae": "CT1", "called-ae": "SCANNER"}


def arrive(cloud: Cloud, data: bytes, key: str = RAW, **more: str) -> None:
    said = {name.replace("_", "-"): value for name, value in more.items()}
    cloud.inbox.put(key, data, metadata=SENDER | said)


def instruction(cloud: Cloud, project: str = "alpha") -> Instruction | None:
    place = (project, ROUTED, "0")
    return InstructionIndex(cloud.rows).known([place]).get(place)


def codes(cloud: Cloud) -> list[str]:
    return [item.code for item in cloud.quarantine.unassigned()]


def test_an_object_that_names_its_project_in_a_comment_is_archived_there(alpha: Cloud) -> None:
    arrive(alpha, image(PatientComments="CT Project:Alpha, Subject:S1"))
    assert alpha.settle()
    assert alpha.keys(alpha.inbox) == []
    assert len(alpha.keys(alpha.archive, "dicom/alpha/")) == 1
    assert alpha.kinds(ROUTED) == ["archived"]
    upload = alpha.uploads.upload("alpha", ROUTED)
    assert upload
    assert (upload.source, upload.created_by) == (UploadSource.DICOM, "CT1")


def test_what_no_rule_finds_a_project_for_waits_for_site_administrators_alone(
    alpha: Cloud,
) -> None:
    arrive(alpha, image(PatientComments="Project:gone", StudyDescription="Thorax"))
    assert alpha.settle()
    (item,) = alpha.quarantine.unassigned()
    assert (item.code, item.project, item.receiver) == ("unassigned", "", "SCANNER")
    assert alpha.inbox.get("quarantine/-/dicom-1-0").metadata == SENDER
    assert alpha.keys(alpha.inbox) == ["quarantine/-/dicom-1-0"]
    assert (alpha.keys(alpha.archive), alpha.detained()) == ([], [])


@pytest.mark.parametrize("data", [b"", b"%PDF-1.7 " * 30, image()[:140], b"PK\3\4" + bytes(200)])
def test_what_cannot_be_read_waits_too_and_is_not_lost(alpha: Cloud, data: bytes) -> None:
    arrive(alpha, data)
    assert alpha.settle()
    assert codes(alpha) == ["unassigned"]
    assert alpha.inbox.get("quarantine/-/dicom-1-0").body == data


def test_rules_of_the_receiver_come_first_and_then_those_of_the_site(alpha: Cloud) -> None:
    alpha.project("beta")
    receivers = ReceiverIndex(alpha.rows)
    receivers.put_receiver(Receiver(ae_title="SCANNER", rules={"project": "(0008,1030):to (.*)"}))
    receivers.put_site_routing(SiteRouting({"project": "(0008,0050):(.*)"}))
    arrive(alpha, image(StudyDescription="to alpha", AccessionNumber="beta"))
    arrive(alpha, image(2, StudyDescription="to alpha", AccessionNumber="beta"),
           key="unassigned/OTHER/dicom-2/0")  # fmt: skip
    assert alpha.settle()
    assert len(alpha.keys(alpha.archive, "dicom/alpha/")) == 1
    assert len(alpha.keys(alpha.archive, "dicom/beta/")) == 1


def test_a_receiver_of_a_project_sends_everything_there_under_its_site_and_mode(
    alpha: Cloud,
) -> None:
    alpha.project("beta")
    ReceiverIndex(alpha.rows).put_receiver(
        Receiver(ae_title="SCANNER", project="beta", site="north", prearchive=Prearchive.MANUAL)
    )
    arrive(alpha, image(PatientComments="Project:alpha"))
    assert alpha.settle()
    assert [item.code for item in alpha.detained("beta")] == ["prearchive"]
    found = instruction(alpha, "beta")
    assert found
    assert (found.site, found.prearchive) == ("north", Prearchive.MANUAL)


@pytest.mark.parametrize(
    ("sender", "passes"),
    [
        ({}, False),
        ({"calling_address": "192.0.2.7"}, True),
        ({"calling_address": "198.51.100.7"}, False),
        ({"calling_address": "192.0.2.7", "calling_ae": "CT2"}, False),
    ],
)
def test_ae_title_and_ip_whitelist_per_receiver(
    alpha: Cloud, sender: dict[str, str], passes: bool
) -> None:
    receivers = ReceiverIndex(alpha.rows)
    listed = Receiver(ae_title="SCANNER", calling_ae_titles=("CT1",), networks=("192.0.2.0/24",))
    receivers.put_receiver(replace(listed, project="alpha"))
    arrive(alpha, image(), **sender)
    arrive(alpha, image(2, AccessionNumber="alpha"), key="unassigned/OTHER/dicom-2/0", **sender)
    assert alpha.settle()
    assert codes(alpha) == ([] if passes else ["sender_not_listed"])
    assert alpha.kinds("dicom-routed-2") == ["archived"]  # no list of one touches another
    assert alpha.kinds(ROUTED) == (["archived"] if passes else [])


def test_the_site_of_the_receiver_is_that_of_the_instance(alpha: Cloud) -> None:
    ReceiverIndex(alpha.rows).put_receiver(Receiver(ae_title="SCANNER", site="north"))
    arrive(alpha, image(AccessionNumber="alpha"))
    assert alpha.settle()
    (key,) = alpha.keys(alpha.archive, "dicom/")
    assert alpha.archive.get(key).metadata["site"] == "north"
    assert [upload.site for upload in alpha.uploads.uploads("alpha")] == ["north"]


def test_labels_that_people_chose_travel_in_the_index_and_patient_data_does_not(
    alpha: Cloud,
) -> None:
    arrive(alpha, image(PatientComments="Project:alpha Subject:S1"))
    alpha.feed(ANONYMISE)
    found = instruction(alpha)
    assert found
    assert (found.subject_label, found.session_label) == ("S1", "")
    assert CANARY not in str(alpha.items())


def test_labels_that_people_chose_are_on_the_cards_of_subject_and_session(alpha: Cloud) -> None:
    cards = CardIndex(alpha.rows)
    arrive(alpha, image(PatientComments="Project:alpha Subject:S1 Session:V1"))
    assert alpha.settle()
    (study,) = alpha.instances.studies("alpha")
    subject = subject_of(study.attributes)
    assert cards.card("alpha", Level.SUBJECT, subject).label == "S1"
    assert cards.card("alpha", Level.SESSION, study.study_uid).label == "V1"


def test_a_label_that_is_there_or_that_another_bears_stays_as_it_is(alpha: Cloud) -> None:
    cards = CardIndex(alpha.rows)
    for number, study in enumerate((1, 1, 2)):
        label = f"V{min(number + 1, 2)}" if number < 2 else "V1"
        data = image(number + 1, study=study, PatientComments=f"Project:alpha Session:{label}")
        arrive(alpha, data, key=f"unassigned/SCANNER/dicom-{number}/0")
        assert alpha.settle()
    labels = [cards.card("alpha", Level.SESSION, one.study_uid).label
              for one in alpha.instances.studies("alpha")]  # fmt: skip
    assert sorted(labels) == ["", "V1"]
    assert alpha.detained() == []


@pytest.mark.parametrize(
    "comment", [f"Subject:{CANARY}", f"Subject:x{CANARY}-1", "Session:Ann", "nothing"]
)
def test_no_name_reaches_the_index_whatever_comments_assign(alpha: Cloud, comment: str) -> None:
    arrive(alpha, image(PatientComments=f"Project:alpha {comment}"))
    alpha.feed(ANONYMISE)
    alpha.settle()
    assert CANARY not in str(alpha.items())
    found = instruction(alpha)
    assert found
    assert (found.subject_label, found.session_label) == ("", "")


def test_an_expression_over_the_patient_name_gives_no_label(alpha: Cloud) -> None:
    rules = {"subject": "(0010,0010):(.*)", "session": "(0010,0020):(.*)"}
    ReceiverIndex(alpha.rows).put_site_routing(SiteRouting(rules))
    arrive(alpha, image(AccessionNumber="alpha", PatientName="Doe", PatientID="4711"))
    alpha.feed(ANONYMISE)
    found = instruction(alpha)
    assert found
    assert (found.subject_label, found.session_label) == ("", "")


def test_aa_true_passes_the_prearchive(cloud: Cloud) -> None:
    manual(cloud)
    arrive(cloud, image(PatientComments="Project:alpha AA:true"))
    assert cloud.settle()
    assert cloud.kinds(ROUTED) == ["archived"]


def manual(cloud: Cloud, name: str = "alpha") -> None:
    cloud.project(name)
    projects = ProjectIndex(cloud.rows)
    projects.update(replace(projects.project(name), prearchive=Prearchive.MANUAL))


def test_a_delivery_that_comes_again_changes_nothing(alpha: Cloud) -> None:
    arrive(alpha, image(AccessionNumber="alpha"))
    arrive(alpha, image(2), key="unassigned/SCANNER/dicom-2/0")
    records = alpha.received(ANONYMISE.source)  # type: ignore[arg-type]  # it has a queue
    assert alpha.call(ANONYMISE, records) == set()
    before = alpha.keys(alpha.inbox)
    assert alpha.call(ANONYMISE, records) == set()
    assert alpha.keys(alpha.inbox) == before
    assert codes(alpha) == ["unassigned"]


def test_a_header_longer_than_the_first_read_is_read_on(
    alpha: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(router, "HEADER_BYTES", 300)
    arrive(alpha, image(PatientComments="Project:alpha Subject:S1"))
    assert alpha.settle()
    assert alpha.kinds(ROUTED) == ["archived"]
    found = instruction(alpha)
    assert found
    assert found.subject_label == "S1"


def test_there_is_no_label_where_the_name_of_the_patient_was_not_reached(
    alpha: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The description comes before the name, which lies beyond what is read of the object."""
    rules = {"project": "(0008,1030):.* (alpha)", "subject": "(0008,1030):(.*) .*"}
    ReceiverIndex(alpha.rows).put_site_routing(SiteRouting(rules))
    data = image(StudyDescription=f"{CANARY} alpha")
    monkeypatch.setattr(router, "HEADER_BYTES", data.index(b"alpha") + 10)
    alpha.configure(whole_object_bytes=data.index(b"alpha") + 10)
    arrive(alpha, data)
    alpha.feed(ANONYMISE)
    found = instruction(alpha)
    assert found
    assert found.subject_label == ""
    assert CANARY not in str(alpha.items())


def test_a_key_of_no_receiver_is_kept_as_misplaced(alpha: Cloud) -> None:
    arrive(alpha, image(), key="unassigned/../dicom-1/0")
    arrive(alpha, image(), key="unassigned/alpha/u 1/0")
    assert alpha.settle()
    assert codes(alpha) == ["invalid_request"] * 2


@pytest.fixture
def names(cloud: Cloud) -> ProjectNames:
    index = ProjectIndex(cloud.rows)
    for name, state, aliases in (
        ("alpha", ProjectState.ACTIVE, ("The-Study", "x.y")),
        ("old", ProjectState.ARCHIVED, ()),
        ("gone", ProjectState.DELETED, ()),
    ):
        project = Project(name, "Title", "2026", "olga", {}, aliases=aliases, state=state)
        index.create(project)
        NameIndex(cloud.rows, index).claim((name, *aliases), name, revision=0, now=0)
    NameIndex(cloud.rows, index).claim(("Title",), "alpha", revision=0, now=0)
    return ProjectNames(cloud.rows)


@pytest.mark.parametrize(
    ("called", "project"),
    [
        *(("alpha", "alpha"), ("ALPHA", "alpha"), ("the-study", "alpha"), ("X.Y", "alpha")),
        *(("Title", None), ("old", None), ("gone", None), ("nowhere", None), ("../x", None)),
    ],
)
def test_projects_are_found_by_name_and_alias_while_they_take_data(
    names: ProjectNames, called: str, project: str | None
) -> None:
    assert names.project_of(called) == project


def test_an_upload_of_an_association_is_named_apart_from_those_sent_to_a_project(
    alpha: Cloud,
) -> None:
    arrive(alpha, image(AccessionNumber="alpha"))
    assert alpha.settle()
    uploads: list[Upload] = list(alpha.uploads.uploads("alpha"))
    assert [upload.upload for upload in uploads] == [ROUTED]
