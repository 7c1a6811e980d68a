"""From an image that is sent to a webhook that is told of it, through the real handlers."""

import hashlib
import hmac
import json
from base64 import b64decode, b64encode
from collections.abc import Iterator

import pytest

from functions.deliver.handler import deliverer
from infra.local.place import table_name
from scanloft.aws.hooks import HookIndex
from scanloft.aws.projects import ProjectIndex
from scanloft.core.blueprint import DELIVER, DELIVER_QUEUE
from scanloft.core.hooks import Hook, HookState
from scanloft.core.keys import ArchiveKey
from scanloft.core.model import Membership, Role
from scanloft.core.signing import new_secret
from scanloft.core.tables import TABLES
from tests.functions.deliver.receiver import receiver, saying
from tests.support.cloud import Cloud, new_cloud
from tests.support.grants import Names, granted
from tests.support.images import image

SECRET = new_secret(bytes(32))


@pytest.fixture
def cloud() -> Iterator[Cloud]:
    with new_cloud() as made:
        deliverer.cache_clear()
        made.project()
        yield made
        deliverer.cache_clear()


def hook_to(cloud: Cloud, port: int) -> HookIndex:
    hooks = HookIndex(cloud.rows)
    ProjectIndex(cloud.rows).put_member(Membership("alpha", "olga", Role.OWNER))
    hooks.put_state(HookState("alpha", "h1", 0))
    hooks.put(Hook("alpha", "h1", f"http://127.0.0.1:{port}/x", SECRET, "", "", "olga", "olga"))
    return hooks


def test_a_webhook_is_told_of_an_image_that_was_archived(cloud: Cloud) -> None:
    with receiver(saying(b"HTTP/1.1 200 OK\r\n\r\n")) as received:
        hooks = hook_to(cloud, received.port)
        cloud.send(image())
        cloud.settle()
        assert cloud.feed(DELIVER) == 0
        assert cloud.feed(DELIVER) == 0
    place = ArchiveKey.parse(cloud.fates()[0].archive_key)
    (request,) = received.requests
    head, _, content = request.partition(b"\r\n\r\n")
    told = {(change["kind"], change["name"]) for change in json.loads(content)["changes"]}
    assert told == {
        ("session", place.study_uid),
        ("scan", f"{place.study_uid}/{place.series_uid}"),
    }
    state = hooks.state("alpha", "h1")
    assert state is not None
    assert state.cursor == 1
    headers = dict(line.split(": ", 1) for line in head.decode().split("\r\n")[1:])
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + content
    key = b64decode(SECRET.removeprefix("whsec_"))
    expected = b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()
    assert headers["webhook-signature"] == f"v1,{expected}"


def test_deliver_is_granted_what_it_calls_and_nothing_else(cloud: Cloud) -> None:
    names = Names({}, {table_name(table): table.name for table in TABLES})
    with receiver(saying(b"HTTP/1.1 500 Oops\r\n\r\n")) as received:
        hook_to(cloud, received.port)
        cloud.send(image())
        cloud.settle()
        with names.taken_down(cloud.dynamodb, cloud.sqs) as seen:
            cloud.call(DELIVER, cloud.received(DELIVER_QUEUE))
    assert seen == granted("deliver")


def test_on_aws_the_same_webhook_reaches_nothing(cloud: Cloud) -> None:
    cloud.configure(webhook_targets="public")
    deliverer.cache_clear()
    with receiver(saying(b"HTTP/1.1 200 OK\r\n\r\n")) as received:
        hooks = hook_to(cloud, received.port)
        cloud.send(image())
        cloud.settle()
        assert cloud.feed(DELIVER) == 0
    assert received.requests == []
    (attempt,) = hooks.attempts("alpha", "h1")
    assert (attempt.status, attempt.error) == (0, "refused_address")


def test_nothing_of_the_address_or_the_secret_is_logged(
    cloud: Cloud, capsys: pytest.CaptureFixture[str]
) -> None:
    with receiver(saying(b"HTTP/1.1 500 Oops\r\n\r\n")) as received:
        hook_to(cloud, received.port)
        cloud.send(image())
        cloud.settle()
        cloud.feed(DELIVER)
    out = capsys.readouterr()
    assert len(received.requests) == 1
    assert f":{received.port}/x" not in out.out + out.err
    assert SECRET not in out.out + out.err
