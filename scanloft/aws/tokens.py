"""Personal access tokens in the index table, found by their SHA-256."""

from collections.abc import Iterator, Mapping
from typing import Any

from scanloft.aws.rows import Rows, Value
from scanloft.core.items import token_item
from scanloft.core.items_of_people import TOKEN_SORT, token_listing_item, tokens_partition
from scanloft.core.model import Token, TokenScope


class TokenIndex:
    """The personal access tokens of all users."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    def put(self, token: Token) -> None:
        """Writes a token; the row by which it is listed first, so that none is ever hidden."""
        row: dict[str, Value] = {
            "token_hash": token.token_hash,
            "user": token.user,
            "label": token.label,
            "admin": token.is_admin,
            "scope": token.scope.value,
            "project": token.project,
            "created_at": token.created_at,
            "expires_at": token.expires_at,
        }
        self._rows.put(token_listing_item(token.user, token.token_hash), row)
        self._rows.put(token_item(token.token_hash), row)

    def token(self, token_hash: str) -> Token | None:
        """The token with this hash, None where there is none."""
        row = self._rows.get(token_item(token_hash))
        return None if row is None else _token(row)

    def tokens(self, user: str) -> Iterator[Token]:
        """The tokens of a user."""
        return map(_token, self._rows.query(tokens_partition(user), sort_prefix=TOKEN_SORT))

    def revoke(self, user: str, token_hash: str) -> None:
        """Ends a token at once; the row that lets it in goes first."""
        self._rows.delete(token_item(token_hash))
        self._rows.delete(token_listing_item(user, token_hash))


def _token(row: Mapping[str, Any]) -> Token:
    return Token(
        token_hash=row["token_hash"],
        user=row["user"],
        label=row["label"],
        is_admin=row["admin"],
        expires_at=row["expires_at"],
        scope=TokenScope(row["scope"]),
        project=row["project"],
        created_at=row["created_at"],
    )
