"""Downloads: a short-lived address of one instance on the same host."""

from functions.api.downloads.links import address
from functions.api.edge.request import Answer, Request
from functions.api.edge.shapes import Shown
from functions.api.hierarchy.places import session_of
from functions.api.hierarchy.refusals import gone
from functions.api.services import Services
from scanloft.contents.contents import DICOM, SHA256
from scanloft.contents.standing import hidden_by_level
from scanloft.core.annotations import Level
from scanloft.core.errors import NotFound
from scanloft.core.hierarchy import scan_name
from scanloft.core.identifiers import is_uid
from scanloft.core.model import Instance, Study


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
        NotFound: no such instance in this project, nor in what is shared with it.
        Gone: its scan, session or subject is deleted.
    """
    instance = _instance(services, request)
    ttl_s = services.settings.download_url_ttl_s
    url = address(
        services,
        instance.location.key,
        ttl_s=ttl_s,
        content_type=DICOM,
        file_name=f"{instance.sop_uid}.dcm",
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
        instance = services.instances.instance(request.project, study, series, sop)
        if instance is None:
            session = session_of(services, request)
            instance = services.instances.instance(session.study.project, study, series, sop)
        elif not request.presence.sees([instance.site]):
            instance = None
        if instance is not None:
            _check_kept(services, instance)
            return instance
    raise NotFound("There is no such instance in this project.")


def _check_kept(services: Services, instance: Instance) -> None:
    """Raises:
    Gone: its scan, its session, the one that this was merged into, or their subject is deleted.
    """
    project, uid = instance.project, instance.study_uid
    # A session has no row before its first image is summarised, nor when all of it is deleted.
    study = services.instances.study(project, uid)
    study = study or Study(project, uid, 1, 1, 0, (), instance.attributes)
    hidden_by = hidden_by_level(services.shelves, project, uid, study)
    if hidden_by:
        raise gone(hidden_by)
    scan = scan_name(uid, instance.series_uid)
    if services.tombstones.one(project, Level.SCAN, scan) is not None:
        raise gone(Level.SCAN)
