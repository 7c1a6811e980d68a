"""The environment of each function: one frozen dataclass each, written by infra, read by handlers.

A setting that several functions share has one name and one meaning, so that the local runner can
hold several functions in one process. `docs/settings.md` documents each, a test sees to it.
"""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

MIB = 1024 * 1024
PREFIX = "SCANLOFT_"


def variable(field_name: str) -> str:
    """The environment variable of a setting."""
    return f"{PREFIX}{field_name.upper()}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What all functions share: the way to and from the environment."""

    def to_env(self) -> dict[str, str]:
        """The environment variables that `from_env` reads back as the same settings."""
        return {
            variable(field.name): str(getattr(self, field.name))
            for field in dataclasses.fields(self)
        }

    @classmethod
    def from_env(cls, environment: Mapping[str, str]) -> Self:
        """The settings that the environment holds; those with a default may be absent.

        The public base URL is without the slashes that it may end with.

        Raises:
            ValueError: a variable is missing or is not a number; the message names it.
        """
        values: dict[str, str | int] = {}
        for field in dataclasses.fields(cls):
            name = variable(field.name)
            if name in environment:
                values[field.name] = _parsed(environment[name], kind=field.type, name=name)
            elif field.default is dataclasses.MISSING:
                raise ValueError(f"{name} is not set: see docs/settings.md.")
        return cls(**values)


def _parsed(text: str, *, kind: object, name: str) -> str | int:
    if kind is str:
        # Addresses are made by adding paths: a slash at the end would give each a second form.
        return text.rstrip("/") if name == variable("public_base_url") else text
    try:
        return int(text)
    except ValueError:
        raise ValueError(f"{name} must be a whole number: see docs/settings.md.") from None


@dataclass(frozen=True, slots=True, kw_only=True)
class AnonymiseSettings(Settings):
    """The settings of the anonymise function."""

    inbox_bucket: str
    archive_bucket: str
    index_table: str
    secrets_table: str
    pseudonyms_table: str
    whole_object_bytes: int = 16 * MIB
    object_limit_bytes: int = 256 * MIB
    ranged_limit_bytes: int = 5 * 1024 * MIB
    memory_budget_bytes: int = 384 * MIB
    threads: int = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class IngestSettings(Settings):
    """The settings of the ingest function."""

    archive_bucket: str
    index_table: str
    summarise_queue_url: str
    summarise_delay_s: int = 10
    threads: int = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class SummariseSettings(Settings):
    """The settings of the summarise function."""

    archive_bucket: str
    index_table: str
    deliver_queue_url: str
    public_base_url: str
    threads: int = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class UnpackSettings(Settings):
    """The settings of the unpack function."""

    inbox_bucket: str
    index_table: str
    secrets_table: str
    object_limit_bytes: int = 256 * MIB
    archive_file_limit_bytes: int = 5 * 1024 * MIB
    unpacked_limit_bytes: int = 20 * 1024 * MIB
    member_limit: int = 100_000
    ratio_limit: int = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiSettings(Settings):
    """The settings of the api function."""

    inbox_bucket: str
    archive_bucket: str
    index_table: str
    secrets_table: str
    audit_table: str
    deliver_queue_url: str
    export_queue_url: str
    public_base_url: str
    summarise_queue_url: str
    transfer_queue_url: str
    webhook_targets: str = "public"
    ranged_limit_bytes: int = 5 * 1024 * MIB
    archive_file_limit_bytes: int = 5 * 1024 * MIB
    upload_url_ttl_s: int = 3600
    download_url_ttl_s: int = 300
    export_url_ttl_s: int = 3600
    project_creators: str = "administrators"


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportSettings(Settings):
    """The settings of the export function."""

    archive_bucket: str
    index_table: str
    export_queue_url: str
    export_file_limit: int = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class CustodySettings(Settings):
    """The settings of the custody function."""

    index_table: str
    pseudonyms_table: str
    audit_table: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewSettings(Settings):
    """The settings of the review function."""

    inbox_bucket: str
    index_table: str
    audit_table: str
    deliver_queue_url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliverSettings(Settings):
    """The settings of the deliver function; `webhook_targets` is "public" or "loopback"."""

    index_table: str
    deliver_queue_url: str
    webhook_targets: str = "public"


@dataclass(frozen=True, slots=True, kw_only=True)
class SweepSettings(Settings):
    """The settings of the sweep function."""

    inbox_bucket: str
    archive_bucket: str
    index_table: str
    summarise_queue_url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferSettings(Settings):
    """The settings of the transfer function."""

    archive_bucket: str
    index_table: str
    summarise_queue_url: str
    transfer_queue_url: str
    threads: int = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class DicomwebSettings(Settings):
    """The settings of the dicomweb function."""

    archive_bucket: str
    index_table: str
    public_base_url: str
    body_limit_bytes: int = 4 * MIB
    download_url_ttl_s: int = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthoriseSettings(Settings):
    """The settings of the authorise function."""

    index_table: str
    token_issuer: str
    jwks_url: str
    client_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BridgeSettings(Settings):
    """The settings of the DICOM bridge; `receivers` is "AE1=project1,AE2=project2"."""

    inbox_bucket: str
    receivers: str
    spool_dir: str = "/var/spool/scanloft"
    bridge_host: str = "127.0.0.1"
    bridge_port: int = 11112
    association_limit: int = 100
    object_limit_bytes: int = 256 * MIB
    spool_reserve_bytes: int = 1024 * MIB
    upload_threads: int = 8
