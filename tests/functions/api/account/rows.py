"""What the routes of one's own answer whom."""

from collections.abc import Mapping

from scanloft.core.model import Token
from tests.functions.api.front import Front
from tests.functions.api.matrix.row import Row


def of_everybody(front: Front) -> Mapping[str, str]:
    """Everybody has a token that is called the same."""
    for user in ("olga", "outsider", "root"):
        token = Token(
            token_hash=f"{'a' * 12}{user}",
            user=user,
            label="x",
            is_admin=False,
            expires_at=4_000_000_000,
        )
        front.services.tokens.put(token)
    return {"token": "a" * 12}


ROWS = {
    "whoami": Row(owner=200),
    "site_show": Row(owner=200),
    "token_list": Row(owner=200),
    "token_create": Row(owner=201, body={"label": "script", "days": 1}),
    "token_revoke": Row(owner=200, prepare=of_everybody),
    "token_revoke_all": Row(owner=200),
    "user_token_revoke_all": Row(owner=404, admin=200, parts={"user": "mia"}),
}
