"""What the API works with: the index, the buckets, the clock and chance, put together once."""

import os
from dataclasses import dataclass
from functools import cache

from functions.api.edge.services import EdgeServices
from scanloft.aws import clients
from scanloft.aws.access import Access
from scanloft.aws.audit import AuditLog
from scanloft.aws.cards import CardIndex
from scanloft.aws.exports import ExportIndex, ExportWishes
from scanloft.aws.feed import Feed
from scanloft.aws.holdings import HoldingsIndex
from scanloft.aws.hooks import HookCaller, HookIndex
from scanloft.aws.instances import InstanceIndex
from scanloft.aws.invitations import InvitationIndex, RequestIndex
from scanloft.aws.labels import LabelIndex
from scanloft.aws.names import NameIndex
from scanloft.aws.objects import ObjectStore
from scanloft.aws.projects import ProjectIndex
from scanloft.aws.quarantine import QuarantineIndex
from scanloft.aws.queues import Queue
from scanloft.aws.resources import ResourceIndex
from scanloft.aws.rows import Rows
from scanloft.aws.secrets import SecretStore
from scanloft.aws.sent_parts import SentParts
from scanloft.aws.share_links import LinkIndex
from scanloft.aws.shares import ShareIndex
from scanloft.aws.subjects import SubjectIndex
from scanloft.aws.tokens import TokenIndex
from scanloft.aws.tombstones import TombstoneIndex
from scanloft.aws.transfers import TransferIndex
from scanloft.aws.trash import Trash
from scanloft.aws.uploads import UploadIndex
from scanloft.contents.shelves import Shelves
from scanloft.core.settings import ApiSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class Services(EdgeServices):
    """The adapters of one process."""

    settings: ApiSettings
    projects: ProjectIndex
    names: NameIndex
    holdings: HoldingsIndex
    invitations: InvitationIndex
    requests: RequestIndex
    links: LinkIndex
    project_secrets: SecretStore
    uploads: UploadIndex
    quarantine: QuarantineIndex
    instances: InstanceIndex
    tokens: TokenIndex
    cards: CardIndex
    resources: ResourceIndex
    trash: Trash
    tombstones: TombstoneIndex
    exports: ExportIndex
    export_wishes: ExportWishes
    export_queue: Queue
    feed: Feed
    subjects: SubjectIndex
    labels: LabelIndex
    shares: ShareIndex
    transfers: TransferIndex
    summarise: Queue
    transfer: Queue
    hooks: HookIndex
    hook_caller: HookCaller
    inbox: ObjectStore
    parts: SentParts
    archive: ObjectStore

    @property
    def shelves(self) -> Shelves:
        """What tells what a project holds."""
        return Shelves(self.instances, self.cards, self.tombstones, self.resources, self.labels)


@cache
def services() -> Services:
    """The services that the environment names."""
    settings = ApiSettings.from_env(os.environ)
    rows = Rows(settings.index_table, clients.dynamodb())
    projects, cards, hooks = ProjectIndex(rows), CardIndex(rows), HookIndex(rows)
    caller = HookCaller(hooks, Queue(settings.deliver_queue_url, clients.sqs()))
    archive = ObjectStore(settings.archive_bucket, clients.s3())
    return Services(
        settings=settings,
        rows=rows,
        access=Access(projects),
        projects=projects,
        names=NameIndex(rows, projects),
        holdings=HoldingsIndex(rows),
        invitations=InvitationIndex(rows),
        requests=RequestIndex(rows),
        links=LinkIndex(rows),
        project_secrets=SecretStore(Rows(settings.secrets_table, clients.dynamodb())),
        uploads=UploadIndex(rows),
        quarantine=QuarantineIndex(rows),
        instances=InstanceIndex(rows),
        tokens=TokenIndex(rows),
        cards=cards,
        resources=ResourceIndex(rows),
        trash=Trash(rows),
        tombstones=TombstoneIndex(rows),
        exports=ExportIndex(rows),
        export_wishes=ExportWishes(archive),
        export_queue=Queue(settings.export_queue_url, clients.sqs()),
        audit=AuditLog(Rows(settings.audit_table, clients.dynamodb())),
        feed=Feed(rows, tell=caller.tell),
        hooks=hooks,
        hook_caller=caller,
        subjects=SubjectIndex(rows),
        labels=LabelIndex(rows, cards),
        shares=ShareIndex(rows),
        transfers=TransferIndex(rows),
        summarise=Queue(settings.summarise_queue_url, clients.sqs()),
        transfer=Queue(settings.transfer_queue_url, clients.sqs()),
        inbox=ObjectStore(settings.inbox_bucket, clients.s3()),
        parts=SentParts(settings.inbox_bucket, clients.s3()),
        archive=archive,
    )
