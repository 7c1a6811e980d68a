"""The addresses of what DICOMweb serves, on the public base, and of objects beyond an answer."""

from collections.abc import Mapping

from functions.dicomweb.request import PRIVATE
from functions.dicomweb.services import Services
from scanloft.aws.gateway import Reply
from scanloft.aws.links import public_link


def dicomweb_url(services: Services, project: str) -> str:
    """The root of the service in a project."""
    return f"{services.settings.public_base_url}/api/projects/{project}/dicomweb"


def study_url(services: Services, project: str, study_uid: str) -> str:
    """Where a study is retrieved."""
    return f"{dicomweb_url(services, project)}/studies/{study_uid}"


def series_url(services: Services, project: str, study_uid: str, series_uid: str) -> str:
    """Where a series is retrieved."""
    return f"{study_url(services, project, study_uid)}/series/{series_uid}"


def see_object(services: Services, key: str, *, headers: Mapping[str, str]) -> Reply:
    """Sends the client to an object that is too large for an answer, on the same host.

    `headers` are those of the object's answer, by their S3 parameter name.
    """
    settings = services.settings
    signed = services.archive.signed_get(key, ttl_s=settings.download_url_ttl_s, headers=headers)
    location = public_link(
        signed,
        bucket=settings.archive_bucket,
        key=key,
        public_base_url=settings.public_base_url,
    )
    return Reply(303, headers={"Location": location, "Cache-Control": "no-store", **PRIVATE})
