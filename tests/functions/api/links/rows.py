"""What the routes of share links answer whom."""

from collections.abc import Mapping
from typing import Any

from scanloft.core.model import Series, Study
from tests.functions.api.front import Front
from tests.functions.api.matrix.row import Row

BODY = {"label": "for the reviewers", "days": 7, "selection": {"whole_project": True}}
OWNERS: dict[str, Any] = {"member": 403, "collaborator": 403, "uploader": 403, "public": 403}


def made(front: Front) -> Mapping[str, str]:
    """A link to the whole project."""
    link = front.call("POST", "/api/projects/alpha/links", body=BODY)
    return {"link": link.body["link"]}


def opened(front: Front) -> Mapping[str, str]:
    """The secret of a link that shows a session with a file."""
    front.services.instances.put_study(Study("alpha", "1.2", 1, 1, 10, ("CT",), {}))
    front.services.instances.put_series(Series("alpha", "1.2", "1.2.3", 1, 10, {}))
    link = front.call("POST", "/api/projects/alpha/links", body=BODY)
    return {"secret": link.body["secret"]}


ROWS = {
    "link_list": Row(owner=200, **OWNERS),
    "link_create": Row(owner=201, body=BODY, **OWNERS),
    "link_revoke": Row(owner=200, prepare=made, **OWNERS),
    "shared_show": Row(owner=200, nobody=200, prepare=opened),
    "shared_files": Row(owner=200, nobody=200, prepare=opened, query={"session": "1.2"}),
}
