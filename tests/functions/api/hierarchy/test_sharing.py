"""Sharing into a second project: whose the data are, who reads, who edits, when it ends."""

from dataclasses import replace
from typing import Any

import pytest

from scanloft.core.annotations import Level, Tombstone
from scanloft.core.model import Accessibility, Membership, ProjectState, Role
from tests.functions.api.front import Front
from tests.functions.api.hierarchy.made import SERIES, listed, session, subject_path

BETA = "/api/projects/beta/sessions/1.2"


@pytest.fixture
def alpha(front: Front) -> Front:
    """Olga owns alpha and beta; bea is a member of beta alone."""
    front.project("alpha", mia=Role.MEMBER)
    front.project("beta", bea=Role.MEMBER, carl=Role.COLLABORATOR)
    session(front)
    return front


def share(front: Front, label: str = "", *, user: str = "olga") -> int:
    path = "/api/projects/alpha/sessions/1.2/shares/beta"
    return front.call("PUT", path, user=user, body={"label": label}).status


def share_subject(front: Front) -> str:
    path = f"{subject_path()}/shares/beta"
    assert front.call("PUT", path, body={"label": "Theirs"}).status == 200
    return "/api/projects/beta/subjects/P1@alpha"


def test_a_subject_or_session_can_be_shared_into_a_second_project_under_its_own_label(
    alpha: Front,
) -> None:
    alpha.call("PATCH", "/api/projects/alpha/sessions/1.2", body={"label": "Ours"})
    assert share(alpha, "Theirs") == 200
    shown = alpha.call("GET", BETA, user="bea").body
    assert (shown["session"], shown["label"], shown["shared_from"]) == ("1.2", "Theirs", "alpha")
    assert alpha.call("GET", "/api/projects/alpha/sessions/1.2").body["label"] == "Ours"
    found = alpha.call("GET", "/api/projects/beta/sessions", query={"label": "theirs"}).body
    assert [entry["session"] for entry in found["sessions"]] == ["1.2"]
    subject = alpha.call("GET", share_subject(alpha), user="bea").body
    assert (subject["label"], subject["shared_from"]) == ("Theirs", "alpha")
    assert listed(alpha, "subject", project="beta", user="bea") == ["P1@alpha"]


def test_members_of_the_second_project_read_what_is_shared_and_nothing_else(alpha: Front) -> None:
    session(alpha, "1.9")
    share(alpha)
    assert listed(alpha, "session", project="beta", user="bea") == ["1.2"]
    assert alpha.call("GET", f"{BETA}/scans/{SERIES}", user="bea").status == 200
    assert len(alpha.call("GET", f"{BETA}/scans", user="bea").body["scans"]) == 1
    for path in ("/api/projects/alpha/sessions/1.2", "/api/projects/beta/sessions/1.9"):
        assert alpha.call("GET", path, user="bea").status == 404


def test_data_stay_owned_by_the_source(alpha: Front) -> None:
    share(alpha)
    assert alpha.call("PUT", f"{BETA}/subject", body={"subject": ""}).status == 409
    assert alpha.call("PUT", f"{BETA}/merge", body={"into": "1.2"}).status == 409
    assert alpha.call("DELETE", f"{BETA}/scans/{SERIES}").status == 409
    assert alpha.call("POST", f"{BETA}/move", body={"project": "alpha"}).status == 409
    assert alpha.call("PUT", f"{BETA}/shares/alpha", body={}).status == 409


def test_delete_in_a_shared_context_only_unshares(alpha: Front) -> None:
    share(alpha, "Theirs")
    reply = alpha.call("DELETE", BETA)
    assert (reply.status, reply.body["unshared"]) == (200, True)
    assert alpha.call("GET", BETA, user="bea").status == 404
    assert alpha.call("GET", "/api/projects/alpha/sessions/1.2").status == 200
    subject = share_subject(alpha)
    assert alpha.call("DELETE", subject).body["unshared"] is True
    assert alpha.call("GET", subject).status == 404
    assert alpha.call("GET", subject_path()).status == 200
    assert list(alpha.services.tombstones.all("alpha")) == []
    assert share(alpha, "Theirs") == 200


