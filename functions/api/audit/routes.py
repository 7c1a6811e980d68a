"""The routes of the audit log."""

from functions.api.audit import reading
from functions.api.edge.route import Route
from scanloft.core.roles import Right

PROJECT = "/api/projects/<project>"

ROUTES = (
    Route(
        method="GET",
        path=f"{PROJECT}/audit",
        name="audit_list",
        summary="Who did what in a project, the first act first",
        act=reading.listed,
        rights=(Right.MANAGE,),
        query=reading.Wanted,
        answer=reading.EntryPage,
    ),
    Route(
        method="GET",
        path=f"{PROJECT}/audit/export",
        name="audit_export",
        summary="The same line by line, to be kept elsewhere and verified",
        act=reading.exported,
        rights=(Right.MANAGE,),
        query=reading.Exported,
        media_type=reading.NDJSON,
    ),
    Route(
        method="GET",
        path="/api/audit",
        name="site_audit_list",
        summary="Who did what that belongs to no project",
        act=reading.listed_of_site,
        admin=True,
        query=reading.Wanted,
        answer=reading.EntryPage,
    ),
    Route(
        method="GET",
        path="/api/audit/export",
        name="site_audit_export",
        summary="The same line by line",
        act=reading.exported_of_site,
        admin=True,
        query=reading.Exported,
        media_type=reading.NDJSON,
    ),
)
