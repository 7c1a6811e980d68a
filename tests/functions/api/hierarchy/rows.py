"""What the routes of subjects, sessions and scans answer whom."""

from collections.abc import Mapping
from dataclasses import replace

from scanloft.core.annotations import Level, TransferState
from tests.functions.api.front import Front
from tests.functions.api.hierarchy.made import SERIES, STUDY, restored, session
from tests.functions.api.matrix.row import Row


def there(front: Front) -> Mapping[str, str]:
    """A session with a scan, and its subject; nothing is deleted, merged or said of them."""
    restored(front)
    session(front)
    for level, name in ((Level.SESSION, STUDY), (Level.SUBJECT, "P1")):
        front.services.cards.remove("alpha", level, name)
    return {"study": STUDY, "series": SERIES, "subject": "P1"}


def unnamed(front: Front) -> Mapping[str, str]:
    """No subject is called S9."""
    services = front.services
    there(front)
    services.labels.release(services.cards.card("alpha", Level.SUBJECT, "S9"))
    services.cards.remove("alpha", Level.SUBJECT, "S9")
    subject = services.subjects.subject("alpha", "S9")
    if subject:
        services.subjects.remove(subject)
    return {}


def apart(front: Front) -> Mapping[str, str]:
    """Two sessions of one subject."""
    parts = there(front)
    session(front, "1.9")
    front.services.cards.remove("alpha", Level.SESSION, "1.9")
    return parts


def together(front: Front) -> Mapping[str, str]:
    """A session that is merged into another one."""
    parts = apart(front)
    cards = front.services.cards
    root = cards.card("alpha", Level.SESSION, "1.9")
    cards.put(replace(root, merged=(STUDY,)))
    cards.put(replace(cards.card("alpha", Level.SESSION, STUDY), merged_into="1.9"))
    return parts


def deleted(front: Front) -> Mapping[str, str]:
    """A subject, a session and a scan that are deleted."""
    parts = there(front)
    for path in (f"sessions/{STUDY}/scans/{SERIES}", f"sessions/{STUDY}", "subjects/P1"):
        assert front.call("DELETE", f"/api/projects/alpha/{path}").status == 200
    return parts


def second(front: Front) -> Mapping[str, str]:
    """A second project, which those who may share are members of."""
    parts = there(front)
    for user in ("olga", "root"):
        name = f"mine-{user}"
        if not [one for one in front.services.projects.names() if one == name]:
            made = {"name": name, "title": name}
            assert front.call("POST", "/api/projects", user=user, body=made).status == 201
    return {**parts, "target": "mine-olga"}


def shared(front: Front) -> Mapping[str, str]:
    """A session and a subject that are shared."""
    parts = second(front)
    for path in (f"sessions/{STUDY}", "subjects/P1"):
        reply = front.call("PUT", f"/api/projects/alpha/{path}/shares/mine-olga", body={})
        assert reply.status == 200, reply.body
    return parts


def unmoved(front: Front) -> Mapping[str, str]:
    """Nobody moves the session."""
    parts = second(front)
    known = front.services.transfers.transfer("alpha", STUDY)
    if known:
        front.services.transfers.put(replace(known, state=TransferState.FAILED))
    return parts


def moving(front: Front) -> Mapping[str, str]:
    """Somebody moves the session."""
    parts = unmoved(front)
    body = {"project": "mine-olga"}
    assert front.call("POST", f"/api/projects/alpha/sessions/{STUDY}/move", body=body).status == 202
    return parts


SEEN = Row(
    owner=200, member=200, collaborator=200, uploader=403, public=200, bound=404, prepare=there
)
EDITED = Row(
    owner=200, member=200, collaborator=403, uploader=403, public=403, bound=404, prepare=there
)
OWNERS = Row(owner=200, member=403, collaborator=403, uploader=403, public=403, prepare=there)
MADE = Row(owner=201, member=201, collaborator=403, uploader=403, public=403, prepare=unnamed)

ROWS = {
    "subject_list": replace(SEEN, bound=200),
    "subject_show": SEEN,
    "subject_sessions": SEEN,
    "session_list": replace(SEEN, bound=200),
    "session_show": SEEN,
    "scan_list": SEEN,
    "scan_show": SEEN,
    "subject_create": replace(MADE, body={"label": "S9"}),
    "subject_edit": replace(EDITED, body={"notes": "seen"}),
    "session_edit": replace(EDITED, body={"quality": "usable"}),
    "scan_edit": replace(EDITED, body={"label": "T1"}),
    "session_assign": replace(EDITED, body={"subject": "P1"}),
    "session_merge": replace(EDITED, prepare=apart, body={"into": "1.9"}),
    "session_unmerge": replace(EDITED, prepare=together),
    "deleted_list": replace(OWNERS, prepare=deleted),
    "subject_consequences": OWNERS,
    "session_consequences": OWNERS,
    "subject_delete": OWNERS,
    "session_delete": OWNERS,
    "scan_delete": OWNERS,
    "subject_undelete": replace(OWNERS, prepare=deleted),
    "session_undelete": replace(OWNERS, prepare=deleted),
    "scan_undelete": replace(OWNERS, prepare=deleted),
    "subject_shares": replace(OWNERS, prepare=shared),
    "session_shares": replace(OWNERS, prepare=shared),
    "subject_share": replace(OWNERS, prepare=second, body={"label": "S1"}),
    "session_share": replace(OWNERS, prepare=second, body={}),
    "subject_unshare": replace(OWNERS, prepare=shared),
    "session_unshare": replace(OWNERS, prepare=shared),
    "session_move": replace(OWNERS, owner=202, prepare=unmoved, body={"project": "mine-olga"}),
    "session_move_show": replace(OWNERS, prepare=moving),
}
