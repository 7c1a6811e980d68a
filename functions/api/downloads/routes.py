"""The routes of downloads."""

from functions.api.downloads import instances
from functions.api.edge.route import Route
from scanloft.core.roles import Right

ROUTES = (
    Route(
        method="GET",
        path="/api/projects/<project>/download/<study>/<series>/<sop>",
        name="instance_link",
        summary="A short-lived address of one instance",
        act=instances.link,
        rights=(Right.READ,),
        audited=True,
        answer=instances.Link,
    ),
)
