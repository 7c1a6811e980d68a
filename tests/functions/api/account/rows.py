"""What the routes of one's own answer whom."""

from tests.functions.api.matrix.row import Row

ROWS = {
    "whoami": Row(owner=200),
    "token_create": Row(owner=201, body={"label": "script", "days": 1}),
}
