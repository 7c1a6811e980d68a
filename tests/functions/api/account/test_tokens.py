from datetime import UTC, datetime, timedelta

import boto3
import pytest

from scanloft.core.tokens import is_token, token_hash
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
