"""Share links show de-identified sessions to whoever has them, for a while, and end at once."""

import json
from dataclasses import replace
from typing import Any

import pytest

from functions.api.links import links
from scanloft.aws.audit import AuditLog
from scanloft.core.annotations import Card, Level, Tombstone
from scanloft.core.errors import Unavailable
from scanloft.core.model import Instance, Location, ProjectState, Role, Series, Study
from scanloft.core.tokens import token_hash
from tests.functions.api.front import Front, Reply

LINKS = "/api/projects/alpha/links"
UNKNOWN = f"slshare_{'A' * 43}"


def fill(front: Front, uid: str, *, scans: int = 1, instances: int = 1) -> None:
    """A session of the project with rows of all levels."""
    index = front.services.instances
    attributes = {"00080020": ("20260101",), "00081030": ("Head",), "00100020": ("SL-1",)}
    index.put_study(
        Study("alpha", uid, scans, scans * instances, 100, ("MR",), attributes, sites=("",))
    )
    for scan in range(1, scans + 1):
        series = f"{uid}.{scan}"
        index.put_series(Series("alpha", uid, series, instances, 100, {}))
        for number in range(1, instances + 1):
            sop = f"{series}.{number}"
            key = f"dicom/alpha/{uid}/{series}/{sop}"
            index.put_instance(
                Instance("alpha", uid, series, sop, "1.2", "1.2.1", Location(key, 0, 10),
                         "f" * 64, 10, {})
            )  # fmt: skip


@pytest.fixture
def alpha(front: Front) -> Front:
    front.project(mia=Role.OWNER)
    for uid in ("1.2", "1.3", "1.4"):
        fill(front, uid)
    return front


def make(front: Front, *sessions: str, user: str = "olga", admin: bool = False) -> str:
    selection = {"sessions": list(sessions)} if sessions else {"whole_project": True}
    body = {"label": "Review", "days": 7, "selection": selection}
    made = front.call("POST", LINKS, user=user, admin=admin, body=body)
    assert made.status == 201
    return str(made.body["secret"])


def show(front: Front, secret: str, **query: str) -> Reply:
    return front.call("GET", f"/api/shared/{secret}", user=None, query=query)


def sessions(front: Front, secret: str) -> list[str]:
    return [each["session"] for each in show(front, secret).body["sessions"]]


def files(front: Front, secret: str, session: str = "1.2", **query: str) -> Reply:
    path = f"/api/shared/{secret}/files"
    return front.call("GET", path, user=None, query={"session": session, **query})


def test_a_link_shows_its_sessions_to_whoever_has_it(alpha: Front) -> None:
    reply = show(alpha, make(alpha, "1.2", "1.4"))
    assert reply.status == 200
    assert (reply.body["title"], reply.body["label"]) == ("Project alpha", "Review")
    assert [each["session"] for each in reply.body["sessions"]] == ["1.2", "1.4"]
    assert reply.body["sessions"][0] == {
        "session": "1.2", "date": "20260101", "description": "Head", "modalities": ["MR"],
        "scans": 1, "instances": 1, "size_bytes": 100,
    }  # fmt: skip
    assert reply.headers["Cache-Control"] == "no-store"
    assert reply.headers["Referrer-Policy"] == "no-referrer"


def test_a_link_to_a_project_shows_what_comes_later_too(alpha: Front) -> None:
    secret = make(alpha)
    fill(alpha, "1.5")
    assert sessions(alpha, secret) == ["1.2", "1.3", "1.4", "1.5"]


def test_sessions_come_in_pages(alpha: Front) -> None:
    for secret in (make(alpha), make(alpha, "1.2", "1.3", "1.4")):
        first = show(alpha, secret, limit="2").body
        rest = show(alpha, secret, limit="2", after=first["next"]).body
        shown = [each["session"] for each in first["sessions"] + rest["sessions"]]
        assert (shown, rest["next"]) == (["1.2", "1.3", "1.4"], None)


def test_the_files_of_a_session_have_short_lived_addresses(alpha: Front) -> None:
    reply = files(alpha, make(alpha, "1.2"))
    (file,) = reply.body["files"]
    assert (file["scan"], file["instance"], file["size_bytes"]) == ("1.2.1", "1.2.1.1", 10)
    address, _, signature = file["url"].partition("?")
    assert address == "https://archive.example/objects/dicom/alpha/1.2/1.2.1/1.2.1.1"
    assert "X-Amz-Expires=300" in signature or "Expires" in signature


