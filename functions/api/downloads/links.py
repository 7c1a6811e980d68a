"""Short-lived addresses on the same host."""

from functions.api.services import Services
from scanloft.aws.links import public_link


def address(
    services: Services, key: str, *, ttl_s: int, content_type: str, file_name: str = ""
) -> str:
    """An address that serves an object of the archive bucket for `ttl_s` seconds.

    It is saved as a file, of this name if any; only names that identify nobody may be given, as
    addresses end up in logs.
    """
    name = f'; filename="{file_name}"' if file_name else ""
    signed = services.archive.signed_get(
        key,
        ttl_s=ttl_s,
        headers={
            "ResponseContentType": content_type,
            "ResponseContentDisposition": f"attachment{name}",
        },
    )
    return public_link(
        signed,
        bucket=services.settings.archive_bucket,
        key=key,
        public_base_url=services.settings.public_base_url,
    )
