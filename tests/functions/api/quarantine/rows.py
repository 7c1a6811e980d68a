"""What the routes of the quarantine answer whom."""

from tests.functions.api.matrix.row import Row

ROWS = {
    "quarantine_list": Row(owner=200, member=403, collaborator=403, uploader=403, public=403),
    "unassigned_list": Row(owner=404, admin=200),
}
