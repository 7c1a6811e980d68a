import pytest

from infra.local.place import (
    CREDENTIALS,
    Place,
    aws_environment,
    bucket_name,
    queue_url,
    table_name,
)
from scanloft.core.blueprint import BUCKETS, FUNCTIONS, QUEUES, Function
from scanloft.core.settings import BridgeSettings
from scanloft.core.tables import TABLES

PLACE = Place(aws_port=1234, http_port=5678, user_pool="pool", client_id="client")


@pytest.mark.parametrize("function", FUNCTIONS, ids=lambda function: function.name)
def test_every_function_finds_its_settings(function: Function) -> None:
    settings = function.settings.from_env(PLACE.environment())
    assert settings.to_env().items() <= PLACE.environment().items()


def test_the_bridge_finds_its_settings() -> None:
    environment = PLACE.bridge_environment(receivers="A=alpha", port=11113, spool_dir="/spool")
    settings = BridgeSettings.from_env(environment)
    assert (settings.receivers, settings.bridge_port) == ("A=alpha", 11113)
    assert environment["AWS_ENDPOINT_URL"] == PLACE.aws_url


def test_nothing_but_this_machine_is_ever_called() -> None:
    environment = PLACE.environment()
    assert aws_environment(1234).items() <= environment.items()
    assert CREDENTIALS.items() <= environment.items()
    assert environment["AWS_ENDPOINT_URL"] == "http://127.0.0.1:1234"
    assert environment["SCANLOFT_JWKS_URL"].startswith("http://127.0.0.1:1234/")
    assert environment["SCANLOFT_PUBLIC_BASE_URL"] == "http://127.0.0.1:5678"


def test_all_parts_have_names_of_their_own() -> None:
    for names in (
        [bucket_name(bucket) for bucket in BUCKETS],
        [table_name(table) for table in TABLES],
        [queue_url("", queue, dead_letters=dead) for queue in QUEUES for dead in (True, False)],
    ):
        assert len(set(names)) == len(names)
        assert all(name.startswith(("scanloft-", "/")) for name in names)