@pytest.mark.parametrize("limit", range(1, 8))
def test_pages_of_files_together_are_all_of_them_in_order(alpha: Front, limit: int) -> None:
    fill(alpha, "1.6", scans=2, instances=3)
    secret, shown, after = make(alpha, "1.6"), [], None
    while True:
        query = {"limit": str(limit), **({"after": after} if after else {})}
        body = files(alpha, secret, "1.6", **query).body
        shown += [each["instance"] for each in body["files"]]
        after = body["next"]
        if after is None:
            break
    assert shown == [f"1.6.{scan}.{number}" for scan in (1, 2) for number in (1, 2, 3)]


def test_a_link_shows_nothing_else(alpha: Front) -> None:
    secret = make(alpha, "1.2")
    assert files(alpha, secret, "1.3").status == 404
    assert files(alpha, secret, "9.9") == files(alpha, secret, "1.3")
    for path in ("", "/search", "/members"):
        assert alpha.call("GET", f"/api/projects/alpha{path}", user=None).status == 401


def test_what_was_deleted_is_not_shown(alpha: Front) -> None:
    fill(alpha, "1.6", scans=2)
    secret = make(alpha, "1.2", "1.6")
    for level, name in ((Level.SESSION, "1.2"), (Level.SCAN, "1.6/1.6.1")):
        alpha.services.tombstones.put(
            Tombstone("alpha", level, name, "2026-01-01T00:00:00Z", "olga", "2999-01-01")
        )
    assert sessions(alpha, secret) == ["1.6"]
    assert files(alpha, secret, "1.2").status == 404
    assert [each["scan"] for each in files(alpha, secret, "1.6").body["files"]] == ["1.6.2"]


@pytest.mark.parametrize(
    ("level", "name"), [(Level.SUBJECT, "SL-1"), (Level.SESSION, "1.3"), (Level.SESSION, "1.2")]
)
def test_what_belongs_to_something_deleted_is_not_shown(
    alpha: Front, level: Level, name: str
) -> None:
    """As images that arrive after their subject was deleted."""
    alpha.services.cards.put(Card("alpha", Level.SESSION, "1.2", merged_into="1.3"))
    secret = make(alpha)
    alpha.services.tombstones.put(
        Tombstone("alpha", level, name, "2026-01-01T00:00:00Z", "olga", "2999-01-01")
    )
    assert "1.2" not in sessions(alpha, secret)
    assert files(alpha, secret, "1.2").status == 404
    path = "/api/projects/alpha/sessions"
    assert alpha.call("GET", f"{path}/1.2").status == 410
    listed = alpha.call("GET", path).body["sessions"]
    assert not {"1.2", name} & {each["session"] for each in listed}
    assert bool(listed) is (level is Level.SESSION)
    found = alpha.call("GET", "/api/projects/alpha/search").body["studies"]
    assert "1.2" not in [each["study_uid"] for each in found]


def end(front: Front, secret: str) -> None:
    there = front.services.links.link(token_hash(secret))
    assert there
    front.services.links.put(replace(there, expires_at=1))


def revoke(front: Front, secret: str) -> None:
    name = token_hash(secret)[:12]
    assert front.call("DELETE", f"{LINKS}/{name}").status == 200


def delete_project(front: Front, _secret: str) -> None:
    front.turn("alpha", ProjectState.DELETED, until="2999-01-01T00:00:00Z")


def demote(front: Front, _secret: str) -> None:
    front.call("PUT", "/api/projects/alpha/members/mia", body={"role": "member"})


def remove(front: Front, _secret: str) -> None:
    front.call("DELETE", "/api/projects/alpha/members/mia")


@pytest.mark.parametrize("ending", [end, revoke, delete_project, demote, remove])
def test_a_link_that_has_ended_is_as_one_that_never_was(alpha: Front, ending: Any) -> None:
    secret = make(alpha, user="mia")
    assert show(alpha, secret).status == 200
    ending(alpha, secret)
    for act in (show, files):
        assert act(alpha, secret).status == 404
        assert act(alpha, secret) == act(alpha, UNKNOWN)


