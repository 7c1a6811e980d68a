"""The Lambda authorizer of the HTTP API (payload 2.0, simple responses)."""

import os
import time
from collections.abc import Mapping
from functools import cache
from typing import Any

from aws_lambda_powertools import Logger

from functions.authorise.credentials import Credentials, bearer_token
from functions.authorise.signing_keys import SigningKeys, fetch_over_http
from scanloft.aws import clients
from scanloft.aws.rows import Rows
from scanloft.aws.tokens import TokenIndex
from scanloft.core.errors import Unauthenticated
from scanloft.core.settings import AuthoriseSettings


def handler(event: Mapping[str, Any], context: object) -> dict[str, Any]:
    """Says whether the request goes on, and as whom.

    In: {"version": "2.0", "type": "REQUEST", "identitySource": ["Bearer ..."], "headers": {...}}.
    Out: {"isAuthorized": true, "context": {"user": "...", "admin": "false"}}, or
    {"isAuthorized": false}, which API Gateway answers with 403. Reads one row for a personal
    access token; fetches the keys of the identity provider now and then.

    Raises:
        Unavailable: it cannot be found out now; API Gateway answers 500 and lets nobody in.
    """
    try:
        caller = _credentials().caller(bearer_token(event))
    except Unauthenticated as refusal:
        _logger().info("A request was not authorised.", extra={"cause": refusal.facts["cause"]})
        return {"isAuthorized": False}
    return {"isAuthorized": True, "context": caller.to_context()}


@cache
def _credentials() -> Credentials:
    settings = AuthoriseSettings.from_env(os.environ)
    return Credentials(
        tokens=TokenIndex(Rows(settings.index_table, clients.dynamodb())),
        keys=SigningKeys(settings.jwks_url, fetch=fetch_over_http, clock=time.monotonic),
        issuer=settings.token_issuer,
        client_id=settings.client_id,
        clock=time.time,
    )


@cache
def _logger() -> Logger:
    return Logger(service="authorise")
