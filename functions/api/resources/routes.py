"""The routes of resources: one set of acts, for each of the four levels."""

from collections.abc import Iterator, Mapping

from functions.api.edge.route import Route
from functions.api.resources import declaring, files, resources
from scanloft.core.annotations import Level
from scanloft.core.roles import Right

PROJECT = "/api/projects/<project>"
OWNER_BY_LEVEL: Mapping[Level, str] = {
    Level.PROJECT: PROJECT,
    Level.SUBJECT: f"{PROJECT}/subjects/<subject>",
    Level.SESSION: f"{PROJECT}/sessions/<study>",
    Level.SCAN: f"{PROJECT}/sessions/<study>/scans/<series>",
}
READ, EDIT, DELETE = (Right.READ,), (Right.EDIT,), (Right.DELETE,)


def _routes(level: Level) -> Iterator[Route]:
    """The routes of the resources of a level, and of the files in them."""
    yield Route(
        method="GET",
        path=f"{OWNER_BY_LEVEL[level]}/resources",
        name=f"{level}_resource_list",
        summary=f"The resources of a {level}, by label",
        act=resources.listed,
        rights=READ,
        query=resources.Labels,
        answer=resources.ResourcePage,
    )
    one = f"{OWNER_BY_LEVEL[level]}/resources/<label>"
    yield from _of_resource(level, one)
    yield from _of_files(level, one)
    yield from _of_deleted_files(level, one)


def _of_resource(level: Level, one: str) -> Iterator[Route]:
    yield Route(
        method="GET",
        path=one,
        name=f"{level}_resource_show",
        summary=f"A resource of a {level}",
        act=resources.show,
        rights=READ,
        answer=resources.ResourceShown,
    )
    yield Route(
        method="PUT",
        path=one,
        name=f"{level}_resource_put",
        summary=f"Make a resource of a {level}, or say anew what its files are",
        act=resources.put,
        rights=EDIT,
        told=("format", "content"),
        body=resources.Description,
        answer=resources.ResourceShown,
    )
    yield Route(
        method="DELETE",
        path=one,
        name=f"{level}_resource_delete",
        summary=f"Delete a resource of a {level} with its files; kept for 30 days",
        act=resources.delete,
        rights=DELETE,
        answer=resources.ResourceShown,
    )
    yield Route(
        method="POST",
        path=f"{one}/restore",
        name=f"{level}_resource_restore",
        summary=f"Bring a deleted resource of a {level} back with its files",
        act=resources.restore,
        rights=DELETE,
        answer=resources.ResourceShown,
    )


def _of_files(level: Level, one: str) -> Iterator[Route]:
    yield Route(
        method="GET",
        path=f"{one}/files",
        name=f"{level}_resource_files",
        summary=f"The files of a resource of a {level}, by path",
        act=files.listed,
        rights=READ,
        query=files.PathsAfter,
        answer=files.FilePage,
    )
    yield Route(
        method="POST",
        path=f"{one}/files",
        name=f"{level}_resource_declare",
        summary=f"Declare files for a resource of a {level}, and receive the forms to send them",
        act=declaring.declare,
        rights=EDIT,
        told=("upload", "first"),
        body=declaring.Declaring,
        answer=declaring.Declared,
    )
    yield Route(
        method="GET",
        path=f"{one}/file",
        name=f"{level}_resource_file_link",
        summary=f"A short-lived address of a file of a resource of a {level}",
        act=files.link,
        rights=READ,
        audited=True,
        query=files.OneFile,
        answer=files.Link,
    )
    yield Route(
        method="DELETE",
        path=f"{one}/file",
        name=f"{level}_resource_file_delete",
        summary=f"Delete a file of a resource of a {level}; kept for 30 days",
        act=files.delete,
        rights=DELETE,
        query=files.OneFile,
        answer=files.DeletedFile,
    )


def _of_deleted_files(level: Level, one: str) -> Iterator[Route]:
    yield Route(
        method="GET",
        path=f"{one}/deleted",
        name=f"{level}_resource_deleted",
        summary=f"The deleted and replaced files of a resource of a {level}",
        act=files.deleted,
        rights=DELETE,
        query=files.IdsAfter,
        answer=files.DeletedPage,
    )
    yield Route(
        method="POST",
        path=f"{one}/deleted/restore",
        name=f"{level}_resource_file_restore",
        summary=f"Bring a deleted file of a resource of a {level} back to its path",
        act=files.restore,
        rights=DELETE,
        query=files.OneId,
        answer=files.FileShown,
    )


ROUTES = tuple(route for level in OWNER_BY_LEVEL for route in _routes(level))
