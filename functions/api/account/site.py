"""The archive as a whole: its version, and the settings that its users meet."""

from functions.api.edge.request import Answer, Request
from functions.api.edge.shapes import Shown
from functions.api.services import Services
from scanloft import __version__


class Site(Shown):
    """What is the same for everybody."""

    version: str
    project_creators: str
    file_limit_bytes: int
    archive_file_limit_bytes: int
    upload_url_ttl_s: int
    download_url_ttl_s: int


def show(services: Services, _request: Request) -> Answer:
    """Version and limits of the archive."""
    settings = services.settings
    return Answer(
        Site(
            version=__version__,
            project_creators=settings.project_creators,
            file_limit_bytes=settings.ranged_limit_bytes,
            archive_file_limit_bytes=settings.archive_file_limit_bytes,
            upload_url_ttl_s=settings.upload_url_ttl_s,
            download_url_ttl_s=settings.download_url_ttl_s,
        )
    )
