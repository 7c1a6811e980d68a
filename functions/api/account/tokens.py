"""Personal access tokens, for programs that act for a user."""

from datetime import UTC, datetime, timedelta
from typing import Annotated

from pydantic import Field

from functions.api.edge.clock import timestamp
from functions.api.edge.request import Answer, Request
from functions.api.edge.shapes import Body, Line, Shown
from functions.api.services import Services
from scanloft.core.errors import Forbidden
from scanloft.core.model import Token
from scanloft.core.tokens import TOKEN_BYTES, new_token, token_hash

LABEL_LIMIT = 64
DAYS_LIMIT = 365


class NewToken(Body):
    """What a new token is called, and for how many days it lasts."""

    label: Annotated[Line, Field(min_length=1, max_length=LABEL_LIMIT)]
    days: Annotated[int, Field(ge=1, le=DAYS_LIMIT)]
    admin: bool = False


class ShownOnce(Shown):
    """A new token, shown now and never again."""

    token: str
    label: str
    admin: bool
    expires_at: str


def create(services: Services, request: Request) -> Answer:
    """A new token of the caller: shown now and never again, only its hash is kept.

    Raises:
        Forbidden: the rights of an administrator asked for by somebody else; or a token asks, which
            could live for ever by making its own successors.
    """
    if request.caller.by_token:
        raise Forbidden("A token cannot make another one: sign in to make tokens.")
    wanted = request.body(NewToken)
    if wanted.admin and not request.caller.is_admin:
        raise Forbidden('Only site administrators make tokens with "admin": leave it out.')
    secret = new_token(services.random(TOKEN_BYTES))
    token = Token(
        token_hash=token_hash(secret),
        user=request.caller.user,
        label=wanted.label,
        is_admin=wanted.admin,
        expires_at=int((services.now() + timedelta(days=wanted.days)).timestamp()),
    )
    services.tokens.put(token)
    return Answer(
        ShownOnce(
            token=secret,
            label=token.label,
            admin=token.is_admin,
            expires_at=timestamp(datetime.fromtimestamp(token.expires_at, UTC)),
        )
    )
