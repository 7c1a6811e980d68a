"""What DICOMweb works with: the index and the archive bucket, put together once."""

import os
from dataclasses import dataclass
from functools import cache

from scanloft.aws import clients
from scanloft.aws.access import Access
from scanloft.aws.instances import InstanceIndex
from scanloft.aws.objects import ObjectStore
from scanloft.aws.projects import ProjectIndex
from scanloft.aws.rows import Rows
from scanloft.aws.tombstones import TombstoneIndex
from scanloft.core.settings import DicomwebSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """The adapters of one process."""

    settings: DicomwebSettings
    access: Access
    index: InstanceIndex
    tombstones: TombstoneIndex
    archive: ObjectStore


@cache
def services() -> Services:
    """The services that the environment names."""
    settings = DicomwebSettings.from_env(os.environ)
    rows = Rows(settings.index_table, clients.dynamodb())
    return Services(
        settings=settings,
        access=Access(ProjectIndex(rows)),
        index=InstanceIndex(rows),
        tombstones=TombstoneIndex(rows),
        archive=ObjectStore(settings.archive_bucket, clients.s3()),
    )
