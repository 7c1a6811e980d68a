"""Profiles are set by those who may, and audited before they hold."""

import pytest

from scanloft.aws.audit import AuditLog
from scanloft.core.errors import Unavailable
from scanloft.core.model import AuditEntry, Role
from tests.functions.api.front import Front, Reply

PROFILE = "/api/projects/alpha/profile"
DATES = {"name": "dates", "version": 2, "options": ["rtn_long_modif_dates"]}
NONE = {"name": "phantoms", "version": 3, "base": "none"}


def put(front: Front, profile: object, *, admin: bool = False, etag: str = "") -> Reply:
    headers = {"If-Match": etag} if etag else {}
    user = "root" if admin else "olga"
    return front.call(
        "PUT", PROFILE, user=user, admin=admin, body={"profile": profile}, headers=headers
    )


def test_an_owner_sets_the_profile(front: Front) -> None:
    front.project(mia=Role.MEMBER)
    assert put(front, DATES).status == 200
    shown = front.call("GET", PROFILE, user="mia").body
    assert shown == {"profile": {**DATES, "pixel_review": True}, "deidentification": "basic"}
    assert front.call("GET", "/api/projects/alpha").body["profile"] == shown["profile"]


def test_the_audit_log_knows_who_set_which_profile(front: Front) -> None:
    front.project()
    put(front, DATES)
    *_, request, entry = front.services.audit.entries("alpha")
    assert (request.action, dict(request.facts)) == ("profile_put", {})
    facts = {"profile": "dates", "version": 2, "deidentification": "basic"}
    assert (entry.action, entry.actor, dict(entry.facts)) == ("profile_set", "olga", facts)


def test_no_profile_holds_that_could_not_be_audited(
    front: Front, monkeypatch: pytest.MonkeyPatch
) -> None:
    front.project()
    append = AuditLog.append

    def refuse(log: AuditLog, entry: AuditEntry) -> AuditEntry:
        if entry.action == "profile_set":
            raise Unavailable("The table did not answer.")
        return append(log, entry)

    monkeypatch.setattr(AuditLog, "append", refuse)
    assert put(front, DATES).status == 503
    assert front.call("GET", PROFILE).body["profile"]["name"] == "basic"


def test_a_profile_that_no_object_could_pass_is_refused(front: Front) -> None:
    front.project()
    reply = put(front, {**DATES, "base": "ctp", "ctp_script": "<script>\n<e t=</script>"})
    assert (reply.status, reply.body["code"]) == (422, "invalid_profile")
    assert front.call("GET", PROFILE).body["profile"]["name"] == "basic"


def test_only_administrators_set_what_may_leave_identity_in_place(front: Front) -> None:
    front.project()
    assert put(front, NONE).status == 403
    assert put(front, NONE, admin=True).body["deidentification"] == "none"
    assert put(front, DATES).status == 200


def test_a_profile_over_one_that_was_changed_meanwhile_is_refused(front: Front) -> None:
    front.project()
    etag = front.call("GET", PROFILE).headers["ETag"]
    assert put(front, DATES, etag=etag).status == 200
    assert put(front, DATES, etag=etag).status == 412
