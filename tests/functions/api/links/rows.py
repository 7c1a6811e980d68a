"""What the routes of share links answer whom."""

from collections.abc import Mapping

from tests.functions.api.front import Front
from tests.functions.api.matrix.row import Row

BODY = {"label": "for the reviewers", "days": 7, "selection": {"whole_project": True}}
OWNERS = {"member": 403, "collaborator": 403, "uploader": 403, "public": 403}


def made(front: Front) -> Mapping[str, str]:
    """A link to the whole project."""
    link = front.call("POST", "/api/projects/alpha/links", body=BODY)
    return {"link": link.body["link"]}


def opened(front: Front) -> Mapping[str, str]:
    """The secret of a link."""
    link = front.call("POST", "/api/projects/alpha/links", body=BODY)
    return {"secret": link.body["secret"]}


ROWS = {
    "link_list": Row(owner=200, **OWNERS),
    "link_create": Row(owner=201, body=BODY, **OWNERS),
    "link_revoke": Row(owner=200, prepare=made, **OWNERS),
    "shared_show": Row(owner=200, nobody=200, prepare=opened),
    "shared_files": Row(owner=404, nobody=404, prepare=opened, query={"session": "1.2.9"}),
}
