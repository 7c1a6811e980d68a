"""Delivering to one webhook, from where it has got to, until there is nothing left.

One delivery at a time holds the lease of a webhook. A call that meets a lease can be dropped: who
holds it looks into the feed again after giving it back. A call that is handed over a second time
may be the one whose holder was killed, so it waits for the lease to end instead.
"""

import json
import secrets
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import takewhile

from functions.deliver.post import Posted, Poster
from scanloft.aws.batches import Message, Outcome
from scanloft.aws.feed import Feed, FeedEntry
from scanloft.aws.hooks import HookIndex
from scanloft.aws.projects import ProjectIndex
from scanloft.aws.queues import Queue
from scanloft.core.annotations import Change
from scanloft.core.hook_call import HookCall
from scanloft.core.hooks import (
    LEASE_S,
    Attempt,
    Hook,
    HookState,
    delivered,
    failed,
    is_told,
    wait_s,
)
from scanloft.core.overlap import overlapped
from scanloft.core.signing import signed_headers

CHANGES_PER_DELIVERY = 100
ENTRIES_READ = 100
BUDGET_S = 40
"""After so long a webhook with more to deliver gives way, and is called again."""
LONGEST_DELAY_S = 900
"""The longest that SQS holds a message back."""
THREADS = 10


@dataclass(frozen=True, slots=True)
class Batch:
    """What is delivered together: up to which number, and of it what the webhook asked for."""

    last: int
    changes: tuple[Change, ...]


