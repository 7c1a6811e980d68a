"""What a deployment may choose: the context values of `cdk deploy -c name=value`."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self
from urllib.parse import urlsplit

from constructs import Node

PROJECT_CREATORS = ("administrators", "everyone")
TRUTH_BY_TEXT = {"true": True, "false": False}


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """The choices of one deployment; `docs/deploying.md` explains each.

    `stack` tells several archives of one account apart. `public_base_url` is where users find the
    archive, the CloudFront domain where it is not given; `certificate_arn` is the certificate of
    its host, in us-east-1. `alarm_email` hears of alarms. `project_creators` are who may make
    projects: administrators of the site, or everyone who signs in. `wheels` is false for a check of
    the template alone: the assets then carry no third-party packages and cannot be deployed.
    """

    stack: str = "scanloft"
    public_base_url: str | None = None
    certificate_arn: str | None = None
    alarm_email: str | None = None
    project_creators: str = "administrators"
    wheels: bool = True

    @classmethod
    def from_context(cls, node: Node) -> Self:
        """The choices in the context of the app.

        Raises:
            ValueError: a value that cannot be used; the message names it.
        """
        base = _text(node, "public_base_url")
        certificate = _text(node, "certificate_arn")
        if certificate and not base:
            raise ValueError("certificate_arn also needs public_base_url: say both.")
        return cls(
            stack=_text(node, "stack") or "scanloft",
            public_base_url=_checked_base(base) if base else None,
            certificate_arn=certificate,
            alarm_email=_text(node, "alarm_email"),
            project_creators=_one_of(PROJECT_CREATORS, node, "project_creators"),
            wheels=_truth(node, "wheels", otherwise=True),
        )

    @property
    def public_host(self) -> str | None:
        """The host of `public_base_url`."""
        return urlsplit(self.public_base_url).hostname if self.public_base_url else None


def _text(node: Node, name: str) -> str | None:
    value = node.try_get_context(name)
    return str(value) if value else None


def _one_of(known: Sequence[str], node: Node, name: str) -> str:
    value = _text(node, name) or known[0]
    if value not in known:
        raise ValueError(f"{name} is {' or '.join(known)}.")
    return value


def _truth(node: Node, name: str, *, otherwise: bool) -> bool:
    value = node.try_get_context(name)
    if value is None:
        return otherwise
    try:
        return TRUTH_BY_TEXT[str(value).lower()]
    except KeyError:
        raise ValueError(f"{name} is either true or false.") from None


def _checked_base(text: str) -> str:
    parts = urlsplit(text)
    extra = parts.path.strip("/") or parts.query or parts.fragment or parts.username or parts.port
    if parts.scheme != "https" or not parts.hostname or extra:
        raise ValueError("public_base_url is https:// and a host, as https://archive.example.org.")
    return f"https://{parts.hostname}"
