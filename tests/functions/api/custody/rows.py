"""What the routes of who became whom answer whom: owners alone."""

from collections.abc import Mapping
from dataclasses import replace

from functions.api import custody_handler
from tests.functions.api.front import Front
from tests.functions.api.matrix.row import Row

KEY = "ptid/1234"


def listed(_front: Front) -> Mapping[str, str]:
    """One entry in the lookup table of alpha."""
    custody_handler.services().pseudonyms.put_lookup("alpha", {KEY: "S-1"})
    return {}


OWNERS = Row(owner=200, member=403, collaborator=403, uploader=403, public=403, prepare=listed)

ROWS = {
    "custody_patients": OWNERS,
    "custody_uids": OWNERS,
    "custody_missing": OWNERS,
    "custody_lookup": OWNERS,
    "custody_lookup_add": replace(OWNERS, body={"entries": [{"key": "ptid/1", "new": "S-2"}]}),
    "custody_lookup_remove": replace(OWNERS, query={"key": KEY}),
}
