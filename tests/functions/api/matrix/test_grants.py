"""Each function of the API is granted what its routes call: an emulator would let all pass."""

import pytest

from functions.api.routes import ROUTES
from infra.permissions import PERMISSIONS_BY_FUNCTION, ObjectAccess
from scanloft.aws import clients
from tests.functions.api.front import CUSTODY, SETTINGS, Front
from tests.functions.api.matrix.test_matrix import asked, prepared
from tests.support.grants import Names, granted

FRONT = Names(
    bucket_by_name={SETTINGS.inbox_bucket: "inbox", SETTINGS.archive_bucket: "archive"},
    table_by_name={
        SETTINGS.index_table: "index",
        SETTINGS.secrets_table: "secrets",
        CUSTODY.pseudonyms_table: "pseudonyms",
        SETTINGS.audit_table: "audit",
    },
)


@pytest.mark.parametrize("name", [route.name for route in ROUTES])
def test_a_route_calls_what_its_function_is_granted_and_nothing_else(
    world: Front, name: str
) -> None:
    route, row, parts = prepared(world, name)
    with FRONT.taken_down(clients.s3(), clients.dynamodb(), clients.sqs()) as seen:
        reply = asked(world, route, row, user="root", parts=parts, admin=True)
    assert reply.status < 400
    assert {call for call in seen if call not in _granted(route.function)} == set()


def _granted(function: str) -> set[str]:
    listed = {
        f"s3:ListBucket {permission.bucket.name}"
        for permission in PERMISSIONS_BY_FUNCTION[function]
        if isinstance(permission, ObjectAccess) and permission.listing
    }
    return granted(function) | listed
