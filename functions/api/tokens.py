"""Personal access tokens, for programs that act for a user."""

from datetime import UTC, datetime, timedelta

from functions.api.clock import timestamp
from functions.api.fields import body_fields, flag, text, whole
from functions.api.request import Answer, Request
from functions.api.services import Services
from scanloft.core.errors import Forbidden
from scanloft.core.model import Token
from scanloft.core.tokens import TOKEN_BYTES, new_token, token_hash

LABEL_LIMIT = 64
DAYS_LIMIT = 365


def create(services: Services, request: Request) -> Answer:
    """A new token of the caller: shown now and never again, only its hash is kept.

    Raises:
        InvalidRequest: no label, or more than 365 days.
        Forbidden: the rights of an administrator asked for by somebody else; or a token asks, which
            could live for ever by making its own successors.
    """
    if request.caller.by_token:
        raise Forbidden("A token cannot make another one: sign in to make tokens.")
    fields = body_fields(request.body, allowed=("label", "days", "admin"))
    label = text(fields, "label", limit=LABEL_LIMIT)
    days = whole(fields, "days", least=1, most=DAYS_LIMIT)
    is_admin = flag(fields, "admin")
    if is_admin and not request.caller.is_admin:
        raise Forbidden('Only site administrators make tokens with "admin": leave it out.')
    secret = new_token(services.random(TOKEN_BYTES))
    token = Token(
        token_hash=token_hash(secret),
        user=request.caller.user,
        label=label,
        is_admin=is_admin,
        expires_at=int((services.now() + timedelta(days=days)).timestamp()),
    )
    services.tokens.put(token)
    return Answer({"token": secret, **_described(token)}, status=201)


def _described(token: Token) -> dict[str, object]:
    return {
        "label": token.label,
        "admin": token.is_admin,
        "expires_at": timestamp(datetime.fromtimestamp(token.expires_at, UTC)),
    }
