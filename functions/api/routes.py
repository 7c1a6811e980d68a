"""All routes of the REST API, of whatever function."""

from functions.api.account.routes import ROUTES as ACCOUNT
from functions.api.audit.routes import ROUTES as AUDIT
from functions.api.custody.routes import ROUTES as CUSTODY
from functions.api.downloads.routes import ROUTES as DOWNLOADS
from functions.api.events.routes import ROUTES as EVENTS
from functions.api.hierarchy.routes import ROUTES as HIERARCHY
from functions.api.links.routes import ROUTES as LINKS
from functions.api.openapi.routes import ROUTES as OPENAPI
from functions.api.projects.routes import ROUTES as PROJECTS
from functions.api.quarantine.routes import ROUTES as QUARANTINE
from functions.api.receivers.routes import ROUTES as RECEIVERS
from functions.api.resources.routes import ROUTES as RESOURCES
from functions.api.search.routes import ROUTES as SEARCH
from functions.api.uploads.routes import ROUTES as UPLOADS

ROUTES = (
    *OPENAPI,
    *ACCOUNT,
    *PROJECTS,
    *HIERARCHY,
    *LINKS,
    *UPLOADS,
    *QUARANTINE,
    *RECEIVERS,
    *RESOURCES,
    *SEARCH,
    *DOWNLOADS,
    *CUSTODY,
    *EVENTS,
    *AUDIT,
)
