"""What the routes of the quarantine answer whom."""

from collections.abc import Mapping

from scanloft.core.model import QuarantineItem
from tests.functions.api.front import Front
from tests.functions.api.matrix.row import Row

WAITING = QuarantineItem(
    "alpha", "waiting-item", "pixel_review", "Look at it.", "u", "1", 7, "2026-01-01T00:00:00Z"
)
DELETING = {"action": "delete", "items": ["waiting-item"]}
RELEASING = {"action": "release", "items": ["waiting-item"]}


def waits(front: Front) -> Mapping[str, str]:
    """An object waits in alpha."""
    front.services.inbox.put("quarantine/alpha/waiting-item", b"DICM")
    front.services.quarantine.put(WAITING)
    return {"item": WAITING.item}


def waits_for_nobody(front: Front) -> Mapping[str, str]:
    """The same in no project."""
    front.services.inbox.put("quarantine/alpha/waiting-item", b"DICM")
    front.services.quarantine.put(WAITING, assigned=False)
    return {"item": WAITING.item}


ROWS = {
    "quarantine_list": Row(owner=200, member=403, collaborator=403, uploader=403, public=403),
    "quarantine_look": Row(
        owner=200, member=403, collaborator=403, uploader=403, public=403, prepare=waits
    ),
    "quarantine_decide": Row(
        owner=200, member=403, collaborator=403, uploader=403, public=403, body=RELEASING,
        prepare=waits,
    ),
    "unassigned_list": Row(owner=404, admin=200),
    "unassigned_look": Row(owner=404, admin=200, prepare=waits_for_nobody),
    "unassigned_decide": Row(owner=404, admin=200, body=DELETING, prepare=waits_for_nobody),
}  # fmt: skip
