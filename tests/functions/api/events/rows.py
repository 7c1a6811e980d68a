"""What the routes of the feed and of webhooks answer whom."""

from collections.abc import Mapping
from typing import Any

from tests.functions.api.front import Front
from tests.functions.api.matrix.row import Row

HOOK = {"url": "https://hooks.example.org/archive?key=1", "events": ["session"]}


def hooked(front: Front) -> Mapping[str, str]:
    """A webhook of olga's."""
    made = front.call("POST", "/api/projects/alpha/hooks", body=HOOK)
    assert made.status == 201
    return {"hook": made.body["hook"]}


def unhooked(front: Front) -> Mapping[str, str]:
    """No webhook at all, as a project has few."""
    for hook in front.services.hooks.hooks("alpha"):
        front.services.hooks.remove("alpha", hook.hook)
    return {}


OWNERS: dict[str, Any] = {"member": 403, "collaborator": 403, "uploader": 403, "public": 403}

ROWS = {
    "feed_list": Row(owner=200, member=200, collaborator=200, uploader=403, public=200),
    "hook_list": Row(owner=200, **OWNERS, prepare=hooked),
    "hook_create": Row(owner=201, **OWNERS, body=HOOK, prepare=unhooked),
    "hook_show": Row(owner=200, **OWNERS, prepare=hooked),
    "hook_edit": Row(owner=200, **OWNERS, body={"active": False}, prepare=hooked),
    "hook_remove": Row(owner=200, **OWNERS, prepare=hooked),
    "hook_attempts": Row(owner=200, **OWNERS, prepare=hooked),
    "hook_ping": Row(owner=202, **OWNERS, prepare=hooked),
}
