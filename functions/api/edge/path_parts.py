"""What the parts of paths look like: for the OpenAPI document, and for the audit log."""

import re
from collections.abc import Mapping
from typing import Any

from scanloft.core.hierarchy import SHARED_MARK, SUBJECT
from scanloft.core.identifiers import PROJECT, RECEIVER, UID, UPLOAD, USER
from scanloft.core.resource_names import LABEL
from scanloft.core.tokens import ID, INVITATION_PREFIX, LINK, LINK_PREFIX, TOKEN_PREFIX

LENGTH_LIMIT = 256
"""Of a part whose schema has none."""
UID_SCHEMA = {"type": "string", "pattern": f"^{UID.pattern}$", "maxLength": 64}
NAME_SCHEMA = {"type": "string", "minLength": 1, "maxLength": 128, "pattern": "^[A-Za-z0-9._-]+$"}
SCHEMA_BY_PART: Mapping[str, Mapping[str, Any]] = {
    "project": {"type": "string", "pattern": f"^{PROJECT.pattern}$"},
    "upload": {"type": "string", "pattern": f"^{UPLOAD.pattern}$"},
    "study": UID_SCHEMA,
    "series": UID_SCHEMA,
    "sop": UID_SCHEMA,
    "number": {"type": "string", "pattern": "^[0-9]{1,9}$"},
    "subject": {
        "type": "string",
        "pattern": f"^{SUBJECT.pattern}({SHARED_MARK}{PROJECT.pattern})?$",
    },
    "target": {"type": "string", "pattern": f"^{PROJECT.pattern}$"},
    "label": {"type": "string", "pattern": LABEL, "maxLength": 64},
    "user": {"type": "string", "pattern": f"^{USER.pattern}$"},
    "token": {"type": "string", "pattern": f"^{ID.pattern}$"},
    "invitation": {"type": "string", "pattern": f"^{ID.pattern}$"},
    "link": {"type": "string", "pattern": f"^{ID.pattern}$"},
    "secret": {"type": "string", "pattern": f"^{LINK.pattern}$"},
    "ae": {"type": "string", "pattern": f"^{RECEIVER.pattern}$"},
    "item": {"type": "string", "maxLength": 128, "pattern": "^[A-Za-z0-9][A-Za-z0-9.-]*$"},
}
"""What the parts of paths look like; others are names."""
SECRETS = (TOKEN_PREFIX, INVITATION_PREFIX, LINK_PREFIX)
UNFIT = "?"
"""Stands for what is no such part: a secret or an address that was pasted into a path."""


def schema_of(part: str) -> Mapping[str, Any]:
    """The JSON schema of a part by its name in routes."""
    return SCHEMA_BY_PART.get(part, NAME_SCHEMA)


def told(part: str, value: str) -> str:
    """The value where it is what the part is made of, and no secret; else `UNFIT`."""
    schema = schema_of(part)
    is_short = len(value) <= schema.get("maxLength", LENGTH_LIMIT)
    fits = is_short and re.fullmatch(schema["pattern"], value) is not None
    return value if fits and not any(secret in value for secret in SECRETS) else UNFIT
