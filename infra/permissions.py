"""What each function may do: the one table that its role is made from."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from scanloft.core.blueprint import (
    ANONYMISE,
    API,
    ARCHIVE,
    AUTHORISE,
    CUSTODY,
    DELIVER,
    DELIVER_QUEUE,
    DICOMWEB,
    EXPORT,
    EXPORT_QUEUE,
    INBOX,
    INGEST,
    REVIEW,
    SUMMARISE,
    SUMMARISE_QUEUE,
    SWEEP,
    TRANSFER,
    TRANSFER_QUEUE,
    UNPACK,
    Bucket,
    Queue,
)
from scanloft.core.items import (
    lookup_partition,
    missing_partition,
    pairs_partition,
    project_partition,
)
from scanloft.core.keys import (
    ARCHIVE_DICOM_PREFIX,
    ARCHIVE_FILES_PREFIX,
    EXPORTS_PREFIX,
    OBJECTS_OF_PROJECTS,
    UNASSIGNED_PREFIX,
    InboxPrefix,
)
from scanloft.core.tables import AUDIT, INDEX, PSEUDONYMS, SECRETS, Table


class Verb(StrEnum):
    """What can be done to an object."""

    GET = "s3:GetObject"
    PUT = "s3:PutObject"
    DELETE = "s3:DeleteObject"
    DELETE_VERSION = "s3:DeleteObjectVersion"
    LIST_PARTS = "s3:ListMultipartUploadParts"
    ABORT = "s3:AbortMultipartUpload"


@dataclass(frozen=True, slots=True)
class ObjectAccess:
    """Verbs on the objects below some prefixes of a bucket.

    `listing` goes with every reader that must tell a missing object from a forbidden one, and with
    those who ask for keys alone, which may have no verbs.
    """

    bucket: Bucket
    prefixes: tuple[str, ...]
    verbs: tuple[Verb, ...]
    listing: bool = False
    versions: bool = False
    """Listing old versions too."""


@dataclass(frozen=True, slots=True)
class RowAccess:
    """Actions on the rows of a table; in these partitions alone, if any are named.

    A partition may have `*` in the place of the project.
    """

    table: Table
    actions: tuple[str, ...]
    partitions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Sending:
    """Messages to a queue."""

    queue: Queue


Permission = ObjectAccess | RowAccess | Sending

GET_ROW = ("dynamodb:GetItem",)
GET_ROWS = (*GET_ROW, "dynamodb:BatchGetItem")
READ_ROWS = (*GET_ROW, "dynamodb:Query")
PUT_ROW = ("dynamodb:PutItem",)
PUT_ROWS = (*PUT_ROW, "dynamodb:BatchWriteItem")
DELETE_ROWS = ("dynamodb:DeleteItem",)

RAW_DICOM = f"{InboxPrefix.DICOM}/"
RAW_ARCHIVES = f"{InboxPrefix.ARCHIVES}/"
RAW_FILES = f"{InboxPrefix.FILES}/"
RAW_QUARANTINE = f"{InboxPrefix.QUARANTINE}/"
DERIVED = "derived/"
"""Where summarise writes; nothing there is announced, so that no function can trigger itself."""

READ_SECRETS = RowAccess(SECRETS, GET_ROW)
WRITE_SECRETS = RowAccess(SECRETS, PUT_ROW)
LOOK_UP = RowAccess(PSEUDONYMS, GET_ROW)
"""The lookup tables of projects."""
RECORD_PSEUDONYMS = RowAccess(
    PSEUDONYMS, ("dynamodb:BatchWriteItem",), (pairs_partition("*"), missing_partition("*"))
)
"""Who became whom, and what lookup tables lack: never an entry of a lookup table."""
EDIT_LOOKUP = RowAccess(
    PSEUDONYMS,
    ("dynamodb:BatchWriteItem", *DELETE_ROWS),
    (lookup_partition("*"), missing_partition("*")),
)
"""The entries of lookup tables and what they lack: never who became whom."""
IN_PROJECTS = (project_partition("*"),)
"""All partitions of projects, none of users, tokens or links."""
JOURNAL = ("dynamodb:Query", *PUT_ROW)
"""What adding to a journal takes: its last entry, and a new one."""
AUDITED = RowAccess(AUDIT, JOURNAL)

ASSEMBLE = (Verb.GET, Verb.PUT, Verb.LIST_PARTS, Verb.ABORT)
"""What putting an object in parts takes; KMS asks for the right to decrypt of whoever does it."""


def _of_projects(bucket: Bucket) -> tuple[str, ...]:
    """The prefixes below which projects have their objects."""
    return tuple(f"{prefix}/" for prefix in OBJECTS_OF_PROJECTS[bucket.name])


PERMISSIONS_BY_FUNCTION: Mapping[str, tuple[Permission, ...]] = {
    ANONYMISE.name: (
        ObjectAccess(
            INBOX, (RAW_DICOM, RAW_FILES, UNASSIGNED_PREFIX), (Verb.GET, Verb.DELETE), listing=True
        ),
        ObjectAccess(INBOX, (RAW_DICOM, RAW_QUARANTINE), (Verb.PUT,)),
        ObjectAccess(ARCHIVE, (ARCHIVE_DICOM_PREFIX, ARCHIVE_FILES_PREFIX), ASSEMBLE, listing=True),
        RowAccess(INDEX, (*GET_ROWS, "dynamodb:Query", *PUT_ROWS)),
        READ_SECRETS,
        LOOK_UP,
        RECORD_PSEUDONYMS,
    ),
    UNPACK.name: (
        ObjectAccess(INBOX, (RAW_ARCHIVES,), (Verb.GET, Verb.DELETE), listing=True),
        ObjectAccess(INBOX, (RAW_DICOM, RAW_FILES, RAW_QUARANTINE), (Verb.PUT,)),
        RowAccess(INDEX, (*GET_ROW, *PUT_ROWS)),
        READ_SECRETS,
    ),
    INGEST.name: (
        ObjectAccess(ARCHIVE, (ARCHIVE_DICOM_PREFIX,), (Verb.GET,), listing=True),
        RowAccess(INDEX, PUT_ROW),
        Sending(SUMMARISE_QUEUE),
    ),
    SUMMARISE.name: (
        ObjectAccess(ARCHIVE, (ARCHIVE_DICOM_PREFIX,), (Verb.GET,), listing=True),
        ObjectAccess(ARCHIVE, (DERIVED,), (Verb.GET, Verb.PUT)),
        RowAccess(INDEX, (*GET_ROWS, "dynamodb:Query", *PUT_ROW, *DELETE_ROWS)),
        Sending(DELIVER_QUEUE),
    ),
    EXPORT.name: (
        ObjectAccess(
            ARCHIVE, (ARCHIVE_DICOM_PREFIX, ARCHIVE_FILES_PREFIX), (Verb.GET,), listing=True
        ),
        ObjectAccess(ARCHIVE, (EXPORTS_PREFIX,), (*ASSEMBLE, Verb.DELETE)),
        RowAccess(INDEX, (*GET_ROWS, "dynamodb:Query", *PUT_ROW)),
        Sending(EXPORT_QUEUE),
    ),
    API.name: (
        ObjectAccess(
            INBOX,
            (RAW_DICOM, RAW_ARCHIVES, RAW_FILES),
            (Verb.PUT, Verb.LIST_PARTS, Verb.ABORT),
            listing=True,
        ),
        ObjectAccess(ARCHIVE, (ARCHIVE_DICOM_PREFIX, ARCHIVE_FILES_PREFIX), (Verb.GET,)),
        ObjectAccess(ARCHIVE, (EXPORTS_PREFIX,), (Verb.GET, Verb.PUT, Verb.DELETE)),
        Sending(EXPORT_QUEUE),
        RowAccess(INDEX, (*GET_ROWS, "dynamodb:Query", *PUT_ROWS, *DELETE_ROWS)),
        WRITE_SECRETS,
        AUDITED,
        Sending(SUMMARISE_QUEUE),
        Sending(TRANSFER_QUEUE),
        Sending(DELIVER_QUEUE),
    ),
    CUSTODY.name: (
        RowAccess(INDEX, (*GET_ROWS, *PUT_ROW, *DELETE_ROWS)),
        RowAccess(PSEUDONYMS, (*GET_ROWS, "dynamodb:Query")),
        EDIT_LOOKUP,
        AUDITED,
    ),
    REVIEW.name: (
        ObjectAccess(INBOX, (RAW_QUARANTINE,), (Verb.GET, Verb.DELETE), listing=True),
        ObjectAccess(INBOX, (RAW_DICOM, UNASSIGNED_PREFIX), (Verb.PUT,)),
        RowAccess(INDEX, (*GET_ROWS, "dynamodb:Query", *PUT_ROWS, *DELETE_ROWS)),
        AUDITED,
        Sending(DELIVER_QUEUE),
    ),
    DICOMWEB.name: (
        ObjectAccess(ARCHIVE, (ARCHIVE_DICOM_PREFIX, DERIVED), (Verb.GET,), listing=True),
        RowAccess(INDEX, (*GET_ROWS, "dynamodb:Query")),
    ),
    AUTHORISE.name: (RowAccess(INDEX, GET_ROW),),
    DELIVER.name: (
        RowAccess(INDEX, (*GET_ROWS, "dynamodb:Query", *PUT_ROW), IN_PROJECTS),
        Sending(DELIVER_QUEUE),
    ),
    SWEEP.name: (
        ObjectAccess(
            ARCHIVE,
            (ARCHIVE_DICOM_PREFIX, DERIVED, ARCHIVE_FILES_PREFIX),
            (Verb.DELETE_VERSION,),
            versions=True,
        ),
        Sending(SUMMARISE_QUEUE),
        ObjectAccess(ARCHIVE, _of_projects(ARCHIVE), (Verb.DELETE,), listing=True),
        ObjectAccess(INBOX, _of_projects(INBOX), (Verb.DELETE,), listing=True),
        RowAccess(INDEX, (*GET_ROWS, "dynamodb:Query", "dynamodb:Scan", *PUT_ROWS, *DELETE_ROWS)),
    ),
    TRANSFER.name: (
        ObjectAccess(ARCHIVE, (ARCHIVE_DICOM_PREFIX,), ASSEMBLE, listing=True),
        RowAccess(INDEX, (*GET_ROWS, "dynamodb:Query", *PUT_ROW, *DELETE_ROWS)),
        Sending(SUMMARISE_QUEUE),
        Sending(TRANSFER_QUEUE),
    ),
}
