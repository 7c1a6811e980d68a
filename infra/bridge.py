"""What the DICOM bridge of a hospital may do: hand in raw DICOM objects, and nothing else."""

from aws_cdk import aws_iam as iam
from constructs import Construct

from infra.permissions import RAW_DICOM, Verb
from infra.storage import DataBucket
from scanloft.core.keys import UNASSIGNED_PREFIX

PREFIXES = (RAW_DICOM, UNASSIGNED_PREFIX)
"""What a bridge puts objects below: of a project, or of none yet."""


class BridgeUpload(Construct):
    """A policy to attach to the identity that a bridge runs under."""

    def __init__(self, scope: Construct, construct_id: str, *, inbox: DataBucket) -> None:
        super().__init__(scope, construct_id)
        self.policy = iam.ManagedPolicy(
            self, "Policy", description="Lets a scanloft DICOM bridge put objects into the inbox"
        )
        inbox.grant(self.policy, verbs=[Verb.PUT], prefixes=PREFIXES)
