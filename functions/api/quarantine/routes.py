"""The routes of the quarantine; what opens objects is answered by a function of its own."""

from functions.api.edge.route import Route
from functions.api.quarantine import decisions, listing, look, shapes
from scanloft.core.roles import Right

QUARANTINE = "/api/projects/<project>/quarantine"
UNASSIGNED = "/api/quarantine/unassigned"
REVIEW = (Right.REVIEW,)
TOLD = ("action", "all_of_code", "pixels_reviewed", "conflicts", "subject", "session")

ROUTES = (
    Route(
        method="GET",
        path=QUARANTINE,
        name="quarantine_list",
        summary="What waits for a person, with code and reason",
        act=listing.listed,
        rights=REVIEW,
        query=listing.Wanted,
        answer=listing.ItemPage,
    ),
    Route(
        method="POST",
        path=f"{QUARANTINE}/actions",
        name="quarantine_decide",
        summary="Retry, release, move or delete what waits, up to a thousand objects at once",
        act=decisions.decide,
        rights=REVIEW,
        told=TOLD,
        body=shapes.Decision,
        answer=shapes.Decided,
        function="review",
    ),
    Route(
        method="GET",
        path=f"{QUARANTINE}/<item>",
        name="quarantine_look",
        summary="An object that waits, and what may be seen of its header",
        act=look.look,
        rights=REVIEW,
        audited=True,
        answer=look.ItemDetail,
        function="review",
    ),
    Route(
        method="GET",
        path=UNASSIGNED,
        name="unassigned_list",
        summary="What was addressed to no project",
        act=listing.unassigned,
        admin=True,
        query=listing.Wanted,
        answer=listing.ItemPage,
        function="review",
    ),
    Route(
        method="POST",
        path=f"{UNASSIGNED}/actions",
        name="unassigned_decide",
        summary="Route again, move or delete what was addressed to no project",
        act=decisions.decide_unassigned,
        admin=True,
        told=TOLD,
        body=shapes.Decision,
        answer=shapes.Decided,
        function="review",
    ),
    Route(
        method="GET",
        path=f"{UNASSIGNED}/<item>",
        name="unassigned_look",
        summary="An object that was addressed to no project, and what may be seen of its header",
        act=look.look_unassigned,
        admin=True,
        audited=True,
        answer=look.ItemDetail,
        function="review",
    ),
)
