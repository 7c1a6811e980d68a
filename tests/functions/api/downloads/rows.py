"""What the routes of downloads answer whom."""

from tests.functions.api.matrix.row import Row

ROWS = {
    "instance_link": Row(
        owner=200, member=200, collaborator=200, uploader=403, public=200, bound=404
    ),
}
