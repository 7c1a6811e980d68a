"""The routes of search."""

from functions.api.edge.route import Route
from functions.api.search import everywhere, studies
from scanloft.core.roles import Right

PROJECT = "/api/projects/<project>"

ROUTES = (
    Route(
        method="GET",
        path="/api/search",
        name="search",
        for_bound=True,
        summary="Search for subjects, sessions or scans in all your projects",
        act=everywhere.found,
        query=everywhere.Wanted,
        answer=everywhere.HitPage,
    ),
    Route(
        method="GET",
        path=f"{PROJECT}/summary",
        name="project_summary",
        summary="How much a project holds, and what waits",
        act=studies.summary,
        rights=(Right.READ,),
        answer=studies.Summary,
    ),
    Route(
        method="GET",
        path=f"{PROJECT}/search",
        name="study_search",
        summary="The studies of a project that match, the latest first",
        act=studies.studies,
        rights=(Right.READ,),
        query=studies.Wanted,
        answer=studies.Found,
    ),
)