class Deliverer:
    """Delivers; `now` and `random` are replaced in tests."""

    def __init__(
        self,
        *,
        hooks: HookIndex,
        feed: Feed,
        projects: ProjectIndex,
        queue: Queue,
        poster: Poster,
        now: Callable[[], float] = time.time,
        random: Callable[[], str] = lambda: secrets.token_hex(4),
    ) -> None:
        self._hooks = hooks
        self._feed = feed
        self._projects = projects
        self._queue = queue
        self._poster = poster
        self._now = now
        self._random = random

    def deliver_batch(self, messages: Sequence[Message]) -> list[Outcome]:
        """Follows each call of a batch once, side by side: a slow receiver delays no other."""
        parsed = [_parsed(message) for message in messages]
        attempt_by_call: dict[HookCall, int] = {}
        for call, message in zip(parsed, messages, strict=True):
            if isinstance(call, HookCall):
                attempt_by_call[call] = max(attempt_by_call.get(call, 0), message.attempt)
        calls = list(attempt_by_call)
        results = overlapped(
            calls, lambda call: self.follow(call, attempt=attempt_by_call[call]), threads=THREADS
        )
        outcome_by_call = dict(zip(calls, results, strict=True))
        return [outcome_by_call[call] if isinstance(call, HookCall) else call for call in parsed]

    def follow(self, call: HookCall, *, attempt: int = 1) -> None:
        """Delivers all that there is, or as much as its time allows."""
        ends_at = self._now() + BUDGET_S
        hook = self._told(call)
        if hook is not None and call.ping:
            self._ping(hook)
            return
        while hook is not None and self._goes_on(hook, call, attempt=attempt):
            if self._now() >= ends_at:
                self._send(HookCall(call.project, call.hook))
                return
            hook = self._told(call)

    def _told(self, call: HookCall) -> Hook | None:
        """The webhook as it is now, None where it is sent nothing: asked before each delivery."""
        hook = self._hooks.hook(call.project, call.hook)
        if hook is None:
            return None
        project, keeper = self._projects.presence(call.project, hook.kept_by)
        wanted = replace(hook, active=True) if call.ping else hook
        return hook if is_told(wanted, project, keeper) else None

    def _goes_on(self, hook: Hook, call: HookCall, *, attempt: int) -> bool:
        """Takes one step; whether there may be another one to take now."""
        state = self._hooks.state(hook.project, hook.hook)
        now = int(self._now())
        if state is None or state.paused or self._waits(state, call, now=now, attempt=attempt):
            return False
        batch = self._batch(hook, state)
        if batch is None:
            return False
        begun = replace(state, pending=batch.last, lease_until=now + LEASE_S)
        if not batch.changes:
            self._hooks.put_state(delivered(begun))
            return True
        claimed = self._hooks.put_state(begun)
        return claimed is None or self._deliver(hook, claimed, batch)

    def _waits(self, state: HookState, call: HookCall, *, now: int, attempt: int) -> bool:
        """Whether it is not the time for this call; it is sent again where nobody else comes."""
        if state.lease_until > now:
            if attempt > 1:
                self._send(call, delay_s=state.lease_until - now + 1)
            return True
        if state.retry_at > now:
            if call.retry == state.failures:
                self._send(call, delay_s=state.retry_at - now)
            return True
        return False

    def _batch(self, hook: Hook, state: HookState) -> Batch | None:
        """What comes next; a delivery that was begun comes again as it was."""
        entries: Iterable[FeedEntry] = self._feed.entries(
            hook.project, after=state.cursor, page_size=ENTRIES_READ
        )
        if state.pending:
            entries = takewhile(lambda entry: entry.sequence <= state.pending, entries)
        changes: list[Change] = []
        last = 0
        for read, entry in enumerate(entries, start=1):
            last = entry.sequence
            changes += [one for one in entry.changes if not hook.kinds or one.kind in hook.kinds]
            enough = len(changes) >= CHANGES_PER_DELIVERY or read >= ENTRIES_READ
            if enough and not state.pending:
                break
        return Batch(last, tuple(changes)) if last else None

    def _deliver(self, hook: Hook, state: HookState, batch: Batch) -> bool:
        body = {
            "type": "changes",
            "project": hook.project,
            "changes": [_described(change) for change in batch.changes],
            "next": batch.last,
        }
        posted = self._post(hook, f"{hook.hook}-{batch.last}", body)
        attempt = self._noted(hook, posted, sequence=batch.last, changes=len(batch.changes))
        if attempt.succeeded:
            self._hooks.put_state(delivered(state))
            return True
        after = failed(state, now=int(self._now()))
        if not after.paused:
            # Before the state says so: a crash in between leaves a call too many, never none.
            call = HookCall(hook.project, hook.hook, retry=after.failures)
            self._send(call, delay_s=wait_s(after.failures))
        self._hooks.put_state(after)
        return False

    def _ping(self, hook: Hook) -> None:
        body: dict[str, object] = {"type": "ping", "project": hook.project}
        posted = self._post(hook, f"{hook.hook}-ping-{self._random()}", body)
        self._noted(hook, posted, sequence=0, changes=0)

    def _post(self, hook: Hook, message_id: str, body: dict[str, object]) -> Posted:
        content = json.dumps(body, separators=(",", ":")).encode()
        headers = signed_headers(
            hook.secret, message_id=message_id, timestamp=int(self._now()), body=content
        )
        return self._poster.post(hook.url, content, headers=headers)

    def _noted(self, hook: Hook, posted: Posted, *, sequence: int, changes: int) -> Attempt:
        now = self._now()
        attempt = Attempt(
            attempt=f"{int(now * 1000):013}-{self._random()}",
            at=datetime.fromtimestamp(now, UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            sequence=sequence,
            changes=changes,
            status=posted.status,
            error=posted.error,
            duration_ms=posted.duration_ms,
        )
        self._hooks.put_attempt(hook.project, hook.hook, attempt, now=int(now))
        return attempt

    def _send(self, call: HookCall, *, delay_s: int = 0) -> None:
        self._queue.send_many([call.to_body()], delay_s=min(delay_s, LONGEST_DELAY_S))


def _described(change: Change) -> dict[str, object]:
    return {
        "sequence": change.sequence,
        "kind": change.kind,
        "name": change.name,
        "what": change.what,
        "at": change.at,
    }


def _parsed(message: Message) -> HookCall | ValueError:
    try:
        return HookCall.from_body(message.body)
    except (ValueError, TypeError) as error:
        return ValueError(str(type(error).__name__))
