"""Who works on an export: one at a time, and another when that one is silent for too long."""

import dataclasses
from collections.abc import Callable
from datetime import datetime
from typing import Any, Self

from scanloft.aws.exports import ExportIndex
from scanloft.core.errors import Conflict, Unavailable
from scanloft.core.exports import Export

LEASE_S = 45
"""How long a worker may be silent. One that is slower than that finds out, and gives way."""
RENEW_S = 10
"""How often it says how far it is, at most."""


class Lease:
    """The right to work on an export; whoever lost it finds out at the next thing it writes."""

    def __init__(self, index: ExportIndex, export: Export, *, now: Callable[[], datetime]) -> None:
        self._index = index
        self._now = now
        self._renewed_at = now()
        self.export = export

    @classmethod
    def taken(
        cls, index: ExportIndex, seen: Export, *, worker: str, now: Callable[[], datetime]
    ) -> Self:
        """The lease of an export that nobody has, or whose worker is silent: a setback then.

        Raises:
            Unavailable: another one has it.
        """
        moment = int(now().timestamp())
        if seen.worker and seen.leased_until > moment:
            raise Unavailable("Another worker is at this export: the message waits for it.")
        mine = dataclasses.replace(
            seen,
            worker=worker,
            leased_until=moment + LEASE_S,
            setbacks=seen.setbacks + (seen.worker != ""),
            turn=seen.turn + 1,
        )
        if not index.take(mine, over=seen):
            raise Unavailable("Another worker was faster: the message waits for it.")
        return cls(index, mine, now=now)

    def renew_if_due(self, **changes: Any) -> None:
        """Says how far the export is, if that was not said just now.

        Raises:
            Conflict: another one has the lease, or the export was deleted.
        """
        if (self._now() - self._renewed_at).total_seconds() >= RENEW_S:
            self.renew(**changes)

    def renew(self, **changes: Any) -> None:
        """Says how far the export is.

        Raises:
            Conflict: another one has the lease, or the export was deleted.
        """
        moment = self._now()
        self._put(leased_until=int(moment.timestamp()) + LEASE_S, **changes)
        self._renewed_at = moment

    def release(self, **changes: Any) -> None:
        """Gives the lease back, with the last changes.

        Raises:
            Conflict: another one has the lease, or the export was deleted.
        """
        self._put(worker="", leased_until=0, **changes)

    def _put(self, **changes: Any) -> None:
        changed = dataclasses.replace(self.export, **changes)
        if not self._index.put(changed, over_worker=self.export.worker):
            raise Conflict("Another worker has this export now, or it was deleted: leave it alone.")
        self.export = changed
