from dataclasses import replace
from datetime import UTC, datetime, timedelta

import boto3
import pytest

from functions.api import handler
from functions.api.account import tokens
from scanloft.core.model import Token
from scanloft.core.tokens import is_token, new_token, token_hash
from tests.functions.api.front import SETTINGS, Front


def test_a_token_is_shown_once_and_kept_as_a_hash(front: Front) -> None:
    reply = front.call("POST", "/api/tokens", body={"label": "scanner room", "days": 30})
    assert reply.status == 201
    assert is_token(reply.body["token"])
    kept = front.services.tokens.token(token_hash(reply.body["token"]))
    assert kept is not None
    assert (kept.user, kept.label, kept.is_admin) == ("olga", "scanner room", False)
    left = datetime.fromtimestamp(kept.expires_at, UTC) - datetime.now(UTC)
    assert timedelta(days=29, hours=23) < left <= timedelta(days=30)
    assert datetime.fromisoformat(reply.body["expires_at"]).timestamp() == kept.expires_at
    rows = boto3.client("dynamodb").scan(TableName=SETTINGS.index_table)["Items"]
    assert reply.body["token"] not in str(rows)


def test_each_token_is_another(front: Front) -> None:
    body = {"label": "x", "days": 1}
    tokens = {front.call("POST", "/api/tokens", body=body).body["token"] for _ in range(3)}
    assert len(tokens) == 3


@pytest.mark.parametrize(
    ("is_caller_admin", "asked", "status", "carried"),
    [(True, True, 201, True), (True, False, 201, False), (False, False, 201, False),
     (False, True, 403, None)],
)  # fmt: skip
def test_a_token_is_an_administrators_only_when_one_asks_for_it(
    front: Front, is_caller_admin: bool, asked: bool, status: int, carried: bool | None
) -> None:
    body = {"label": "x", "days": 1, "admin": asked}
    reply = front.call("POST", "/api/tokens", admin=is_caller_admin, body=body)
    assert reply.status == status
    assert reply.body.get("admin") is carried


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"days": 1}, '"label"'),
        ({"label": "", "days": 1}, '"label"'),
        ({"label": "x" * 65, "days": 1}, '"label"'),
        ({"label": "x"}, '"days"'),
        ({"label": "x", "days": 0}, '"days"'),
        ({"label": "x", "days": 366}, '"days"'),
        ({"label": "x", "days": True}, '"days"'),
        ({"label": "x", "days": 1, "admin": "true"}, '"admin"'),
        ({"label": "x", "days": 1, "user": "mia"}, "known are"),
    ],
)
def test_a_field_that_cannot_be_used_is_named(
    front: Front, body: dict[str, object], field: str
) -> None:
    reply = front.call("POST", "/api/tokens", body=body)
    assert reply.status == 400
    assert field in reply.body["detail"]


def make(front: Front, *, user: str = "olga", **body: object) -> dict[str, str]:
    made = front.call("POST", "/api/tokens", user=user, body={"label": "x", "days": 1, **body})
    assert made.status == 201
    shown: dict[str, str] = made.body
    return shown


def is_known(front: Front, made: dict[str, str]) -> bool:
    return front.services.tokens.token(token_hash(made["token"])) is not None


def test_tokens_are_listed_without_their_secrets(front: Front) -> None:
    front.project()
    made = make(front, label="reader", days=2, scope="read", project="alpha")
    make(front, label="soon", days=1)
    make(front, user="mia", label="not olga's")
    reply = front.call("GET", "/api/tokens").body
    assert [token["label"] for token in reply["tokens"]] == ["soon", "reader"]
    shown = reply["tokens"][1]
    assert shown == {name: value for name, value in made.items() if name != "token"}
    assert (shown["scope"], shown["project"]) == ("read", "alpha")
    assert made["token"] not in str(reply)
    assert token_hash(made["token"]) not in str(reply)


def test_a_token_that_ended_is_not_listed(front: Front) -> None:
    ended = Token(token_hash="a" * 64, user="olga", label="x", is_admin=False, expires_at=1)
    front.services.tokens.put(ended)
    assert front.call("GET", "/api/tokens").body == {"tokens": []}