def test_edit_needs_rights_in_both(alpha: Front) -> None:
    share(alpha)
    assert alpha.call("PATCH", BETA, user="bea", body={"notes": "x"}).status == 403
    assert alpha.call("PATCH", BETA, user="bea", body={"label": "x"}).status == 403
    alpha.services.projects.put_member(Membership("alpha", "bea", Role.COLLABORATOR))
    assert alpha.call("PATCH", BETA, user="bea", body={"notes": "x"}).status == 403
    alpha.services.projects.put_member(Membership("alpha", "bea", Role.MEMBER))
    edit = {"label": "Theirs", "notes": "x"}
    assert alpha.call("PATCH", BETA, user="bea", body=edit).status == 200
    assert alpha.call("PATCH", BETA, user="carl", body={"notes": "x"}).status == 403
    own = alpha.call("GET", "/api/projects/alpha/sessions/1.2").body
    assert (own["label"], own["notes"]) == ("", "x")
    assert alpha.call("GET", BETA).body["label"] == "Theirs"


def test_sharing_a_subject_does_not_share_its_sessions(alpha: Front) -> None:
    subject = share_subject(alpha)
    assert alpha.call("GET", f"{subject}/sessions", user="bea").body["sessions"] == []
    assert alpha.call("GET", BETA, user="bea").status == 404
    assert listed(alpha, "session", project="beta", user="bea") == []
    share(alpha)
    sessions = alpha.call("GET", f"{subject}/sessions", user="bea").body["sessions"]
    assert [(entry["session"], entry["subject"]) for entry in sessions] == [("1.2", "P1@alpha")]


def test_sharing_takes_an_owner_of_the_source_who_may_edit_in_the_target(alpha: Front) -> None:
    assert share(alpha, user="mia") == 403
    assert share(alpha, user="bea") == 404
    alpha.services.projects.put_member(Membership("alpha", "carl", Role.OWNER))
    assert share(alpha, user="carl") == 403
    alpha.services.projects.put_member(Membership("alpha", "otto", Role.OWNER))
    path = "/api/projects/alpha/sessions/1.2/shares"
    there, nowhere = (
        alpha.call("PUT", f"{path}/{target}", user="otto", body={}) for target in ("beta", "omega")
    )
    assert (there.status, there) == (404, nowhere)


def test_unsharing_ends_the_reading_at_once(alpha: Front) -> None:
    share(alpha, "Theirs")
    shares = alpha.call("GET", "/api/projects/alpha/sessions/1.2/shares").body["shares"]
    assert [entry["project"] for entry in shares] == ["beta"]
    path = "/api/projects/alpha/sessions/1.2/shares/beta"
    assert alpha.call("DELETE", path).status == 200
    assert alpha.call("DELETE", path).status == 404
    assert alpha.call("GET", BETA, user="bea").status == 404
    assert listed(alpha, "session", project="beta", user="bea") == []


def test_a_share_ends_when_the_source_is_deleted(alpha: Front) -> None:
    share(alpha)
    assert alpha.call("DELETE", "/api/projects/alpha/sessions/1.2").status == 200
    assert alpha.call("GET", BETA, user="bea").status == 410
    assert listed(alpha, "session", project="beta", user="bea") == []
    assert alpha.call("POST", "/api/projects/alpha/sessions/1.2/undelete").status == 200
    assert alpha.call("GET", BETA, user="bea").status == 200
    project = alpha.services.projects.project("alpha")
    alpha.services.projects.update(replace(project, state=ProjectState.DELETED))
    assert alpha.call("GET", BETA, user="bea").status == 404
    assert listed(alpha, "session", project="beta", user="bea") == []


def test_who_is_bound_to_a_site_sees_nothing_that_is_shared(alpha: Front) -> None:
    share(alpha)
    subject = share_subject(alpha)
    alpha.services.projects.put_member(Membership("beta", "nora", Role.MEMBER, site="north"))
    assert alpha.call("GET", BETA, user="nora").status == 404
    assert alpha.call("GET", subject, user="nora").status == 404
    assert listed(alpha, "session", project="beta", user="nora") == []
    assert listed(alpha, "subject", project="beta", user="nora") == []


