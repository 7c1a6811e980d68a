"""What a project holds, in numbers, and the digest by which a person confirms to have seen them."""

import hashlib
import json
from dataclasses import asdict, dataclass

CONFIRMATION_LENGTH = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Holdings:
    """What goes along when a project is deleted; `shares` are those into other projects."""

    subjects: int
    sessions: int
    scans: int
    instances: int
    size_bytes: int
    resources: int
    quarantined: int
    uploads: int
    members: int
    invitations: int
    links: int
    exports: int
    shares: int


def confirmation(project: str, *, revision: int, feed: int, holdings: Holdings) -> str:
    """A digest of the state that was seen: another one once anything of it changed.

    `feed` is the last number of the project's feed, which tells of edits that no count shows.
    """
    seen = json.dumps([project, revision, feed, asdict(holdings)], sort_keys=True)
    return hashlib.sha256(seen.encode()).hexdigest()[:CONFIRMATION_LENGTH]
