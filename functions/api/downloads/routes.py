"""The routes of downloads."""

from functions.api.downloads import exports, instances, manifests
from functions.api.downloads.selection import Selecting
from functions.api.edge.pages import Page
from functions.api.edge.route import Route
from scanloft.core.roles import Right

PROJECT = "/api/projects/<project>"
EXPORT = f"{PROJECT}/exports/<export>"
READ = (Right.READ,)

ROUTES = (
    Route(
        method="GET",
        path=f"{PROJECT}/download/<study>/<series>/<sop>",
        name="instance_link",
        summary="A short-lived address of one instance",
        act=instances.link,
        rights=READ,
        audited=True,
        answer=instances.Link,
    ),
    Route(
        method="POST",
        path=f"{PROJECT}/manifests",
        name="manifest_create",
        summary="A page of the files of a selection, with short-lived addresses",
        act=manifests.show,
        rights=READ,
        told=("selection", "layout"),
        body=manifests.Wanted,
        answer=manifests.Manifest,
    ),
    Route(
        method="POST",
        path=f"{PROJECT}/exports",
        name="export_create",
        summary="Ask for a zip of a selection",
        act=exports.create,
        rights=READ,
        told=("selection", "layout"),
        body=Selecting,
        answer=exports.ExportShown,
        status=202,
        once=True,
    ),
    Route(
        method="GET",
        path=f"{PROJECT}/exports",
        name="export_list",
        summary="Your exports; for owners those of all",
        act=exports.listed,
        rights=READ,
        query=Page,
        answer=exports.ExportPage,
    ),
    Route(
        method="GET",
        path=EXPORT,
        name="export_show",
        summary="How far an export is, and an address of the zip when it is ready",
        act=exports.show,
        rights=READ,
        audited=True,
        answer=exports.ExportShown,
    ),
    Route(
        method="DELETE",
        path=EXPORT,
        name="export_remove",
        summary="End an export and remove its zip",
        act=exports.remove,
        rights=READ,
        answer=exports.Removed,
    ),
)
