"""The routes of share links: for those who manage a project, and for whoever has a link."""

from functions.api.edge.pages import Page
from functions.api.edge.route import Route
from functions.api.links import links, shared
from scanloft.core.roles import Right

LINKS = "/api/projects/<project>/links"
SHARED = "/api/shared/<secret>"
MANAGE = (Right.MANAGE,)

ROUTES = (
    Route(
        method="GET",
        path=LINKS,
        name="link_list",
        summary="The share links of a project",
        act=links.listed,
        rights=MANAGE,
        query=Page,
        answer=links.LinkPage,
    ),
    Route(
        method="POST",
        path=LINKS,
        name="link_create",
        summary="Make a share link; its secret is shown once",
        act=links.create,
        rights=MANAGE,
        told=("days",),
        body=links.NewLink,
        answer=links.LinkMade,
        status=201,
        shows_secret=True,
        once=True,
    ),
    Route(
        method="DELETE",
        path=f"{LINKS}/<link>",
        name="link_revoke",
        summary="End a share link at once",
        act=links.revoke,
        rights=MANAGE,
        answer=links.Revoked,
    ),
    Route(
        method="GET",
        path=SHARED,
        name="shared_show",
        summary="What a share link shows",
        act=shared.show,
        is_open=True,
        query=shared.SessionsPage,
        answer=shared.SharedView,
    ),
    Route(
        method="GET",
        path=f"{SHARED}/files",
        name="shared_files",
        summary="The files of a session of a share link, with short-lived addresses",
        act=shared.files,
        is_open=True,
        query=shared.FilesPage,
        answer=shared.SharedFiles,
    ),
)
