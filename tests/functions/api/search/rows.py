"""What the routes of search answer whom."""

from tests.functions.api.matrix.row import Row

ROWS = {
    "search": Row(owner=200),
    "project_summary": Row(owner=200, member=200, collaborator=200, uploader=403, public=200),
    "study_search": Row(owner=200, member=200, collaborator=200, uploader=403, public=200),
}
