"""Idempotency keys: a request that is sent again with its key is answered as the first time.

Routes that make something take them. The answer is kept for a day, under the caller, what they
may do, the route, the path and the key. While the first request runs, the second is asked to wait;
one that broke off is forgotten after a minute.
"""

import hashlib
import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from functions.api.edge.request import Answer, Request
from functions.api.edge.services import EdgeServices
from scanloft.aws.rows import Row
from scanloft.core.errors import Conflict, InvalidRequest, KeyUsed
from scanloft.core.items_of_people import idempotency_item

if TYPE_CHECKING:
    from functions.api.edge.route import Route

HEADER = "idempotency-key"
KEY_LIMIT = 128
KEPT_S = 24 * 3600
RUNS_S = 60
"""Longer than a request may take."""
KEPT_LIMIT_BYTES = 300_000
"""DynamoDB takes items of 400 kB; a larger answer is made anew."""

Done = Callable[[EdgeServices, Request], tuple[int, Answer]]


def once(
    route: "Route", services: EdgeServices, request: Request, done: Done
) -> tuple[int, Answer]:
    """Does it, or answers as it was answered before under the same key.

    Raises:
        InvalidRequest: a key that cannot be used.
        Conflict: the first request still runs.
        KeyUsed: the key was used for something else, or the answer is shown once only.
    """
    key = request.headers.get(HEADER)
    if key is None:
        return done(services, request)
    if not 1 <= len(key) <= KEY_LIMIT or not key.isascii() or not key.isprintable():
        raise InvalidRequest(f'"Idempotency-Key" has 1 to {KEY_LIMIT} printable characters.')
    place = idempotency_item(
        request.caller.user, _digest(route.name, dict(request.path), key, _standing(request))
    )
    content = _digest(request.raw_body.hex())
    now = int(services.now().timestamp())
    claim: Row = {
        "content": content,
        "status": 0,
        "body": "",
        "etag": "",
        "expires_at": now + RUNS_S,
    }
    claimed = services.rows.put_if(
        place,
        claim,
        condition="attribute_not_exists(PK) OR #expires_at < :expires_at",
        values={"expires_at": now},
    )
    if not claimed:
        return _again(route, services.rows.get(place), content=content)
    try:
        status, answer = done(services, request)
    except Exception:
        services.rows.delete(place)
        raise
    body = answer.body.model_dump_json() if answer.body is not None else ""
    kept = "" if route.shows_secret else body
    if len(kept.encode()) > KEPT_LIMIT_BYTES:
        services.rows.delete(place)
    else:
        finished: Row = {"status": status, "body": kept, "etag": answer.etag}
        services.rows.put(place, {**claim, **finished, "expires_at": now + KEPT_S})
    return status, answer


def _again(route: "Route", row: dict[str, Any] | None, *, content: str) -> tuple[int, Answer]:
    if row is None or row["status"] == 0:
        raise Conflict("The first request with this Idempotency-Key still runs: try again.")
    if row["content"] != content:
        raise KeyUsed("This Idempotency-Key was used for another request: draw a new one.")
    if route.shows_secret:
        raise KeyUsed("This was done already, and what it made is shown only once.")
    shape = route.answer
    body = shape.model_validate_json(row["body"]) if shape and row["body"] else None
    return int(row["status"]), Answer(body, etag=row["etag"])


def _standing(request: Request) -> tuple[Any, ...]:
    """What decides which answer the caller may see: where it changed, it is another request."""
    caller, presence = request.caller, request.in_project
    if presence is None:
        return caller.is_admin, sorted(caller.rights)
    return presence.role, presence.site, sorted(presence.rights)


def _digest(*parts: Any) -> str:
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()