def test_what_the_target_has_itself_is_not_hidden_by_a_share(alpha: Front) -> None:
    session(alpha, project="beta", patient="B1")
    assert share(alpha) == 409
    alpha.services.instances.remove_study(alpha.services.instances.study("beta", "1.2"))  # type: ignore[arg-type]  # it is there
    assert share(alpha) == 200
    session(alpha, project="beta", patient="B1")
    assert alpha.call("GET", BETA).body["shared_from"] is None
    assert listed(alpha, "session", project="beta") == ["1.2"]


def test_pages_mix_own_and_shared_sessions_in_one_order(alpha: Front) -> None:
    for uid in ("1.1", "1.3", "1.5"):
        session(alpha, uid, project="beta", patient="B1")
    for uid in ("1.4", "1.6"):
        session(alpha, uid)
        path = f"/api/projects/alpha/sessions/{uid}/shares/beta"
        assert alpha.call("PUT", path, body={}).status == 200
    share(alpha)
    expected = ["1.1", "1.2", "1.3", "1.4", "1.5", "1.6"]
    assert listed(alpha, "session", project="beta") == expected


def test_two_projects_cannot_share_one_session_into_a_third(alpha: Front) -> None:
    alpha.project("gamma")
    session(alpha, project="gamma")
    share(alpha)
    reply = alpha.call("PUT", "/api/projects/gamma/sessions/1.2/shares/beta", body={})
    assert reply.status == 409


def test_a_share_that_broke_off_before_it_was_granted_grants_nothing(alpha: Front) -> None:
    share(alpha)
    shares = alpha.services.shares
    (made,) = list(shares.of("alpha", Level.SESSION, "1.2"))
    shares.revoke(made)
    assert alpha.call("GET", BETA, user="bea").status == 404
    path = "/api/projects/alpha/sessions/1.2/shares"
    assert alpha.call("GET", path).body["shares"] == []
    assert share(alpha) == 200


def _mark(front: Front, project: str) -> None:
    projects = front.services.projects
    projects.update(replace(projects.project(project), identifiable=True))


@pytest.mark.parametrize("path", ["/api/projects/alpha/sessions/1.2", subject_path()])
def test_what_may_identify_patients_is_shared_by_an_administrator_who_marks_the_other_project(
    alpha: Front, path: str
) -> None:
    _mark(alpha, "alpha")
    share_path = f"{path}/shares/beta"
    refused = alpha.call("PUT", share_path, body={})
    assert (refused.status, refused.body["code"]) == (403, "forbidden")
    assert list(alpha.services.shares.into("beta", Level.SESSION)) == []
    assert alpha.call("PUT", share_path, user="root", admin=True, body={}).status == 200
    assert alpha.services.projects.project("beta").identifiable
    opened = alpha.call("PATCH", "/api/projects/beta", body={"accessibility": "public"})
    assert opened.status == 403
    assert alpha.call("PUT", share_path, body={"label": "Theirs"}).status == 200


def test_a_shared_session_is_hidden_with_its_subject(alpha: Front) -> None:
    share(alpha)
    tomb = Tombstone("alpha", Level.SUBJECT, "P1", "2026-01-01", "olga", "2999-01-01")
    alpha.services.tombstones.put(tomb)
    assert alpha.call("GET", BETA, user="bea").status == 410
    assert listed(alpha, "session", project="beta", user="bea") == []


def test_what_may_identify_patients_goes_into_no_project_that_is_open_to_others(
    alpha: Front,
) -> None:
    link = {"label": "x", "days": 1, "selection": {"whole_project": True}}
    as_root: dict[str, Any] = {"user": "root", "admin": True}
    path = "/api/projects/alpha/sessions/1.2"
    session(alpha, "1.7", project="beta")
    _mark(alpha, "alpha")
    made = alpha.call("POST", "/api/projects/beta/links", body=link, **as_root).body
    assert alpha.call("PUT", f"{path}/shares/beta", body={}, **as_root).status == 409
    alpha.call("DELETE", f"/api/projects/beta/links/{made['link']}")
    alpha.open_up("beta", Accessibility.PUBLIC)
    for marked in (False, True):
        if marked:
            _mark(alpha, "beta")
        assert alpha.call("PUT", f"{path}/shares/beta", body={}, **as_root).status == 409
        assert alpha.call("POST", f"{path}/move", body={"project": "beta"}, **as_root).status == 409
