"""What the API works with: the index, the buckets, the clock and chance, put together once."""

import os
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache

from scanloft.aws import clients
from scanloft.aws.access import Access
from scanloft.aws.audit import AuditLog
from scanloft.aws.instances import InstanceIndex
from scanloft.aws.objects import ObjectStore
from scanloft.aws.projects import ProjectIndex, SecretStore
from scanloft.aws.quarantine import QuarantineIndex
from scanloft.aws.rows import Rows
from scanloft.aws.tokens import TokenIndex
from scanloft.aws.uploads import UploadIndex
from scanloft.core.settings import ApiSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """The adapters of one process; `now` and `random` are replaced in tests."""

    settings: ApiSettings
    access: Access
    projects: ProjectIndex
    project_secrets: SecretStore
    uploads: UploadIndex
    quarantine: QuarantineIndex
    instances: InstanceIndex
    tokens: TokenIndex
    audit: AuditLog
    inbox: ObjectStore
    archive: ObjectStore
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    random: Callable[[int], bytes] = secrets.token_bytes


@cache
def services() -> Services:
    """The services that the environment names."""
    settings = ApiSettings.from_env(os.environ)
    rows = Rows(settings.index_table, clients.dynamodb())
    projects = ProjectIndex(rows)
    return Services(
        settings=settings,
        access=Access(projects),
        projects=projects,
        project_secrets=SecretStore(Rows(settings.pseudonyms_table, clients.dynamodb())),
        uploads=UploadIndex(rows),
        quarantine=QuarantineIndex(rows),
        instances=InstanceIndex(rows),
        tokens=TokenIndex(rows),
        audit=AuditLog(Rows(settings.audit_table, clients.dynamodb())),
        inbox=ObjectStore(settings.inbox_bucket, clients.s3()),
        archive=ObjectStore(settings.archive_bucket, clients.s3()),
    )
