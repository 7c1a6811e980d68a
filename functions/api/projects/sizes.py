"""How much an owner may set of a project: all of it lies in one row, which holds 400 kB."""

import json

from scanloft.core.errors import Conflict
from scanloft.core.model import Project

SETTINGS_LIMIT_BYTES = 300_000
"""Of profile, custom fields and routing as they are kept; the rest of the row has the remainder."""


def check_size(project: Project) -> None:
    """Lets pass a project that fits into its row.

    Raises:
        Conflict: its profile, custom fields and routing are too large together.
    """
    kept = json.dumps(dict(project.profile)), json.dumps(dict(project.fields)), project.routing
    if sum(len(part.encode()) for part in kept) > SETTINGS_LIMIT_BYTES:
        raise Conflict(
            f"Profile, custom fields and routing have at most {SETTINGS_LIMIT_BYTES} bytes "
            "together: shorten one of them."
        )
