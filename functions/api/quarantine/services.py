"""What the review of quarantined objects works with."""

from dataclasses import dataclass

from functions.api.edge.services import EdgeServices
from scanloft.aws.feed import Feed
from scanloft.aws.instructions import InstructionIndex
from scanloft.aws.objects import ObjectStore
from scanloft.aws.projects import ProjectIndex
from scanloft.aws.quarantine import QuarantineIndex
from scanloft.aws.uploads import UploadIndex


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewServices(EdgeServices):
    """The adapters of one process of review."""

    inbox: ObjectStore
    quarantine: QuarantineIndex
    instructions: InstructionIndex
    uploads: UploadIndex
    projects: ProjectIndex
    feed: Feed
