"""Who calls: what the authorise function found out, as the handlers behind it receive it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from scanloft.core.errors import Unauthenticated


@dataclass(frozen=True, slots=True)
class Caller:
    """A user, named by the identity provider's `sub`; site administrators see every project."""

    user: str
    is_admin: bool = False
    by_token: bool = False
    """Whether a personal access token speaks, and not a person who signed in."""

    def to_context(self) -> dict[str, str]:
        """The context of an HTTP API Lambda authorizer (payload 2.0)."""
        return {
            "user": self.user,
            "admin": "true" if self.is_admin else "false",
            "by_token": "true" if self.by_token else "false",
        }

    @classmethod
    def from_context(cls, context: Mapping[str, object]) -> Self:
        """The caller from `requestContext.authorizer.lambda` of an HTTP API event.

        Raises:
            Unauthenticated: the context names nobody.
        """
        user = context.get("user")
        if not isinstance(user, str) or not user:
            raise Unauthenticated("Sign in, or send a personal access token as a bearer token.")
        return cls(
            user=user,
            is_admin=context.get("admin") == "true",
            by_token=context.get("by_token") == "true",
        )
