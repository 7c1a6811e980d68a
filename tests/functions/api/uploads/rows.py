"""What the routes of uploads answer whom; the upload is olga's."""

from collections.abc import Mapping
from typing import Any

from tests.functions.api.front import Front
from tests.functions.api.matrix.row import Row

FILE = {"size_bytes": 3, "sha256": "0" * 64, "kind": "dicom"}


def of_olga(front: Front) -> Mapping[str, str]:
    """An upload of olga's."""
    return {"upload": front.upload().rpartition("/")[2]}


SEEN: dict[str, Any] = {
    "member": 200,
    "collaborator": 403,
    "uploader": 404,
    "public": 403,
    "prepare": of_olga,
}

ROWS = {
    "upload_list": Row(owner=200, member=200, collaborator=403, uploader=200, public=403),
    "upload_create": Row(owner=201, member=201, collaborator=403, uploader=201, public=403),
    "upload_show": Row(owner=200, **SEEN),
    "upload_files": Row(owner=200, **SEEN),
    "upload_declare": Row(
        owner=200,
        member=404,
        collaborator=403,
        uploader=404,
        public=403,
        prepare=of_olga,
        body={"first": 1, "files": [FILE]},
    ),
}
