"""What the routes of uploads answer whom; the upload is olga's."""

from collections.abc import Mapping
from typing import Any

from tests.functions.api.front import Front
from tests.functions.api.matrix.row import Row

SHA256 = "0" * 64
FILE = {"size_bytes": 3, "sha256": SHA256, "kind": "dicom"}


def of_olga(front: Front) -> Mapping[str, str]:
    """An upload of olga's with a file that was declared."""
    path = front.upload()
    front.call("POST", f"{path}/files", body={"first": 1, "files": [FILE]})
    return {"upload": path.rpartition("/")[2], "number": "1"}


def in_parts(front: Front) -> Mapping[str, str]:
    """The same, its file begun in parts."""
    parts = of_olga(front)
    front.call("POST", f"/api/projects/alpha/uploads/{parts['upload']}/files/1/multipart")
    return parts


def all_sent(front: Front) -> Mapping[str, str]:
    """The same, all of its parts sent."""
    parts = in_parts(front)
    uploads, inbox = front.services.uploads, front.services.inbox
    key, name = f"dicom/alpha/{parts['upload']}/1", uploads.parts("alpha", parts["upload"], "1")
    inbox._client.upload_part(
        Bucket=inbox.bucket, Key=key, UploadId=name or "", PartNumber=1, Body=b"abc"
    )
    return parts


SEEN: dict[str, Any] = {
    "member": 200,
    "collaborator": 403,
    "uploader": 404,
    "public": 403,
    "bound": 404,
}
OWN: dict[str, Any] = {"member": 404, "collaborator": 403, "uploader": 404, "public": 403}

ROWS = {
    "upload_list": Row(owner=200, member=200, collaborator=403, uploader=200, public=403),
    "upload_create": Row(owner=201, member=201, collaborator=403, uploader=201, public=403),
    "upload_show": Row(owner=200, **SEEN, prepare=of_olga),
    "upload_files": Row(owner=200, **SEEN, prepare=of_olga),
    "upload_missing": Row(owner=200, **SEEN, prepare=of_olga),
    "upload_declare": Row(owner=200, **OWN, prepare=of_olga, body={"first": 1, "files": [FILE]}),
    "upload_close": Row(owner=200, **OWN, prepare=of_olga),
    "upload_parts_begin": Row(owner=200, **OWN, prepare=of_olga),
    "upload_parts_sign": Row(
        owner=200,
        **OWN,
        prepare=in_parts,
        body={"number": 1, "parts": [{"part": 1, "sha256": SHA256}]},
    ),
    "upload_parts_complete": Row(owner=200, **OWN, prepare=all_sent),
    "upload_parts_give_up": Row(owner=200, **OWN, prepare=in_parts),
}
