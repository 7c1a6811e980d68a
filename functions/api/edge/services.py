"""What the way through the gate works with, whichever function a route belongs to."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from scanloft.aws.access import Access
from scanloft.aws.audit import AuditLog
from scanloft.aws.rows import Rows


@dataclass(frozen=True, slots=True, kw_only=True)
class EdgeServices:
    """The adapters of the gate; `now` and `random` are replaced in tests."""

    rows: Rows
    access: Access
    audit: AuditLog
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    random: Callable[[int], bytes] = secrets.token_bytes
