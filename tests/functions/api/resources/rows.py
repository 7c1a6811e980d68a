"""What the routes of resources answer whom; at each level the same, but for a site's people."""

from collections.abc import Callable, Mapping
from typing import Any

from scanloft.core.annotations import Level, Resource, ResourceFile, Trashed
from scanloft.core.hierarchy import PATIENT_ID
from scanloft.core.items_of_people import subject_item
from scanloft.core.model import Series, Study
from tests.functions.api.front import Front
from tests.functions.api.matrix.row import Row

OWNER_BY_LEVEL = {
    Level.PROJECT: "",
    Level.SUBJECT: "S1",
    Level.SESSION: "1.2",
    Level.SCAN: "1.2/1.2.3",
}
FILE_ID = "0123456789abcdef" * 2
FILE = ResourceFile(
    path="anat/sub-01_T1w.nii.gz",
    key=f"files/alpha/{FILE_ID}",
    size_bytes=10,
    sha256="f" * 64,
    content_type="application/gzip",
    added_at="2026-01-01T00:00:00Z",
    added_by="olga",
)
ONE_FILE = {"path": FILE.path}
DECLARED = {"path": "a/b.csv", "size_bytes": 3, "sha256": "0" * 64}


def hierarchy(front: Front, *, sites: tuple[str, ...] = ("",)) -> None:
    """A subject, its session and a scan, as the pipeline writes them."""
    front.services.rows.put(
        subject_item("alpha", "S1"),
        {
            "project": "alpha",
            "subject": "S1",
            "created_at": "2026-01-01T00:00:00Z",
            "created_by": "olga",
            "sites": [],
            "revision": 1,
        },
    )
    if front.services.instances.study("alpha", "1.2") is None:
        front.services.instances.put_study(
            Study("alpha", "1.2", 1, 1, 10, ("MR",), attributes={PATIENT_ID: ("S1",)}, sites=sites)
        )
        front.services.instances.put_series(
            Series("alpha", "1.2", "1.2.3", 1, 10, attributes={}, sites=sites)
        )


def resource(front: Front, level: Level, label: str = "results") -> Resource:
    """A resource of this level with one file, as new."""
    hierarchy(front)
    owner = OWNER_BY_LEVEL[level]
    there = front.services.resources.resource("alpha", level, owner, label)
    if there is not None:
        front.services.resources.remove(there)
    made = front.services.resources.put(
        Resource("alpha", level, owner, label, created_at="2026-01-01T00:00:00Z", created_by="olga")
    )
    front.services.resources.put_new_file(made, FILE)
    return made


def there(level: Level) -> Callable[[Front], Mapping[str, str]]:
    """A resource with a file."""

    def prepare(front: Front) -> Mapping[str, str]:
        resource(front, level)
        return {"label": "results", "subject": "S1"}

    return prepare


def with_deleted_file(level: Level) -> Callable[[Front], Mapping[str, str]]:
    """A resource with a file that was deleted."""

    def prepare(front: Front) -> Mapping[str, str]:
        made = resource(front, level)
        front.services.resources.remove_file(made, FILE)
        entry = Trashed(
            level, made.owner, made.label, FILE, "2026-01-01T00:00:00Z", "olga", "2999-01-01"
        )
        front.services.trash.put("alpha", entry)
        return {"label": "results", "subject": "S1"}

    return prepare


def _rows(level: Level) -> dict[str, Row]:
    read: Any = {"member": 200, "collaborator": 200, "uploader": 403, "public": 200, "bound": 404}
    edit: Any = {"member": 200, "collaborator": 403, "uploader": 403, "public": 403, "bound": 404}
    delete: Any = {"member": 403, "collaborator": 403, "uploader": 403, "public": 403}
    prepare: Any = {"prepare": there(level)}
    deleted: Any = {"prepare": with_deleted_file(level)}
    one_id = {"id": FILE_ID}
    rows = {
        "list": Row(owner=200, **read, **prepare),
        "show": Row(owner=200, **read, **prepare),
        "put": Row(owner=200, **edit, **prepare, body={"format": "NIFTI"}),
        "delete": Row(owner=200, **delete, **prepare),
        "restore": Row(owner=200, **delete, **prepare),
        "files": Row(owner=200, **read, **prepare),
        "declare": Row(owner=200, **edit, **prepare, body={"files": [DECLARED]}),
        "file_link": Row(owner=200, **read, **prepare, query=ONE_FILE),
        "file_delete": Row(owner=200, **delete, **prepare, query=ONE_FILE),
        "deleted": Row(owner=200, **delete, **deleted),
        "file_restore": Row(owner=200, **delete, **deleted, query=one_id),
    }
    return {f"{level}_resource_{name}": row for name, row in rows.items()}


ROWS = {name: row for level in Level for name, row in _rows(level).items()}
