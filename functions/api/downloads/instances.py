"""Downloads: a short-lived address of one instance on the same host."""

import re

from functions.api.edge.request import Answer, Request
from functions.api.edge.shapes import Shown
from functions.api.services import Services
from scanloft.aws.links import public_link
from scanloft.core.errors import NotFound
from scanloft.core.identifiers import is_uid
from scanloft.core.model import Instance

SHA256 = re.compile(r"[0-9a-f]{64}")


class Link(Shown):
    """A short-lived address on the same host, and which bytes of what it serves are meant."""

    url: str
    offset_bytes: int
    size_bytes: int
    sha256: str | None
    expires_in_s: int


def link(services: Services, request: Request) -> Answer:
    """The address, size in bytes and SHA-256 of an instance.

    The bytes are `size_bytes` from `offset_bytes` on of what the address serves. The SHA-256 is
    null for a large instance that S3 put together, as nobody has read all of it.

    Raises:
        NotFound: no such instance in this project.
    """
    instance = _instance(services, request)
    ttl_s = services.settings.download_url_ttl_s
    signed = services.archive.signed_get(
        instance.location.key,
        ttl_s=ttl_s,
        headers={
            "ResponseContentType": "application/dicom",
            "ResponseContentDisposition": f'attachment; filename="{instance.sop_uid}.dcm"',
        },
    )
    url = public_link(
        signed,
        bucket=services.settings.archive_bucket,
        key=instance.location.key,
        public_base_url=services.settings.public_base_url,
    )
    return Answer(
        Link(
            url=url,
            offset_bytes=instance.location.offset,
            size_bytes=instance.location.length,
            sha256=instance.sha256 if SHA256.fullmatch(instance.sha256) else None,
            expires_in_s=ttl_s,
        )
    )


def _instance(services: Services, request: Request) -> Instance:
    study, series, sop = (request.path[part] for part in ("study", "series", "sop"))
    if is_uid(study) and is_uid(series) and is_uid(sop):
        instance = services.instances.instance(request.path["project"], study, series, sop)
        if instance is not None and request.presence.sees([instance.site]):
            return instance
    raise NotFound("There is no such instance in this project.")
