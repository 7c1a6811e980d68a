"""Part 7: what requests of the REST API cost, in projects of 100, 1,000 and 10,000 sessions."""

from collections.abc import Iterator, Sequence
from typing import Any

from benchmarks.api_site import ApiSite
from benchmarks.figures import Figure

PART = "REST API, one request"
SIZES = (100, 1_000, 10_000)
GROWS = 1.0
"""A page may not cost more in a large project than in a small one."""
PAGES = {
    "projects": "/api/projects",
    "project": "/api/projects/{project}",
    "members, a page": "/api/projects/{project}/members",
    "subjects, a page": "/api/projects/{project}/subjects",
    "sessions, a page": "/api/projects/{project}/sessions",
    "session": "/api/projects/{project}/sessions/1.2.0",
    "scans of a session": "/api/projects/{project}/sessions/1.2.0/scans",
    "uploads, a page": "/api/projects/{project}/uploads",
    "quarantine, a page": "/api/projects/{project}/quarantine",
    "feed, a page": "/api/projects/{project}/feed",
    "audit, a page": "/api/projects/{project}/audit",
}
"""What must not grow with the project."""
SEARCHES = {
    "search in a project": "/api/projects/{project}/search",
    "summary of a project": "/api/projects/{project}/summary",
    "search across projects": "/api/search?level=session",
}
"""What reads the session rows of a project: its cost grows, and is shown."""


def measure(*, sizes: Sequence[int] = SIZES) -> Iterator[Figure]:
    """AWS calls and DynamoDB read units of each request, by the size of the project."""
    with ApiSite(sizes) as site:
        for what, address in {**PAGES, **SEARCHES}.items():
            bills = [site.bill(address, project=site.project(size)) for size in sizes]
            yield from _figures(what, bills, sizes=sizes, bounded=what in PAGES)


def _figures(
    what: str, bills: Sequence[Any], *, sizes: Sequence[int], bounded: bool
) -> Iterator[Figure]:
    """Each size is held against the one before; the smallest does not fill a page."""
    for unit, name in (("AWS calls", "calls"), ("read units", "read_units")):
        costs = [float(getattr(bill, name)) for bill in bills]
        for place, (size, cost) in enumerate(zip(sizes, costs, strict=True)):
            yield Figure(
                part=PART,
                what=f"{what}, {size:,} sessions",
                unit=unit,
                ours=cost,
                runs=1,
                against=f"{sizes[place - 1]:,} sessions" if place else "",
                other=costs[place - 1] if place else None,
                least_ratio=GROWS if bounded and place > 1 else None,
            )
