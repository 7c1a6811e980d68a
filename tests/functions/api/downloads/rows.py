"""What the routes of downloads answer whom; the export is olga's."""

from collections.abc import Mapping
from dataclasses import replace

from scanloft.core.exports import ExportStatus
from tests.functions.api.downloads.library import Library
from tests.functions.api.front import Front
from tests.functions.api.matrix.row import Row

ALL = {"selection": {"all": True}}


def a_session(front: Front) -> Mapping[str, str]:
    """A session with one image."""
    Library(front).session("1.2", scans={"1.2.3": 1})
    return {}


def an_export(front: Front) -> Mapping[str, str]:
    """An export of olga's that is ready; each is another one."""
    a_session(front)
    made = front.call("POST", "/api/projects/alpha/exports", body=ALL)
    name: str = made.body["export"]
    export = front.services.exports.export("alpha", name)
    assert export
    ready = replace(export, status=ExportStatus.READY, zip_bytes=1)
    assert front.services.exports.put(ready, over_worker="")
    return {"export": name}


ROWS = {
    "instance_link": Row(
        owner=200, member=200, collaborator=200, uploader=403, public=200, bound=404
    ),
    "manifest_create": Row(
        owner=200, member=200, collaborator=200, uploader=403, public=200, body=ALL,
        prepare=a_session,
    ),
    "export_create": Row(
        owner=202, member=202, collaborator=202, uploader=403, public=202, bound=202, body=ALL,
        prepare=a_session,
    ),
    "export_list": Row(owner=200, member=200, collaborator=200, uploader=403, public=200),
    "export_show": Row(
        owner=200, member=404, collaborator=404, uploader=403, public=404, prepare=an_export
    ),
    "export_remove": Row(
        owner=200, member=404, collaborator=404, uploader=403, public=404, prepare=an_export
    ),
}  # fmt: skip
