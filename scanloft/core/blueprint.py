"""What must exist for scanloft to run, wherever it runs: CDK and the local runner both read it."""

from dataclasses import dataclass

from scanloft.core.exports import EXPORT_DAYS
from scanloft.core.keys import ARCHIVE_DICOM_PREFIX, EXPORTS_PREFIX, UNASSIGNED_PREFIX, InboxPrefix
from scanloft.core.settings import (
    AnonymiseSettings,
    ApiSettings,
    AuthoriseSettings,
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


@dataclass(frozen=True, slots=True)
class Bucket:
    """A bucket; prefixes in `expires_after_days` are emptied by a lifecycle rule.

    For `undelete_days` an overwritten or deleted object can be brought back, below those prefixes
    for a week at most.
    """

    name: str
    holds: str
    undelete_days: int
    expires_after_days: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Queue:
    """A queue with a dead-letter queue, the event source of one function.

    `visibility_timeout_s` is six times the timeout of the function and more, as AWS advises.
    A batch is handed over when it is full or `batch_window_s` have passed. A message that failed
    `receive_limit` times goes to the dead-letter queue.
    """

    name: str
    batch_size: int
    batch_window_s: int
    visibility_timeout_s: int
    receive_limit: int = 5

    @property
    def dead_letter_name(self) -> str:
        """The name of the queue for messages that failed too often."""
        return f"{self.name}-dead"


@dataclass(frozen=True, slots=True)
class Notification:
    """New objects below a prefix of a bucket are announced on a queue."""

    bucket: Bucket
    prefix: str
    queue: Queue


@dataclass(frozen=True, slots=True)
class Function:
    """A Lambda function: its settings, its size, and the package and module that it runs.

    The module is `functions.{name}.handler`, unless `package` and `entry` say otherwise: several
    functions of one package share its code, each with a role and a handler of its own.

    `packages` are the third-party packages its asset carries beside the code of the tree.
    `source` is the queue it is fed from; `routes` are the paths of the HTTP API it answers, of
    which the `open_routes` ask for no sign-in. `every_hours`: how often it is called, if it is.
    """

    name: str
    settings: type[Settings]
    memory_mb: int
    timeout_s: int
    packages: tuple[str, ...]
    source: Queue | None = None
    routes: tuple[str, ...] = ()
    open_routes: tuple[str, ...] = ()
    package: str = ""
    entry: str = "handler"
    every_hours: int = 0
    sends_to_itself: bool = False
    """It goes on with its work in another call, again and again: Lambda must not stop that."""

    @property
    def code(self) -> str:
        """The package of its code."""
        return f"functions.{self.package or self.name}"

    @property
    def module(self) -> str:
        """The module whose `handler` is called."""
        return f"{self.code}.{self.entry}"


INBOX = Bucket(
    name="inbox",
    holds="raw objects as they came, possibly with patient data, until they are de-identified",
    undelete_days=7,
    expires_after_days=(
        (f"{InboxPrefix.DICOM}/", 30),
        (f"{InboxPrefix.ARCHIVES}/", 30),
        (UNASSIGNED_PREFIX, 30),
        (f"{InboxPrefix.FILES}/", 30),
    ),
)
ARCHIVE = Bucket(
    name="archive",
    holds="de-identified instances and what is derived from them",
    undelete_days=30,
    expires_after_days=((EXPORTS_PREFIX, EXPORT_DAYS),),
)
BUCKETS = (INBOX, ARCHIVE)

ANONYMISE_QUEUE = Queue("anonymise", batch_size=100, batch_window_s=2, visibility_timeout_s=1830)
UNPACK_QUEUE = Queue("unpack", batch_size=1, batch_window_s=0, visibility_timeout_s=5400)
INGEST_QUEUE = Queue("ingest", batch_size=100, batch_window_s=2, visibility_timeout_s=750)
SUMMARISE_QUEUE = Queue("summarise", batch_size=20, batch_window_s=2, visibility_timeout_s=1830)
EXPORT_QUEUE = Queue("export", batch_size=1, batch_window_s=0, visibility_timeout_s=5400)
TRANSFER_QUEUE = Queue("transfer", batch_size=1, batch_window_s=0, visibility_timeout_s=5400)
DELIVER_QUEUE = Queue("deliver", batch_size=10, batch_window_s=1, visibility_timeout_s=750)
QUEUES = (
    ANONYMISE_QUEUE,
    UNPACK_QUEUE,
    INGEST_QUEUE,
    SUMMARISE_QUEUE,
    EXPORT_QUEUE,
    TRANSFER_QUEUE,
    DELIVER_QUEUE,
)

NOTIFICATIONS = (
    Notification(INBOX, f"{InboxPrefix.DICOM}/", ANONYMISE_QUEUE),
    Notification(INBOX, UNASSIGNED_PREFIX, ANONYMISE_QUEUE),
    Notification(INBOX, f"{InboxPrefix.ARCHIVES}/", UNPACK_QUEUE),
    Notification(INBOX, f"{InboxPrefix.FILES}/", ANONYMISE_QUEUE),
    Notification(ARCHIVE, ARCHIVE_DICOM_PREFIX, INGEST_QUEUE),
)

POWERTOOLS = "aws-lambda-powertools"
RE2 = "google-re2"

ANONYMISE = Function(
    name="anonymise",
    settings=AnonymiseSettings,
    memory_mb=2048,
    timeout_s=300,
    packages=(POWERTOOLS, "pydicom", RE2, "python-gdcm"),
    source=ANONYMISE_QUEUE,
)
UNPACK = Function(
    name="unpack",
    settings=UnpackSettings,
    memory_mb=1769,
    timeout_s=900,
    packages=(POWERTOOLS, "pydicom"),
    source=UNPACK_QUEUE,
)
INGEST = Function(
    name="ingest",
    settings=IngestSettings,
    memory_mb=1769,
    timeout_s=120,
    packages=(POWERTOOLS, "pydicom"),
    source=INGEST_QUEUE,
)
SUMMARISE = Function(
    name="summarise",
    settings=SummariseSettings,
    memory_mb=1769,
    timeout_s=300,
    packages=(POWERTOOLS, "pydicom"),
    source=SUMMARISE_QUEUE,
)
EXPORT = Function(
    name="export",
    settings=ExportSettings,
    memory_mb=1769,
    timeout_s=900,
    packages=(POWERTOOLS,),
    source=EXPORT_QUEUE,
    sends_to_itself=True,
)
API = Function(
    name="api",
    settings=ApiSettings,
    memory_mb=1024,
    timeout_s=29,
    packages=(POWERTOOLS, "pydantic", "pydicom", RE2),
    routes=("/api/{proxy+}",),
    open_routes=(
        "/api/openapi.json",
        "/api/docs",
        "/api/shared/{secret}",
        "/api/shared/{secret}/files",
    ),
)
CUSTODY = Function(
    name="custody",
    settings=CustodySettings,
    memory_mb=1024,
    timeout_s=29,
    packages=(POWERTOOLS, "pydantic", "pydicom", RE2),
    routes=("/api/projects/{project}/pseudonyms/{proxy+}",),
    package="api",
    entry="custody_handler",
)
REVIEW = Function(
    name="review",
    settings=ReviewSettings,
    memory_mb=1024,
    timeout_s=29,
    packages=(POWERTOOLS, "pydantic", "pydicom", RE2),
    routes=(
        "/api/projects/{project}/quarantine/{proxy+}",
        "/api/quarantine/{proxy+}",
    ),
    package="api",
    entry="review_handler",
)
DICOMWEB = Function(
    name="dicomweb",
    settings=DicomwebSettings,
    memory_mb=1769,
    timeout_s=29,
    packages=(POWERTOOLS,),
    routes=("/api/projects/{project}/dicomweb/{proxy+}",),
)
AUTHORISE = Function(
    name="authorise",
    settings=AuthoriseSettings,
    memory_mb=512,
    timeout_s=10,
    packages=(POWERTOOLS, "pyjwt[crypto]"),
)
SWEEP = Function(
    name="sweep",
    settings=SweepSettings,
    memory_mb=1769,
    timeout_s=900,
    packages=(POWERTOOLS,),
    every_hours=24,
)
TRANSFER = Function(
    name="transfer",
    settings=TransferSettings,
    memory_mb=1769,
    timeout_s=900,
    packages=(POWERTOOLS,),
    source=TRANSFER_QUEUE,
    sends_to_itself=True,
)
DELIVER = Function(
    name="deliver",
    settings=DeliverSettings,
    memory_mb=512,
    timeout_s=120,
    packages=(POWERTOOLS,),
    source=DELIVER_QUEUE,
    sends_to_itself=True,
)
FUNCTIONS = (
    ANONYMISE,
    UNPACK,
    INGEST,
    SUMMARISE,
    EXPORT,
    API,
    CUSTODY,
    REVIEW,
    DICOMWEB,
    AUTHORISE,
    SWEEP,
    TRANSFER,
    DELIVER,
)