def test_revoked_access_takes_effect_at_once_for_links(alpha: Front) -> None:
    kept, ended = make(alpha), make(alpha)
    revoke(alpha, ended)
    assert (show(alpha, kept).status, show(alpha, ended).status) == (200, 404)
    assert alpha.call("DELETE", f"{LINKS}/{token_hash(ended)[:12]}").status == 404


@pytest.mark.parametrize("secret", ["x", "..", "slshare_", "%2e%2e", "slpat_" + "A" * 43])
def test_what_is_no_link_shows_nothing(alpha: Front, secret: str) -> None:
    assert show(alpha, secret).status == 404


def test_the_link_of_an_administrator_needs_no_membership(alpha: Front) -> None:
    assert show(alpha, make(alpha, user="root", admin=True)).status == 200


def test_a_link_is_shown_once_and_kept_as_a_hash(alpha: Front) -> None:
    secret = make(alpha)
    (shown,) = alpha.call("GET", LINKS).body["links"]
    assert (shown["label"], shown["whole_project"]) == ("Review", True)
    show(alpha, secret)
    kept = json.dumps(list(alpha.services.rows.query("P#alpha")))
    told = str(list(alpha.services.audit.entries("alpha")))
    assert secret not in kept + told + json.dumps(shown)


def test_the_audit_log_knows_each_use_before_anything_is_shown(
    alpha: Front, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = make(alpha)
    show(alpha, secret)
    files(alpha, secret)
    *_, opened, listed = alpha.services.audit.entries("alpha")
    actor = f"link:{token_hash(secret)[:12]}"
    assert (opened.actor, opened.action) == (actor, "link_opened")
    assert (listed.actor, dict(listed.facts)) == (actor, {"session": "1.2"})
    found = alpha.call("GET", "/api/projects/alpha/audit", query={"actor": actor}).body["entries"]
    assert [entry["action"] for entry in found] == [opened.action, listed.action]
    monkeypatch.setattr(AuditLog, "append", _refuse)
    assert (show(alpha, secret).status, files(alpha, secret).status) == (503, 503)


def _refuse(*_: object) -> None:
    raise Unavailable("The table did not answer.")


NONE = {"profile": {"name": "phantoms", "version": 1, "base": "none"}}


def test_only_administrators_share_what_may_identify_patients(alpha: Front) -> None:
    before = make(alpha)
    path = "/api/projects/alpha/profile"
    alpha.call("PUT", path, user="root", admin=True, body=NONE)
    body = {"label": "x", "days": 1, "selection": {"whole_project": True}}
    assert alpha.call("POST", LINKS, body=body).status == 403
    assert show(alpha, before).status == 404
    assert show(alpha, make(alpha, user="root", admin=True)).status == 200


@pytest.mark.parametrize(
    ("selection", "status"),
    [
        ({}, 409),
        ({"whole_project": True, "sessions": ["1.2"]}, 409),
        ({"sessions": ["1.2", "9.9"]}, 409),
        ({"sessions": ["../x"]}, 400),
        ({"sessions": ["1"] * 501}, 400),
        ({"subjects": ["SL-1"]}, 400),
    ],
)
def test_a_selection_that_shows_nothing_is_refused(
    alpha: Front, selection: dict[str, object], status: int
) -> None:
    body = {"label": "x", "days": 1, "selection": selection}
    assert alpha.call("POST", LINKS, body=body).status == status
    assert alpha.call("GET", LINKS).body["links"] == []


def test_a_project_has_so_many_links_at_the_most(
    alpha: Front, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(links, "LINK_LIMIT", 1)
    secret = make(alpha)
    body = {"label": "x", "days": 1, "selection": {"whole_project": True}}
    assert alpha.call("POST", LINKS, body=body).status == 409
    end(alpha, secret)
    assert alpha.call("POST", LINKS, body=body).status == 201


@pytest.mark.parametrize("query", [{"session": "x"}, {}, {"session": "1.2", "after": "1.2"}])
def test_a_query_that_cannot_be_read_is_refused(alpha: Front, query: dict[str, str]) -> None:
    path = f"/api/shared/{make(alpha)}/files"
    assert alpha.call("GET", path, user=None, query=query).status == 400
