"""The rows of all routes, by operation ID."""

from collections.abc import Mapping

from tests.functions.api.account.rows import ROWS as ACCOUNT
from tests.functions.api.audit.rows import ROWS as AUDIT
from tests.functions.api.custody.rows import ROWS as CUSTODY
from tests.functions.api.downloads.rows import ROWS as DOWNLOADS
from tests.functions.api.events.rows import ROWS as EVENTS
from tests.functions.api.hierarchy.rows import ROWS as HIERARCHY
from tests.functions.api.links.rows import ROWS as LINKS
from tests.functions.api.matrix.row import Row
from tests.functions.api.openapi.rows import ROWS as OPENAPI
from tests.functions.api.projects.rows import ROWS as PROJECTS
from tests.functions.api.quarantine.rows import ROWS as QUARANTINE
from tests.functions.api.receivers.rows import ROWS as RECEIVERS
from tests.functions.api.resources.rows import ROWS as RESOURCES
from tests.functions.api.search.rows import ROWS as SEARCH
from tests.functions.api.uploads.rows import ROWS as UPLOADS

ROWS: Mapping[str, Row] = {
    **OPENAPI,
    **ACCOUNT,
    **PROJECTS,
    **HIERARCHY,
    **LINKS,
    **UPLOADS,
    **QUARANTINE,
    **RECEIVERS,
    **RESOURCES,
    **SEARCH,
    **DOWNLOADS,
    **AUDIT,
    **CUSTODY,
    **EVENTS,
}
