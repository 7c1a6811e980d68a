"""What the routes of the OpenAPI document answer whom: the same to everybody."""

from tests.functions.api.matrix.row import Row

ROWS = {"openapi": Row(owner=200, nobody=200), "openapi_page": Row(owner=200, nobody=200)}
