"""Personal access tokens, for programs that act for a user.

A token ends with its date, when its user or a site administrator revokes it. What it opens is what
its user may do then: a membership that ended is closed to the user's tokens at once.
"""

from datetime import UTC, datetime, timedelta
from typing import Annotated

from pydantic import Field

from functions.api.edge.clock import timestamp
from functions.api.edge.request import Answer, Request
from functions.api.edge.shapes import Body, Line, Shown
from functions.api.services import Services
from scanloft.core.errors import Conflict, Forbidden, InvalidRequest, NotFound, Unavailable
from scanloft.core.identifiers import PROJECT, USER
from scanloft.core.model import Token, TokenScope
from scanloft.core.roles import Right
from scanloft.core.tokens import ID, TOKEN_BYTES, id_of, is_free, new_token, token_hash

LABEL_LIMIT = 64
DAYS_LIMIT = 365
TOKEN_LIMIT = 100


class NewToken(Body):
    """What a new token is called, what it may do and where, and for how many days it lasts."""

    label: Annotated[Line, Field(min_length=1, max_length=LABEL_LIMIT)]
    days: Annotated[int, Field(ge=1, le=DAYS_LIMIT)]
    scope: TokenScope = TokenScope.ALL
    project: Annotated[str, Field(pattern=f"^({PROJECT.pattern})?$", max_length=32)] = ""
    admin: bool = False


class TokenShown(Shown):
    """A token, without its secret."""

    id: str
    label: str
    scope: TokenScope
    project: str
    admin: bool
    created_at: str
    expires_at: str


class ShownOnce(TokenShown):
    """A new token, shown now and never again."""

    token: str


class TokenList(Shown):
    """The caller's tokens, those that end first at the beginning."""

    tokens: list[TokenShown]


class Revoked(Shown):
    """How many tokens ended."""

    revoked: int


def create(services: Services, request: Request) -> Answer:
    """A new token of the caller: shown now and never again, only its hash is kept.

    Raises:
        Forbidden: the rights of an administrator asked for by somebody else; or a token asks, which
            could live for ever by making its own successors.
        NotFound: a project that the caller knows nothing of.
        Conflict: the caller has a hundred already.
    """
    if request.caller.by_token:
        raise Forbidden("A token cannot make another one: sign in to make tokens.")
    wanted = request.body(NewToken)
    if wanted.admin and not request.caller.is_admin:
        raise Forbidden('Only site administrators make tokens with "admin": leave it out.')
    if wanted.project:
        services.access.enter(request.caller, project=wanted.project, rights=Right)
    secret = _drawn(services, request.caller.user)
    now = services.now()
    token = Token(
        token_hash=token_hash(secret),
        user=request.caller.user,
        label=wanted.label,
        is_admin=wanted.admin,
        expires_at=int((now + timedelta(days=wanted.days)).timestamp()),
        scope=wanted.scope,
        project=wanted.project,
        created_at=timestamp(now),
    )
    services.tokens.put(token)
    return Answer(ShownOnce(**_shown(token).model_dump(), token=secret))


def listed(services: Services, request: Request) -> Answer:
    """The tokens of the caller that have not ended."""
    tokens = sorted(_living(services, request.caller.user), key=lambda token: token.expires_at)
    return Answer(TokenList(tokens=[_shown(token) for token in tokens]))


def revoke(services: Services, request: Request) -> Answer:
    """Ends a token of the caller at once; a token ends itself alone.

    Raises:
        Forbidden: a token names another one.
        NotFound: the caller has no such token.
    """
    name = request.path["token"]
    if request.caller.by_token and name != request.caller.token:
        raise Forbidden("A token ends itself alone: sign in to end others.")
    found = [
        token
        for token in services.tokens.tokens(request.caller.user)
        if ID.fullmatch(name) and id_of(token.token_hash) == name
    ]
    if not found:
        raise NotFound("You have no such token: it may have ended already.")
    return _revoked(services, found)


def revoke_all(services: Services, request: Request) -> Answer:
    """Ends all tokens of the caller at once.

    Raises:
        Forbidden: a token asks: one that was stolen could keep its user's programs out.
    """
    if request.caller.by_token:
        raise Forbidden("A token cannot end the others: sign in to end all tokens.")
    return _revoked(services, list(services.tokens.tokens(request.caller.user)))


def revoke_all_of_user(services: Services, request: Request) -> Answer:
    """Ends all tokens of a user at once: for who left, or whose tokens were lost.

    Raises:
        InvalidRequest: nothing that a user is named by.
    """
    user = request.path["user"]
    if USER.fullmatch(user) is None:
        raise InvalidRequest("A user is named by the identity provider, as in /api/whoami.")
    return _revoked(services, list(services.tokens.tokens(user)))


def _drawn(services: Services, user: str) -> str:
    living = [token.token_hash for token in _living(services, user)]
    if len(living) >= TOKEN_LIMIT:
        raise Conflict(f"You have {TOKEN_LIMIT} tokens, which is the most: revoke one first.")
    secret = new_token(services.random(TOKEN_BYTES))
    if not is_free(token_hash(secret), living):
        raise Unavailable("The token could not be named: try again.")
    return secret


def _living(services: Services, user: str) -> list[Token]:
    """The tokens that have not ended; ended ones are cleared away by the table, days later."""
    now = services.now().timestamp()
    return [token for token in services.tokens.tokens(user) if token.expires_at > now]


def _revoked(services: Services, tokens: list[Token]) -> Answer:
    for token in tokens:
        services.tokens.revoke(token.user, token.token_hash)
    return Answer(Revoked(revoked=len(tokens)))


def _shown(token: Token) -> TokenShown:
    return TokenShown(
        id=id_of(token.token_hash),
        label=token.label,
        scope=token.scope,
        project=token.project,
        admin=token.is_admin,
        created_at=token.created_at,
        expires_at=timestamp(datetime.fromtimestamp(token.expires_at, UTC)),
    )
