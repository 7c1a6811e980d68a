"""Webhooks: who is told what of a project, how far they have got, and when to try again."""

from dataclasses import dataclass, replace
from enum import StrEnum

from scanloft.core.model import Membership, Project, ProjectState, Role

KINDS = (
    "session",
    "scan",
    "subject",
    "resource",
    "quarantine",
    "upload",
    "project",
)
"""The kinds of changes that a feed tells of."""
HOOK_LIMIT = 10
"""Webhooks in one project: each is a delivery of every change."""
GIVES_UP_AFTER_S = 3 * 24 * 3600
WAITS_S = (5, 30, 180, 1080, 6480, 21600)
"""How long to wait after the first failure in a row, the second one and so on; then the last."""
LEASE_S = 60
"""Longer than one delivery takes: where it breaks off, another one may begin then."""


class HookStatus(StrEnum):
    """How it stands with a webhook."""

    ACTIVE = "active"
    RETRYING = "retrying"
    FAILING = "failing"
    """It failed for days and is left alone until somebody makes it active again."""
    OFF = "off"


@dataclass(frozen=True, slots=True)
class Hook:
    """A webhook as people set it; `secret` signs what is sent, `kinds` are all where empty.

    `kept_by`: who made or changed it last. It is told as long as they may know what it hears;
    `kept_by_admin`: whether they are a site administrator, who need not be a member.
    """

    project: str
    hook: str
    url: str
    secret: str
    label: str
    created_at: str
    created_by: str
    kept_by: str
    kept_by_admin: bool = False
    kinds: tuple[str, ...] = ()
    active: bool = True
    revision: int = 0
    """Counts the writes of this row; each write names the one it read."""


@dataclass(frozen=True, slots=True)
class HookState:
    """How far a webhook has got; times are in seconds since 1970, 0 for none.

    `cursor` is the number of the feed that was delivered last, `pending` the last one of a delivery
    that was begun: it is tried again as it was, under the same ID.
    """

    project: str
    hook: str
    cursor: int
    pending: int = 0
    failures: int = 0
    failing_since: int = 0
    retry_at: int = 0
    lease_until: int = 0
    paused: bool = False
    revision: int = 0


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try to deliver; `status` is the HTTP status, 0 with an `error` where there was none."""

    attempt: str
    at: str
    sequence: int
    changes: int
    status: int
    error: str
    duration_ms: int

    @property
    def succeeded(self) -> bool:
        """Whether the receiver said that it has it."""
        return not self.error and 200 <= self.status < 300


def is_told(hook: Hook, project: Project | None, keeper: Membership | None) -> bool:
    """Whether the webhook is sent anything: it is on, and who keeps it manages the project."""
    if project is None or project.state is ProjectState.DELETED or not hook.active:
        return False
    return hook.kept_by_admin or (keeper is not None and keeper.role is Role.OWNER)


def status_of(state: HookState, *, is_on: bool) -> HookStatus:
    """How it stands with a webhook that is on, or that is not told anything."""
    if not is_on:
        return HookStatus.OFF
    if state.paused:
        return HookStatus.FAILING
    return HookStatus.RETRYING if state.failures else HookStatus.ACTIVE


def delivered(state: HookState) -> HookState:
    """The state once the pending changes were taken."""
    return HookState(
        state.project, state.hook, max(state.cursor, state.pending), revision=state.revision
    )


def failed(state: HookState, *, now: int) -> HookState:
    """The state once they were not: when they are tried again, or never after some days."""
    since = state.failing_since or now
    return replace(
        state,
        failures=state.failures + 1,
        failing_since=since,
        retry_at=now + wait_s(state.failures + 1),
        lease_until=0,
        paused=now - since >= GIVES_UP_AFTER_S,
    )


def revived(state: HookState) -> HookState:
    """The state once somebody said to try again: nothing that was missed is left out."""
    return replace(state, failures=0, failing_since=0, retry_at=0, lease_until=0, paused=False)


def wait_s(failures: int) -> int:
    """How long to wait after so many failures in a row."""
    return WAITS_S[min(failures, len(WAITS_S)) - 1]
