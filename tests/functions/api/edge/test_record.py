import logging

import pytest

from scanloft.core.chain import verdict
from scanloft.core.model import AuditEntry, Role
from tests.functions.api.front import Front


def entries(front: Front, project: str = "alpha") -> list[AuditEntry]:
    return list(front.services.audit.entries(project))


def test_who_did_what_to_which_object_when_and_why_is_written_down(front: Front) -> None:
    front.project()
    front.call(
        "PUT",
        "/api/projects/alpha/members/mia",
        body={"role": "member"},
        headers={"X-Audit-Reason": "joined the trial"},
    )
    entry = entries(front)[-1]
    assert (entry.actor, entry.action) == ("olga", "member_set")
    assert entry.facts["user"] == "mia"
    assert entry.facts["role"] == "member"
    assert entry.reason == "joined the trial"
    assert entry.at.endswith("Z")


def test_an_act_that_is_refused_after_it_was_begun_is_written_down_as_refused(
    front: Front,
) -> None:
    front.project()
    assert front.call("DELETE", "/api/projects/alpha/members/olga").status == 409
    begun, refused = entries(front)[-2:]
    assert begun.action == "member_remove"
    assert (refused.action, refused.facts) == (
        "refused",
        {"code": "conflict", "of": begun.sequence},
    )


def test_who_may_not_do_it_leaves_no_entry(front: Front) -> None:
    """Else outsiders could fill the log of a project."""
    front.project(carl=Role.COLLABORATOR)
    before = entries(front)
    for user in ("carl", "outsider"):
        front.call("DELETE", "/api/projects/alpha/members/olga", user=user)
    front.call("PUT", "/api/projects/alpha/members/mia", body={"role": "nonsense"})
    assert entries(front) == before


def test_nothing_is_done_that_cannot_be_written_down(
    front: Front, monkeypatch: pytest.MonkeyPatch
) -> None:
    front.project(mia=Role.MEMBER)
    monkeypatch.setattr("scanloft.aws.journal.ROUNDS", 0)
    assert front.call("DELETE", "/api/projects/alpha/members/mia").status == 503
    assert front.services.projects.member("alpha", "mia")


def test_the_log_of_the_function_holds_each_hash(
    front: Front, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    front.project()
    front.call("POST", "/api/projects/alpha/uploads")
    last = entries(front)[-1]
    assert last.hash in {getattr(record, "hash", "") for record in caplog.records}
    assert verdict(entries(front), project="alpha", head=last.hash).fault == ""


@pytest.mark.parametrize("reason", ["x" * 257, "a\nb", "ü"])
def test_a_reason_that_cannot_be_written_down_is_refused(front: Front, reason: str) -> None:
    front.project()
    reply = front.call("POST", "/api/projects/alpha/uploads", headers={"X-Audit-Reason": reason})
    assert reply.status == 400
    assert front.call("GET", "/api/projects/alpha/uploads").body["uploads"] == []


@pytest.mark.parametrize(
    "path",
    [
        f"/api/tokens/slpat_{'A' * 43}",
        f"/api/projects/alpha/links/slshare_{'A' * 43}",
        f"/api/projects/alpha/hooks/slinv_{'A' * 43}.alpha",
        "/api/projects/alpha/members/jane.doe@hospital.example",
        f"/api/projects/alpha/members/{'a' * 300}",
    ],
)
def test_what_is_no_part_of_a_path_is_not_written_down(front: Front, path: str) -> None:
    """It could be a secret, or an address, and the log is for ever."""
    front.project()
    front.call("DELETE", path)
    *_, begun, _refused = entries(front, "-" if "tokens" in path else "alpha")
    assert "?" in begun.facts.values()
    assert path.rpartition("/")[2] not in str(begun.facts)