def test_revoked_access_takes_effect_at_once_for_tokens(front: Front) -> None:
    first, second = make(front), make(front)
    assert front.call("DELETE", f"/api/tokens/{first['id']}").body == {"revoked": 1}
    assert (is_known(front, first), is_known(front, second)) == (False, True)
    assert front.call("DELETE", f"/api/tokens/{first['id']}").status == 404


def test_nobody_revokes_the_token_of_another(front: Front) -> None:
    made = make(front)
    assert front.call("DELETE", f"/api/tokens/{made['id']}", user="mia").status == 404
    assert front.call("DELETE", "/api/tokens", user="mia").body == {"revoked": 0}
    assert front.call("DELETE", "/api/users/olga/tokens", user="mia").status == 404
    assert is_known(front, made)


def test_all_tokens_are_revoked_by_their_user_or_by_an_administrator(front: Front) -> None:
    mine = [make(front), make(front)]
    theirs = make(front, user="mia")
    assert front.call("DELETE", "/api/tokens").body == {"revoked": 2}
    assert [is_known(front, each) for each in (*mine, theirs)] == [False, False, True]
    reply = front.call("DELETE", "/api/users/mia/tokens", user="root", admin=True)
    assert reply.body == {"revoked": 1}
    assert not is_known(front, theirs)


@pytest.mark.parametrize("name", ["a" * 11, "A" * 12, "%20", "T%23"])
def test_a_token_is_revoked_by_its_id_alone(front: Front, name: str) -> None:
    made = make(front)
    assert front.call("DELETE", f"/api/tokens/{name}").status == 404
    assert is_known(front, made)


def test_a_user_has_a_hundred_tokens_at_the_most(
    front: Front, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tokens, "TOKEN_LIMIT", 2)
    first = make(front)
    make(front)
    body = {"label": "x", "days": 1}
    assert front.call("POST", "/api/tokens", body=body).status == 409
    front.call("DELETE", f"/api/tokens/{first['id']}")
    make(front)


def test_a_token_is_made_for_a_project_that_its_user_knows(front: Front) -> None:
    front.project()
    body = {"label": "x", "days": 1, "project": "alpha"}
    there = front.call("POST", "/api/tokens", user="mia", body=body)
    nowhere = front.call("POST", "/api/tokens", user="mia", body={**body, "project": "omega"})
    assert there == nowhere
    assert there.status == 404


def test_a_token_makes_no_other_and_ends_not_all(front: Front) -> None:
    made = make(front)
    body = {"label": "x", "days": 1}
    assert front.call("POST", "/api/tokens", body=body, token_scope="all").status == 403
    assert front.call("DELETE", "/api/tokens", token_scope="all").status == 403
    assert is_known(front, made)


def test_a_token_ends_itself_and_no_other(front: Front) -> None:
    front.project()
    made, other = make(front), make(front)
    path = f"/api/tokens/{made['id']}"
    for project in ("", "alpha"):
        ended = front.call("DELETE", path, token_project=project, token=other["id"])
        assert ended.status == 403
    assert is_known(front, made)
    assert front.call("DELETE", path, token_project="alpha", token=made["id"]).status == 200
    assert not is_known(front, made)


def test_a_token_of_the_same_id_is_not_made(front: Front, monkeypatch: pytest.MonkeyPatch) -> None:
    taken = Token(
        token_hash=token_hash(new_token(b"\0" * 32))[:12] + "f" * 52,
        user="olga",
        label="x",
        is_admin=False,
        expires_at=4_000_000_000,
    )
    front.services.tokens.put(taken)
    unlucky = replace(front.services, random=bytes)
    monkeypatch.setattr(handler, "services", lambda: unlucky)
    handler.edge.cache_clear()
    reply = front.call("POST", "/api/tokens", body={"label": "x", "days": 1})
    handler.edge.cache_clear()
    assert reply.status == 503


def test_the_site_shows_its_version_and_limits(front: Front) -> None:
    shown = front.call("GET", "/api/site", user="mia").body
    assert shown["file_limit_bytes"] == SETTINGS.ranged_limit_bytes
    assert shown["project_creators"] == "everyone"
