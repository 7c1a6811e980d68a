"""Subjects, sessions and scans as summarise would have written them."""

from scanloft.core.annotations import Level
from scanloft.core.hierarchy import PATIENT_ID, subject_key
from scanloft.core.model import Attributes, Series, Study
from tests.functions.api.front import Front, Reply

STUDY, SERIES = "1.2", "1.2.3"


def session(
    front: Front,
    study_uid: str = STUDY,
    *,
    project: str = "alpha",
    patient: str = "P1",
    series: tuple[str, ...] = (SERIES,),
    site: str = "",
    date: str = "20200102",
) -> str:
    """A session with scans of two instances each; its path."""
    index = front.services.instances
    attributes: Attributes = {
        PATIENT_ID: (patient,),
        "00080020": (date,),
        "00081030": ("HEAD",),
    }
    for series_uid in series:
        known = index.series(project, study_uid, series_uid)
        scan: Attributes = {"00080060": ("CT",), "00200011": (1,), **attributes}
        index.put_series(
            Series(
                project,
                study_uid,
                series_uid,
                2,
                100,
                scan,
                revision=known.revision if known else 0,
                sites=(site,),
            )
        )
    before = index.study(project, study_uid)
    study = Study(
        project,
        study_uid,
        len(series),
        2 * len(series),
        100 * len(series),
        ("CT",),
        attributes,
        revision=before.revision if before else 0,
        sites=(site,),
    )
    assert index.put_study(study)
    front.services.subjects.note(project, subject_key(patient), study_uid=study_uid, sites=(site,))
    return f"/api/projects/{project}/sessions/{study_uid}"


def subject_path(subject: str = "P1", *, project: str = "alpha") -> str:
    """The path of a subject."""
    return f"/api/projects/{project}/subjects/{subject}"


def restored(front: Front, project: str = "alpha") -> None:
    """Nothing is deleted in the project."""
    for tombstone in front.services.tombstones.all(project):
        front.services.tombstones.remove(tombstone)


def listed(front: Front, kind: str, *, project: str = "alpha", user: str = "olga") -> list[str]:
    """The names in a list of subjects or sessions, page by page."""
    names: list[str] = []
    after: dict[str, str] = {}
    while True:
        query = {"limit": "2", **after}
        reply = front.call("GET", f"/api/projects/{project}/{kind}s", user=user, query=query)
        assert reply.status == 200, reply.body
        names += [entry[kind] for entry in reply.body[f"{kind}s"]]
        if reply.body["next"] is None:
            return names
        after = {"after": reply.body["next"]}


def told(front: Front, project: str = "alpha") -> list[str]:
    """The feed of a project, each change in three words."""
    return [f"{one.kind} {one.name} {one.what}" for one in front.services.feed.changes(project)]


def messages(front: Front) -> list[str]:
    """The bodies of the messages that wait for summarise now."""
    client = front.services.summarise._client
    url = front.services.summarise._url
    found = client.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", [])
    for message in found:
        client.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
    return sorted(message["Body"] for message in found)


def card_of(front: Front, level: Level, name: str, *, project: str = "alpha") -> Reply:
    """What the API shows of a card."""
    kind = {Level.SUBJECT: "subjects", Level.SESSION: "sessions"}[level]
    return front.call("GET", f"/api/projects/{project}/{kind}/{name}")
