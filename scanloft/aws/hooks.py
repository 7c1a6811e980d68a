"""Webhooks in the index table: what people set, how far each has got, and what was tried."""

from collections.abc import Iterator, Mapping
from typing import Any

from scanloft.aws.queues import Queue
from scanloft.aws.rows import Row, Rows
from scanloft.core.errors import Outdated
from scanloft.core.hook_call import HookCall
from scanloft.core.hooks import Attempt, Hook, HookState
from scanloft.core.items import project_partition
from scanloft.core.items_of_people import (
    ATTEMPT_SORT,
    HOOK_SORT,
    attempt_item,
    attempts_partition,
    hook_item,
    hook_state_item,
)

ATTEMPTS_KEPT_S = 30 * 24 * 3600


class HookIndex:
    """The webhooks of all projects."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    def hook(self, project: str, hook: str) -> Hook | None:
        """One webhook, None where there is none."""
        row = self._rows.get(hook_item(project, hook))
        return None if row is None else _hook(row)

    def hooks(self, project: str) -> Iterator[Hook]:
        """The webhooks of a project."""
        return map(_hook, self._rows.query(project_partition(project), sort_prefix=HOOK_SORT))

    def put(self, hook: Hook) -> Hook:
        """Writes a webhook over the revision that it was read at; as it is then is the answer.

        Raises:
            Outdated: somebody else changed it since.
        """
        row = {**_hook_row(hook), "revision": hook.revision + 1}
        if not _put(self._rows, hook_item(hook.project, hook.hook), row, over=hook.revision):
            raise Outdated("Somebody changed this webhook meanwhile: read it again.")
        return _hook(row)

    def remove(self, project: str, hook: str) -> None:
        """Removes a webhook; what was tried is kept until it expires."""
        self._rows.delete(hook_item(project, hook))
        self._rows.delete(hook_state_item(project, hook))

    def state(self, project: str, hook: str) -> HookState | None:
        """How far a webhook has got, None where there is none, or it was just removed."""
        row = self._rows.get(hook_state_item(project, hook))
        return None if row is None else _state(row)

    def put_state(self, state: HookState) -> HookState | None:
        """Writes how far it has got over the revision that was read; None: another was faster."""
        row = {**_state_row(state), "revision": state.revision + 1}
        place = hook_state_item(state.project, state.hook)
        return _state(row) if _put(self._rows, place, row, over=state.revision) else None

    def put_attempt(self, project: str, hook: str, attempt: Attempt, *, now: int) -> None:
        """Notes what was tried, for thirty days."""
        row: Row = {
            "attempt": attempt.attempt,
            "at": attempt.at,
            "sequence": attempt.sequence,
            "changes": attempt.changes,
            "status": attempt.status,
            "error": attempt.error,
            "duration_ms": attempt.duration_ms,
            "expires_at": now + ATTEMPTS_KEPT_S,
        }
        self._rows.put(attempt_item(project, hook, attempt.attempt), row)

    def attempts(
        self, project: str, hook: str, *, after: str | None = None, page_size: int | None = None
    ) -> Iterator[Attempt]:
        """What was tried, the latest first, those before one or all."""
        rows = self._rows.query(
            attempts_partition(project, hook),
            sort_prefix=ATTEMPT_SORT,
            after=None if after is None else attempt_item(project, hook, after).sort,
            page_size=page_size,
            descending=True,
        )
        return map(_attempt, rows)


class HookCaller:
    """Wakes the deliveries of a project; where it has no webhook, one row is asked for."""

    def __init__(self, hooks: HookIndex, queue: Queue) -> None:
        self._hooks = hooks
        self._queue = queue

    def tell(self, project: str) -> None:
        """Calls each webhook of the project that is switched on.

        Raises:
            Unavailable: somebody was not called: call again.
        """
        active = [hook.hook for hook in self._hooks.hooks(project) if hook.active]
        self._queue.send_many([HookCall(project, hook).to_body() for hook in active])

    def ping(self, project: str, hook: str) -> None:
        """Has one webhook pinged."""
        self._queue.send_many([HookCall(project, hook, ping=True).to_body()])


def _put(rows: Rows, key: Any, row: Row, *, over: int) -> bool:
    if over == 0:
        return rows.put_new(key, row)
    return rows.put_if(key, row, condition="#revision = :revision", values={"revision": over})


def _hook_row(hook: Hook) -> dict[str, Any]:
    return {
        "project": hook.project,
        "hook": hook.hook,
        "url": hook.url,
        "secret": hook.secret,
        "label": hook.label,
        "created_at": hook.created_at,
        "created_by": hook.created_by,
        "kept_by": hook.kept_by,
        "kept_by_admin": hook.kept_by_admin,
        "kinds": list(hook.kinds),
        "active": hook.active,
    }


def _hook(row: Mapping[str, Any]) -> Hook:
    return Hook(
        project=row["project"],
        hook=row["hook"],
        url=row["url"],
        secret=row["secret"],
        label=row["label"],
        created_at=row["created_at"],
        created_by=row["created_by"],
        kept_by=row["kept_by"],
        kept_by_admin=row["kept_by_admin"],
        kinds=tuple(row["kinds"]),
        active=row["active"],
        revision=row["revision"],
    )


def _state_row(state: HookState) -> dict[str, Any]:
    return {
        "project": state.project,
        "hook": state.hook,
        "cursor": state.cursor,
        "pending": state.pending,
        "failures": state.failures,
        "failing_since": state.failing_since,
        "retry_at": state.retry_at,
        "lease_until": state.lease_until,
        "paused": state.paused,
    }


def _state(row: Mapping[str, Any]) -> HookState:
    return HookState(
        project=row["project"],
        hook=row["hook"],
        cursor=row["cursor"],
        pending=row["pending"],
        failures=row["failures"],
        failing_since=row["failing_since"],
        retry_at=row["retry_at"],
        lease_until=row["lease_until"],
        paused=row["paused"],
        revision=row["revision"],
    )


def _attempt(row: Mapping[str, Any]) -> Attempt:
    return Attempt(
        attempt=row["attempt"],
        at=row["at"],
        sequence=row["sequence"],
        changes=row["changes"],
        status=row["status"],
        error=row["error"],
        duration_ms=row["duration_ms"],
    )
