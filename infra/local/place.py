"""The local place: what everything is called there, and the environment of each function."""

from dataclasses import dataclass

from scanloft.core.blueprint import (
    ARCHIVE,
    DELIVER_QUEUE,
    EXPORT_QUEUE,
    INBOX,
    SUMMARISE_QUEUE,
    TRANSFER_QUEUE,
    Bucket,
    Queue,
)
from scanloft.core.settings import (
    AnonymiseSettings,
    ApiSettings,
    AuthoriseSettings,
    BridgeSettings,
    CustodySettings,
    DeliverSettings,
    DicomwebSettings,
    ExportSettings,
    IngestSettings,
    ReviewSettings,
    Settings,
    SummariseSettings,
    SweepSettings,
    TransferSettings,
    UnpackSettings,
)
from scanloft.core.tables import AUDIT, INDEX, PSEUDONYMS, SECRETS, Table
from scanloft.core.targets import Targets

REGION = "eu-central-1"
ACCOUNT = "123456789012"
CREDENTIALS = {
    "AWS_ACCESS_KEY_ID": "local-access-key",
    "AWS_SECRET_ACCESS_KEY": "local-secret-key",  # guards nothing: loopback, and gone at the end
    "AWS_DEFAULT_REGION": REGION,
    "AWS_EC2_METADATA_DISABLED": "true",
}
VISIBILITY_TIMEOUT_S = 30
"""Shorter than on AWS: a batch takes seconds here, and a killed worker is seen to recover."""
SUMMARISE_DELAY_S = 1
"""Shorter than on AWS: whoever tries it out waits in front of the screen."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where the local archive listens and what its parts are called."""

    aws_port: int
    http_port: int
    user_pool: str
    client_id: str

    @property
    def aws_url(self) -> str:
        """The address of the AWS services."""
        return aws_url(self.aws_port)

    @property
    def public_base_url(self) -> str:
        """The address of the archive itself."""
        return f"http://127.0.0.1:{self.http_port}"

    def environment(self) -> dict[str, str]:
        """The environment of all functions: credentials, endpoint and settings."""
        environment = aws_environment(self.aws_port)
        for settings in self._settings():
            for name, value in settings.to_env().items():
                if environment.setdefault(name, value) != value:
                    raise ValueError(f"{name} has two meanings: give one of them another name.")
        return environment

    def _settings(self) -> tuple[Settings, ...]:
        inbox, archive = bucket_name(INBOX), bucket_name(ARCHIVE)
        index, secrets = table_name(INDEX), table_name(SECRETS)
        pseudonyms, audit = table_name(PSEUDONYMS), table_name(AUDIT)
        base = self.public_base_url
        return (
            *self._settings_of_the_api(),
            *self._settings_of_what_comes_later(),
            AnonymiseSettings(
                inbox_bucket=inbox,
                archive_bucket=archive,
                index_table=index,
                secrets_table=secrets,
                pseudonyms_table=pseudonyms,
            ),
            UnpackSettings(inbox_bucket=inbox, index_table=index, secrets_table=secrets),
            IngestSettings(
                archive_bucket=archive,
                index_table=index,
                summarise_queue_url=self.queue_url(SUMMARISE_QUEUE),
                summarise_delay_s=SUMMARISE_DELAY_S,
            ),
            SummariseSettings(
                archive_bucket=archive,
                index_table=index,
                deliver_queue_url=self.queue_url(DELIVER_QUEUE),
                public_base_url=base,
            ),
            ExportSettings(
                archive_bucket=archive,
                index_table=index,
                export_queue_url=self.queue_url(EXPORT_QUEUE),
            ),
            CustodySettings(index_table=index, pseudonyms_table=pseudonyms, audit_table=audit),
            ReviewSettings(
                inbox_bucket=inbox,
                index_table=index,
                audit_table=audit,
                deliver_queue_url=self.queue_url(DELIVER_QUEUE),
            ),
            DicomwebSettings(archive_bucket=archive, index_table=index, public_base_url=base),
            AuthoriseSettings(
                index_table=index,
                token_issuer=f"https://cognito-idp.{REGION}.amazonaws.com/{self.user_pool}",
                jwks_url=f"{self.aws_url}/{self.user_pool}/.well-known/jwks.json",
                client_id=self.client_id,
            ),
        )

    def _settings_of_the_api(self) -> tuple[Settings, ...]:
        inbox, archive = bucket_name(INBOX), bucket_name(ARCHIVE)
        index, secrets = table_name(INDEX), table_name(SECRETS)
        audit, base = table_name(AUDIT), self.public_base_url
        return (
            ApiSettings(
                inbox_bucket=inbox,
                archive_bucket=archive,
                index_table=index,
                secrets_table=secrets,
                audit_table=audit,
                export_queue_url=self.queue_url(EXPORT_QUEUE),
                deliver_queue_url=self.queue_url(DELIVER_QUEUE),
                public_base_url=base,
                summarise_queue_url=self.queue_url(SUMMARISE_QUEUE),
                transfer_queue_url=self.queue_url(TRANSFER_QUEUE),
                project_creators="everyone",
                webhook_targets=Targets.LOOPBACK,
            ),
            DeliverSettings(
                index_table=index,
                deliver_queue_url=self.queue_url(DELIVER_QUEUE),
                webhook_targets=Targets.LOOPBACK,
            ),
        )

    def _settings_of_what_comes_later(self) -> tuple[Settings, ...]:
        inbox, archive = bucket_name(INBOX), bucket_name(ARCHIVE)
        index = table_name(INDEX)
        return (
            SweepSettings(
                inbox_bucket=inbox,
                archive_bucket=archive,
                index_table=index,
                summarise_queue_url=self.queue_url(SUMMARISE_QUEUE),
            ),
            TransferSettings(
                archive_bucket=archive,
                index_table=index,
                summarise_queue_url=self.queue_url(SUMMARISE_QUEUE),
                transfer_queue_url=self.queue_url(TRANSFER_QUEUE),
            ),
        )

    def queue_url(self, queue: Queue) -> str:
        """The address of a queue."""
        return queue_url(self.aws_url, queue)

    def bridge_environment(self, *, receivers: str, port: int, spool_dir: str) -> dict[str, str]:
        """The environment of the bridge."""
        settings = BridgeSettings(
            inbox_bucket=bucket_name(INBOX),
            receivers=receivers,
            spool_dir=spool_dir,
            bridge_port=port,
            spool_reserve_bytes=64 * 1024 * 1024,
        )
        return aws_environment(self.aws_port) | settings.to_env()


def aws_url(port: int) -> str:
    """The address of the AWS services at a port."""
    return f"http://127.0.0.1:{port}"


def queue_url(base: str, queue: Queue, *, dead_letters: bool = False) -> str:
    """The address of a queue, or of its dead-letter queue, of the AWS services at `base`."""
    name = queue.dead_letter_name if dead_letters else queue.name
    return f"{base}/{ACCOUNT}/{name}"


def aws_environment(port: int) -> dict[str, str]:
    """What boto3 needs to find the AWS services at a port, and no others."""
    return CREDENTIALS | {"AWS_ENDPOINT_URL": aws_url(port)}


def bucket_name(bucket: Bucket) -> str:
    """The name of a bucket of the blueprint."""
    return f"scanloft-{bucket.name}"


def table_name(table: Table) -> str:
    """The name of a table of the blueprint."""
    return f"scanloft-{table.name}"
