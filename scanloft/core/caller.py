"""Who calls: what the authorise function found out, as the handlers behind it receive it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from scanloft.core.errors import Unauthenticated
from scanloft.core.model import TokenScope
from scanloft.core.roles import Right

RIGHTS_BY_SCOPE: dict[TokenScope, frozenset[Right]] = {
    TokenScope.READ: frozenset({Right.ENTER, Right.READ}),
    TokenScope.SUBMIT: frozenset({Right.ENTER, Right.SUBMIT}),
    TokenScope.WRITE: frozenset({Right.ENTER, Right.READ, Right.SUBMIT, Right.EDIT}),
    TokenScope.ALL: frozenset(Right),
}
"""What a personal access token leaves of the rights of its user."""


@dataclass(frozen=True, slots=True)
class Caller:
    """A user, named by the identity provider's `sub`; site administrators see every project.

    `by_token`: whether a personal access token speaks, and not a person who signed in. It may do
    what its scope says, and where it names a project, in that one alone. `token` is its ID.
    """

    user: str
    is_admin: bool = False
    by_token: bool = False
    scope: TokenScope = TokenScope.ALL
    project: str = ""
    token: str = ""

    @property
    def rights(self) -> frozenset[Right]:
        """The rights that the caller's credentials leave."""
        return RIGHTS_BY_SCOPE[self.scope]

    def may_enter(self, project: str) -> bool:
        """Whether the caller's credentials open this project at all."""
        return self.project in ("", project)

    def to_context(self) -> dict[str, str]:
        """The context of an HTTP API Lambda authorizer (payload 2.0)."""
        return {
            "user": self.user,
            "admin": "true" if self.is_admin else "false",
            "by_token": "true" if self.by_token else "false",
            "scope": self.scope.value,
            "project": self.project,
            "token": self.token,
        }

    @classmethod
    def from_context(cls, context: Mapping[str, object]) -> Self:
        """The caller from `requestContext.authorizer.lambda` of an HTTP API event.

        Raises:
            Unauthenticated: the context names nobody, or a scope that there is not.
        """
        user, scope = context.get("user"), context.get("scope", TokenScope.ALL.value)
        if not isinstance(user, str) or not user or scope not in tuple(TokenScope):
            raise Unauthenticated("Sign in, or send a personal access token as a bearer token.")
        return cls(
            user=user,
            is_admin=context.get("admin") == "true",
            by_token=context.get("by_token") == "true",
            scope=TokenScope(str(scope)),
            project=str(context.get("project", "")),
            token=str(context.get("token", "")),
        )


NOBODY = Caller(user="")
"""The caller of a route that is open to everybody."""
