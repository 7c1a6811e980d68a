"""Personal access tokens in the index table, found by their SHA-256."""

from scanloft.aws.rows import Rows
from scanloft.core.items import token_item
from scanloft.core.model import Token


class TokenIndex:
    """The personal access tokens of all users."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    def put(self, token: Token) -> None:
        """Writes a token."""
        self._rows.put(
            token_item(token.token_hash),
            {
                "user": token.user,
                "label": token.label,
                "admin": token.is_admin,
                "expires_at": token.expires_at,
            },
        )

    def token(self, token_hash: str) -> Token | None:
        """The token with this hash, None where there is none."""
        row = self._rows.get(token_item(token_hash))
        if row is None:
            return None
        return Token(
            token_hash=token_hash,
            user=row["user"],
            label=row["label"],
            is_admin=row["admin"],
            expires_at=row["expires_at"],
        )

    def revoke(self, token_hash: str) -> None:
        """Ends a token at once."""
        self._rows.delete(token_item(token_hash))
