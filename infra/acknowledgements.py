"""Every finding of cdk-nag that is meant: its exact ID, where it is, and why."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import cast

import aws_cdk as cdk
from aws_cdk import aws_s3 as s3
from constructs import Construct

from infra.bridge import PREFIXES
from infra.options import Options
from infra.permissions import PERMISSIONS_BY_FUNCTION, ObjectAccess
from scanloft.core.blueprint import FUNCTIONS, INBOX, Bucket


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    """A rule that need not hold for the construct at a path below the stack."""

    path: str
    rule: str
    reason: str


MEANT = (
    Acknowledgement(
        "Identity/Pool",
        "COG2",
        "TOTP is offered to every user. An archive of de-identified images leaves it to its "
        "institution whether to require it.",
    ),
    Acknowledgement(
        "Identity/Pool",
        "COG8",
        "The Plus plan costs per user and month for risk scores; nobody can sign up, and the "
        "Essentials plan has the password policy and TOTP.",
    ),
    Acknowledgement(
        "Edge/Distribution",
        "CFR1",
        "Researchers work together across countries; who may see what is decided by membership.",
    ),
    Acknowledgement(
        "Edge/Distribution",
        "CFR2",
        "AWS WAF costs each month even while nothing happens. The API throttles, and everything "
        "but the web app's public files asks for a token or a signature.",
    ),
    Acknowledgement(
        "Edge/Distribution",
        "CFR3",
        "CloudFront's standard logs hold query strings, where QIDO-RS has what users search for, "
        "a name of a patient too. The API logs each request without path and query, and each "
        "bucket logs its requests.",
    ),
    Acknowledgement(
        "Edge/Distribution",
        "CFR7",
        "The web app's bucket has origin access control. Objects of the archive are asked for "
        "with a presigned query, and CloudFront signing the request again would let in everyone.",
    ),
)
WITHOUT_CERTIFICATE = Acknowledgement(
    "Edge/Distribution",
    "CFR4",
    "The certificate of *.cloudfront.net comes with a fixed TLS policy; with a certificate of "
    "one's own (certificate_arn) the oldest protocol is TLS 1.2.",
)


def acknowledge(stack: cdk.Stack, *, options: Options) -> None:
    """Tells cdk-nag what is meant; all else that it finds is an error."""
    for each in acknowledgements(stack, options=options):
        construct = _construct(stack, each.path)
        rule = cdk.Acknowledgment(id=f"AwsSolutions-{each.rule}", reason=each.reason)
        cdk.Validations.of(construct).acknowledge(rule)


def acknowledgements(stack: cdk.Stack, *, options: Options) -> Iterator[Acknowledgement]:
    """All that is meant in this stack."""
    yield from MEANT
    if options.certificate_arn is None:
        yield WITHOUT_CERTIFICATE
    for function in FUNCTIONS:
        for path in function.open_routes:
            yield Acknowledgement(
                f"Gateway/Api/GET{path.replace('/', '--')}",
                "APIG4",
                "This page is for everybody: it holds nothing of anybody, or its address is the "
                "secret that opens it.",
            )
        name = function.name.capitalize()
        yield Acknowledgement(
            f"{name}/Function",
            "L1",
            "The wheels of the assets are locked and tested for Python 3.13: the runtime moves "
            "with them (infra/wheels.py).",
        )
        for resource in _objects_of(stack, function.name):
            yield Acknowledgement(
                f"{name}/Role",
                f"IAM5[Resource::{resource}]",
                "Each object has a key of its own; the role is bounded by the prefix.",
            )
    for prefix in PREFIXES:
        yield Acknowledgement(
            "Bridge/Policy",
            f"IAM5[Resource::{_objects(stack, INBOX, prefix)}]",
            "The bridge makes the keys of what it hands in, below this prefix.",
        )


def _objects_of(stack: cdk.Stack, function: str) -> list[str]:
    accesses = [
        each for each in PERMISSIONS_BY_FUNCTION[function] if isinstance(each, ObjectAccess)
    ]
    return sorted(
        {_objects(stack, each.bucket, prefix) for each in accesses for prefix in each.prefixes}
    )


def _objects(stack: cdk.Stack, bucket: Bucket, prefix: str) -> str:
    """The objects below a prefix, as cdk-nag writes their ARN."""
    construct = _construct(stack, f"{bucket.name.capitalize()}/Bucket")
    resource = cast("s3.CfnBucket", construct.node.default_child)
    return f"<{stack.get_logical_id(resource)}.Arn>/{prefix}*"


def _construct(stack: cdk.Stack, path: str) -> Construct:
    construct: Construct = stack
    for part in path.split("/"):
        construct = cast("Construct", construct.node.find_child(part))
    return construct
