"""Webhooks: addresses that are told what changes in a project; owners manage them."""

from dataclasses import replace
from typing import Annotated, Any, Literal

from pydantic import Field

from functions.api.edge.clock import timestamp
from functions.api.edge.request import Answer, Request
from functions.api.edge.shapes import PRINTABLE, Body, Line, Shown
from functions.api.events.reviving import revive
from functions.api.services import Services
from scanloft.core.errors import Conflict, NotFound
from scanloft.core.hooks import HOOK_LIMIT, Hook, HookState, is_told
from scanloft.core.signing import SECRET_BYTES, new_secret
from scanloft.core.targets import URL, URL_LIMIT, Targets, target_of

NAME_BYTES = 8
LABEL_LIMIT = 64

Url = Annotated[str, Field(max_length=URL_LIMIT, pattern=f"^{URL.pattern}$")]
Label = Annotated[Line, Field(max_length=LABEL_LIMIT, pattern=PRINTABLE)]
Kind = Literal["session", "scan", "subject", "resource", "quarantine", "upload", "project"]
Kinds = Annotated[list[Kind], Field(max_length=7)]


class NewHook(Body):
    """A webhook to make: where it goes, and of which kinds of changes it hears (all if empty)."""

    url: Url
    label: Label = ""
    events: Kinds = Field(default_factory=list)


class Edit(Body):
    """What changes of a webhook; `active` true also tries again what is failing.

    Whoever changes a webhook keeps it from then on.
    """

    url: Url | None = None
    label: Label | None = None
    events: Kinds | None = None
    active: bool | None = None


class HookShown(Shown):
    """A webhook, without its secret; off where who keeps it is no owner any more."""

    hook: str
    url: str
    label: str
    events: list[str]
    active: bool
    created_at: str
    created_by: str
    kept_by: str


class ShownOnce(HookShown):
    """A new webhook with its secret, which is never shown again."""

    secret: str


class HookList(Shown):
    """The webhooks of a project."""

    hooks: list[HookShown]


class Removed(Shown):
    """Which webhook is no more."""

    removed: str


class Called(Shown):
    """That a ping is on its way; the log of attempts says what came of it."""

    called: str


def listed(services: Services, request: Request) -> Answer:
    """The webhooks of a project: ten at most."""
    hooks = services.hooks.hooks(request.project)
    shown = [HookShown(**_described(services, request, hook)) for hook in hooks]
    return Answer(HookList(hooks=shown))


def create(services: Services, request: Request) -> Answer:
    """A new webhook; it hears of what changes from now on.

    Raises:
        Conflict: an address that webhooks may not go to, or too many webhooks.
    """
    wanted = request.body(NewHook)
    _check_target(services, wanted.url)
    if sum(1 for _ in services.hooks.hooks(request.project)) >= HOOK_LIMIT:
        raise Conflict(f"A project has at most {HOOK_LIMIT} webhooks: remove one of them.")
    hook = Hook(
        project=request.project,
        hook=services.random(NAME_BYTES).hex(),
        url=wanted.url,
        secret=new_secret(services.random(SECRET_BYTES)),
        label=wanted.label,
        created_at=timestamp(services.now()),
        created_by=request.caller.user,
        kept_by=request.caller.user,
        kept_by_admin=request.caller.is_admin,
        kinds=_kinds(wanted.events),
    )
    cursor = services.feed.last(request.project)
    services.hooks.put_state(HookState(hook.project, hook.hook, cursor))
    made = services.hooks.put(hook)
    shown = ShownOnce(**_described(services, request, made), secret=made.secret)
    return Answer(shown, etag=str(made.revision))


def show(services: Services, request: Request) -> Answer:
    """One webhook.

    Raises:
        NotFound: there is none of this name.
    """
    return _answered(services, request, found(services, request))


def edit(services: Services, request: Request) -> Answer:
    """Changes a webhook, which the caller keeps from then on; it goes on where it was.

    One that is off because of who kept it stays off, unless the caller switches it on.

    Raises:
        NotFound: there is none of this name.
        Outdated: somebody changed it since it was read.
        Conflict: an address that webhooks may not go to.
    """
    hook, wanted = found(services, request), request.body(Edit)
    request.check_match(str(hook.revision))
    if wanted.url is not None:
        _check_target(services, wanted.url)
    changed = services.hooks.put(
        replace(
            hook,
            url=hook.url if wanted.url is None else wanted.url,
            label=hook.label if wanted.label is None else wanted.label,
            kinds=hook.kinds if wanted.events is None else _kinds(wanted.events),
            kept_by=request.caller.user,
            kept_by_admin=request.caller.is_admin,
            active=is_on(services, request, hook) if wanted.active is None else wanted.active,
        )
    )
    if wanted.active:
        revive(services, changed)
        services.hook_caller.tell(changed.project)
    return _answered(services, request, changed)


def remove(services: Services, request: Request) -> Answer:
    """Removes a webhook; nothing is sent to it any more.

    Raises:
        NotFound: there is none of this name.
    """
    hook = found(services, request)
    services.hooks.remove(hook.project, hook.hook)
    return Answer(Removed(removed=hook.hook))


def ping(services: Services, request: Request) -> Answer:
    """Sends a word to a webhook, to see that it is reached and knows the secret.

    Raises:
        NotFound: there is none of this name.
    """
    hook = found(services, request)
    services.hook_caller.ping(hook.project, hook.hook)
    return Answer(Called(called=hook.hook))


def found(services: Services, request: Request) -> Hook:
    """The webhook of the path.

    Raises:
        NotFound: there is none of this name.
    """
    hook = services.hooks.hook(request.project, request.path["hook"])
    if hook is None:
        raise NotFound("The project has no such webhook.")
    return hook


def is_on(services: Services, request: Request, hook: Hook) -> bool:
    """Whether a webhook of the project of the request is told what changes."""
    keeper = services.projects.member(hook.project, hook.kept_by)
    return is_told(hook, request.presence.project, keeper)


def _check_target(services: Services, url: str) -> None:
    target_of(url, allowed=Targets(services.settings.webhook_targets))


def _kinds(events: list[Kind]) -> tuple[str, ...]:
    return tuple(sorted(set(events)))


def _answered(services: Services, request: Request, hook: Hook) -> Answer:
    return Answer(HookShown(**_described(services, request, hook)), etag=str(hook.revision))


def _described(services: Services, request: Request, hook: Hook) -> dict[str, Any]:
    return {
        "hook": hook.hook,
        "url": hook.url,
        "label": hook.label,
        "events": list(hook.kinds),
        "active": is_on(services, request, hook),
        "created_at": hook.created_at,
        "created_by": hook.created_by,
        "kept_by": hook.kept_by,
    }
