"""Checking signed addresses as S3 does (SigV4 in the query), because the local S3 does not."""

import hmac
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qsl, quote, urlsplit

from botocore.auth import S3SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from scanloft.core.errors import Forbidden

LONGEST_S = 7 * 24 * 3600
CLOCK_SKEW = timedelta(minutes=15)
DATE_FORMAT = "%Y%m%dT%H%M%SZ"
SIGNATURE = "X-Amz-Signature"


def check_signature(
    url: str, *, credentials: Credentials, region: str, now: datetime, method: str = "GET"
) -> None:
    """Lets a signed address pass.

    Raises:
        Forbidden: not signed with these credentials, changed since, or past its time.
    """
    parts = urlsplit(url)
    pairs = parse_qsl(parts.query, keep_blank_values=True)
    query = dict(pairs)
    if len(query) != len(pairs):
        raise Forbidden("This address has a parameter twice: ask the archive for a new one.")
    try:
        given = query.pop(SIGNATURE)
        signed_at = datetime.strptime(query["X-Amz-Date"], DATE_FORMAT).replace(tzinfo=UTC)
        lasts_s = int(query["X-Amz-Expires"])
    except (KeyError, ValueError) as error:
        raise Forbidden("This address is not signed: ask the archive for a new one.") from error
    early = now < signed_at - CLOCK_SKEW
    if early or not 0 < lasts_s <= LONGEST_S or now > signed_at + timedelta(seconds=lasts_s):
        raise Forbidden(
            "This address has expired or is not valid yet: ask the archive for a new one."
        )
    expected = _signature(url, query, credentials=credentials, region=region, method=method)
    if not hmac.compare_digest(given, expected):
        raise Forbidden("The signature of this address is wrong: ask for a new one.")


def _signature(
    url: str, query: dict[str, str], *, credentials: Credentials, region: str, method: str
) -> str:
    signer = S3SigV4QueryAuth(credentials, "s3", region)
    canonical = "&".join(f"{quote(k, safe='')}={quote(v, safe='')}" for k, v in query.items())
    request = AWSRequest(method=method, url=f"{url.partition('?')[0]}?{canonical}")
    request.context["timestamp"] = query["X-Amz-Date"]
    text = signer.string_to_sign(request, signer.canonical_request(request))
    return str(signer.signature(text, request))
