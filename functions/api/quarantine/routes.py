"""The routes of the quarantine."""

from functions.api.edge.pages import Page
from functions.api.edge.route import Route
from functions.api.quarantine import listing
from scanloft.core.roles import Right

ROUTES = (
    Route(
        method="GET",
        path="/api/projects/<project>/quarantine",
        name="quarantine_list",
        summary="What waits for a person, with code and reason",
        act=listing.listed,
        rights=(Right.REVIEW,),
        query=Page,
        answer=listing.ItemPage,
    ),
    Route(
        method="GET",
        path="/api/quarantine/unassigned",
        name="unassigned_list",
        summary="What was addressed to no project",
        act=listing.unassigned,
        admin=True,
        query=Page,
        answer=listing.ItemPage,
    ),
)
