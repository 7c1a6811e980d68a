"""The routes of the feed and of webhooks."""

from functions.api.edge.route import Route
from functions.api.events import attempts, feed, hooks
from scanloft.core.roles import Right

PROJECT = "/api/projects/<project>"
HOOKS = f"{PROJECT}/hooks"
HOOK = f"{HOOKS}/<hook>"
MANAGE = (Right.MANAGE,)

ROUTES = (
    Route(
        method="GET",
        path=f"{PROJECT}/feed",
        name="feed_list",
        summary="What changed in a project, in order, after a number",
        act=feed.listed,
        rights=(Right.READ,),
        query=feed.Wanted,
        answer=feed.ChangePage,
    ),
    Route(
        method="GET",
        path=HOOKS,
        name="hook_list",
        summary="The webhooks of a project",
        act=hooks.listed,
        rights=MANAGE,
        answer=hooks.HookList,
    ),
    Route(
        method="POST",
        path=HOOKS,
        name="hook_create",
        summary="Have an address told of changes; the secret is shown once",
        act=hooks.create,
        rights=MANAGE,
        told=("events",),
        body=hooks.NewHook,
        answer=hooks.ShownOnce,
        status=201,
        shows_secret=True,
        once=True,
    ),
    Route(
        method="GET",
        path=HOOK,
        name="hook_show",
        summary="A webhook, without its secret",
        act=hooks.show,
        rights=MANAGE,
        answer=hooks.HookShown,
    ),
    Route(
        method="PATCH",
        path=HOOK,
        name="hook_edit",
        summary="Change a webhook, switch it off, or on again after failures",
        act=hooks.edit,
        rights=MANAGE,
        told=("events", "active"),
        body=hooks.Edit,
        answer=hooks.HookShown,
    ),
    Route(
        method="DELETE",
        path=HOOK,
        name="hook_remove",
        summary="Remove a webhook",
        act=hooks.remove,
        rights=MANAGE,
        answer=hooks.Removed,
    ),
    Route(
        method="GET",
        path=f"{HOOK}/attempts",
        name="hook_attempts",
        summary="How it stands with a webhook, and what was tried",
        act=attempts.listed,
        rights=MANAGE,
        query=attempts.Wanted,
        answer=attempts.AttemptPage,
    ),
    Route(
        method="POST",
        path=f"{HOOK}/ping",
        name="hook_ping",
        summary="Send a webhook a word",
        act=hooks.ping,
        rights=MANAGE,
        answer=hooks.Called,
        status=202,
    ),
)
