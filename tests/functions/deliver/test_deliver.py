"""Deliveries: in order, at least once, one at a time, and again after failures."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from botocore.exceptions import EndpointConnectionError

from functions.deliver import deliver as deliveries
from functions.deliver.deliver import Deliverer
from functions.deliver.post import Posted
from infra.local.place import queue_url
from scanloft.aws.batches import Message
from scanloft.aws.feed import Feed
from scanloft.aws.hooks import HookIndex
from scanloft.aws.projects import ProjectIndex
from scanloft.aws.queues import Queue
from scanloft.core.annotations import Change
from scanloft.core.blueprint import DELIVER, DELIVER_QUEUE
from scanloft.core.hook_call import HookCall
from scanloft.core.hooks import GIVES_UP_AFTER_S, LEASE_S, Hook, HookState
from scanloft.core.model import Membership, ProjectState, Role
from scanloft.core.signing import new_secret, signature
from tests.support.cloud import SERVICES, Cloud, new_cloud
from tests.support.events import batch

AT = "2026-01-01T00:00:00Z"
SECRET = new_secret(b"0123456789abcdef0123456789abcdef")
HOOK = Hook("alpha", "h1", "https://a.example/x", SECRET, "", AT, "olga", "olga")
CALL = HookCall("alpha", "h1")
PING = HookCall("alpha", "h1", ping=True)
OLGA = Membership("alpha", "olga", Role.OWNER)


@dataclass
class Receiver:
    """Answers as it is told, and keeps what it was sent."""

    statuses: list[int] = field(default_factory=list)
    bodies: list[dict[str, Any]] = field(default_factory=list)
    headers: list[Mapping[str, str]] = field(default_factory=list)
    meanwhile: Any = None

    def post(self, _url: str, body: bytes, *, headers: Mapping[str, str]) -> Posted:
        self.bodies.append(json.loads(body))
        self.headers.append({**headers, "body": body.decode()})
        if self.meanwhile:
            self.meanwhile()
        status = self.statuses.pop(0) if self.statuses else 200
        return Posted(status, "" if status else "timeout", 12)

    @property
    def names(self) -> list[str]:
        """The names of all changes, in the order in which they came."""
        return [change["name"] for body in self.bodies for change in body.get("changes", ())]


class World:
    """A project with a feed and one webhook, at a time that stands still."""

    def __init__(self, cloud: Cloud) -> None:
        self.cloud = cloud
        self.now = 1_800_000_000.0
        self.hooks, self.feed = HookIndex(cloud.rows), Feed(cloud.rows)
        self.receiver = Receiver()
        self.hooks.put(HOOK)
        self.hooks.put_state(HookState("alpha", "h1", 0))
        self.projects = ProjectIndex(cloud.rows)
        self.projects.put_member(OLGA)
        self.deliverer = Deliverer(
            hooks=self.hooks,
            feed=self.feed,
            projects=self.projects,
            queue=Queue(queue_url(SERVICES, DELIVER_QUEUE), cloud.sqs),
            poster=self.receiver,  # type: ignore[arg-type]  # posts nowhere
            now=lambda: self.now,
            random=lambda: f"{len(self.receiver.bodies):04x}",
        )

    def add(self, *names: str, kind: str = "session") -> None:
        self.feed.append("alpha", [Change(kind, name, "changed", AT) for name in names])

    def state(self) -> HookState:
        state = self.hooks.state("alpha", "h1")
        assert state is not None
        return state

    @property
    def messages(self) -> list[tuple[str, int]]:
        """What was sent to the queue, and for how long it is held back."""
        return list(self._sent)

    _sent: list[tuple[str, int]]


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    with new_cloud() as cloud:
        cloud.project()
        made = World(cloud)
        sent: list[tuple[str, int]] = []

        def send_many(_queue: Queue, bodies: list[str], *, delay_s: int = 0) -> None:
            sent.extend((body, delay_s) for body in bodies)

        monkeypatch.setattr(Queue, "send_many", send_many)
        made._sent = sent
        yield made


def calls(world: World) -> list[tuple[HookCall, int]]:
    return [(HookCall.from_body(body), delay_s) for body, delay_s in world.messages]


def test_all_changes_come_once_and_in_order_and_the_cursor_follows(world: World) -> None:
    world.add("1", "2")
    world.add("3")
    world.deliverer.follow(CALL)
    assert world.receiver.names == ["1", "2", "3"]
    assert world.receiver.bodies[0]["next"] == 2
    assert (world.state().cursor, world.state().pending) == (2, 0)
    world.deliverer.follow(CALL)
    assert len(world.receiver.bodies) == 1
    assert calls(world) == []


def test_what_is_sent_bears_a_signature_that_its_receiver_can_verify(world: World) -> None:
    world.add("1")
    world.deliverer.follow(CALL)
    (headers,) = world.receiver.headers
    assert headers["webhook-signature"] == signature(
        SECRET,
        message_id=headers["webhook-id"],
        timestamp=int(headers["webhook-timestamp"]),
        body=headers["body"].encode(),
    )
    assert int(headers["webhook-timestamp"]) == int(world.now)


def test_a_long_feed_comes_in_several_deliveries(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deliveries, "CHANGES_PER_DELIVERY", 2)
    for number in range(5):
        world.add(str(number))
    world.deliverer.follow(CALL)
    assert [len(body["changes"]) for body in world.receiver.bodies] == [2, 2, 1]
    assert world.receiver.names == list("01234")


def test_only_the_kinds_that_were_asked_for_come_and_others_are_passed_over(world: World) -> None:
    world.hooks.put(replace(HOOK, kinds=("upload",), revision=1))
    world.add("1")
    world.add("2", kind="upload")
    world.add("3")
    world.deliverer.follow(CALL)
    assert world.receiver.names == ["2"]
    assert world.state().cursor == 3


def test_a_failure_is_tried_again_later_with_the_same_id_and_content(world: World) -> None:
    world.receiver.statuses = [503, 0, 200]
    world.add("1")
    world.deliverer.follow(CALL)
    assert calls(world) == [(HookCall("alpha", "h1", retry=1), 5)]
    world.add("2")
    world.now += 5
    world.deliverer.follow(HookCall("alpha", "h1", retry=1))
    assert calls(world)[1:] == [(HookCall("alpha", "h1", retry=2), 30)]
    world.now += 30
    world.deliverer.follow(HookCall("alpha", "h1", retry=2))
    ids = [headers["webhook-id"] for headers in world.receiver.headers]
    assert ids[0] == ids[1] == ids[2] != ids[3]
    assert world.receiver.names == ["1", "1", "1", "2"]
    assert world.state().failures == 0


def test_new_changes_do_not_hurry_a_receiver_that_fails(world: World) -> None:
    world.receiver.statuses = [500]
    world.add("1")
    world.deliverer.follow(CALL)
    for _ in range(3):
        world.add("2")
        world.deliverer.follow(CALL)
    assert len(world.receiver.bodies) == 1
    assert len(calls(world)) == 1


def test_a_wait_that_is_longer_than_the_queue_holds_back_goes_round(world: World) -> None:
    world.add("1")
    state = HookState("alpha", "h1", 0, failures=5, retry_at=int(world.now) + 6000, revision=1)
    world.hooks.put_state(state)
    world.deliverer.follow(HookCall("alpha", "h1", retry=5))
    assert calls(world) == [(HookCall("alpha", "h1", retry=5), 900)]
    assert world.receiver.bodies == []


def test_after_days_of_failures_it_is_left_alone(world: World) -> None:
    world.add("1")
    since = int(world.now) - GIVES_UP_AFTER_S
    world.hooks.put_state(HookState("alpha", "h1", 0, failures=20, failing_since=since, revision=1))
    world.receiver.statuses = [500]
    world.deliverer.follow(CALL)
    assert world.state().paused
    assert calls(world) == []
    world.deliverer.follow(CALL)
    assert len(world.receiver.bodies) == 1


def test_two_calls_at_once_deliver_once_and_miss_nothing(world: World) -> None:
    """The second call comes while the first one posts, and brings a change with it."""

    def second() -> None:
        world.receiver.meanwhile = None
        world.add("2")
        world.deliverer.follow(CALL)

    world.receiver.meanwhile = second
    world.add("1")
    world.deliverer.follow(CALL)
    assert world.receiver.names == ["1", "2"]


def test_a_call_that_is_handed_over_again_waits_for_the_lease_of_one_that_was_killed(
    world: World,
) -> None:
    world.add("1")
    lease = HookState("alpha", "h1", 0, pending=1, lease_until=int(world.now) + 40, revision=1)
    world.hooks.put_state(lease)
    world.deliverer.follow(CALL, attempt=1)
    assert calls(world) == []
    world.deliverer.follow(CALL, attempt=2)
    assert calls(world) == [(CALL, 41)]
    world.now += 41
    world.deliverer.follow(CALL)
    assert world.receiver.names == ["1"]


class PowerCut(BaseException):
    """The process is gone."""


@pytest.mark.parametrize("place", range(1, 16))
@pytest.mark.parametrize("status", [200, 500])
def test_whatever_call_it_ends_at_nothing_is_missed_and_the_order_stays(
    world: World, place: int, status: int
) -> None:
    done = iter(range(1, 1000))

    def die(**_: object) -> None:
        if next(done) == place:
            raise PowerCut

    world.add("1")
    world.add("2")
    world.receiver.statuses = [status]
    client = world.cloud.dynamodb
    client.meta.events.register("after-call.dynamodb", die)
    try:
        world.deliverer.follow(CALL)
    except PowerCut:
        pass
    finally:
        client.meta.events.unregister("after-call.dynamodb", die)
    for attempt in range(2, 6):
        world.now += LEASE_S + 1
        world.deliverer.follow(CALL, attempt=attempt)
    assert list(dict.fromkeys(world.receiver.names)) == ["1", "2"]
    assert world.receiver.names[-1] == "2"
    assert world.state().cursor == 2
    assert world.state().pending == 0


def test_a_retry_is_on_its_way_before_the_failure_is_written_down(world: World) -> None:
    world.add("1")
    world.receiver.statuses = [500]
    puts = iter(range(1, 100))

    def die(**_: object) -> None:
        if next(puts) == 3:  # the lease, the attempt, and then the failure
            raise EndpointConnectionError(endpoint_url="https://aws.invalid")

    client = world.cloud.dynamodb
    client.meta.events.register("before-call.dynamodb.PutItem", die)
    outcomes = world.deliverer.deliver_batch([Message(CALL.to_body(), 1)])
    client.meta.events.unregister("before-call.dynamodb.PutItem", die)
    assert outcomes[0] is not None
    assert [call for call, _ in calls(world)] == [HookCall("alpha", "h1", retry=1)]
    world.now += LEASE_S + 1
    world.deliverer.follow(HookCall("alpha", "h1", retry=1))
    assert world.receiver.names == ["1", "1"]


def test_nothing_goes_to_a_webhook_that_is_off_or_gone_or_of_a_deleted_project(
    world: World,
) -> None:
    world.add("1")
    world.hooks.put(replace(HOOK, active=False, revision=1))
    world.deliverer.follow(CALL)
    world.deliverer.follow(HookCall("alpha", "none"))
    world.deliverer.follow(HookCall("omega", "h1"))
    world.hooks.put(replace(HOOK, revision=2))
    projects = ProjectIndex(world.cloud.rows)
    projects.update(replace(projects.project("alpha"), state=ProjectState.DELETED))
    world.deliverer.follow(CALL)
    world.deliverer.follow(HookCall("alpha", "h1", ping=True))
    assert world.receiver.bodies == []


def test_a_ping_is_a_word_and_moves_nothing(world: World) -> None:
    world.add("1")
    world.hooks.put(replace(HOOK, active=False, revision=1))
    world.deliverer.follow(HookCall("alpha", "h1", ping=True))
    assert world.receiver.bodies == [{"type": "ping", "project": "alpha"}]
    assert world.state().cursor == 0
    (attempt,) = world.hooks.attempts("alpha", "h1")
    assert attempt.succeeded


def test_each_try_is_written_down_for_thirty_days(world: World) -> None:
    world.receiver.statuses = [500, 0]
    world.add("1")
    for _ in range(3):
        world.deliverer.follow(CALL)
        world.now += 31
    tried = list(world.hooks.attempts("alpha", "h1"))
    assert [(one.status, one.error, one.sequence, one.changes) for one in tried] == [
        (200, "", 1, 1),
        (0, "timeout", 1, 1),
        (500, "", 1, 1),
    ]
    assert [one.succeeded for one in tried] == [True, False, False]
    assert [one.duration_ms for one in tried] == [12, 12, 12]


def test_a_webhook_with_endless_news_gives_way_and_is_called_again(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deliveries, "CHANGES_PER_DELIVERY", 1)

    def slowly() -> None:
        world.now += 15
        world.add("more")

    world.receiver.meanwhile = slowly
    world.add("1")
    world.deliverer.follow(CALL)
    assert len(world.receiver.bodies) == 3
    assert calls(world) == [(CALL, 0)]


def test_the_calls_of_a_batch_are_followed_once_and_a_bad_one_alone_fails(world: World) -> None:
    world.add("1")
    bodies = [CALL.to_body(), "{}", CALL.to_body(), "nonsense", '{"project": 1}']
    outcomes = world.deliverer.deliver_batch([Message(body, 1) for body in bodies])
    assert [outcome is None for outcome in outcomes] == [True, False, True, False, False]
    assert len(world.receiver.bodies) == 1


def test_the_handler_names_what_is_to_be_delivered_again(world: World) -> None:
    assert world.cloud.call(DELIVER, batch([CALL.to_body()])) == set()
    assert len(world.cloud.call(DELIVER, batch(["nonsense"]))) == 1


@pytest.mark.parametrize("role", [None, Role.MEMBER, Role.COLLABORATOR, Role.UPLOADER])
@pytest.mark.parametrize("call", [CALL, PING], ids=["changes", "ping"])
def test_a_webhook_of_who_is_no_owner_any_more_is_sent_nothing(
    world: World, role: Role | None, call: HookCall
) -> None:
    world.add("1")
    world.projects.remove_member(OLGA)
    if role:
        world.projects.put_member(replace(OLGA, role=role))
    world.deliverer.follow(call)
    assert world.receiver.bodies == []
    world.projects.put_member(OLGA)
    world.deliverer.follow(CALL)
    assert world.receiver.names == ["1"]


def test_a_webhook_of_an_administrator_needs_no_membership(world: World) -> None:
    world.hooks.put(replace(HOOK, kept_by="adam", kept_by_admin=True, revision=1))
    world.add("1")
    world.deliverer.follow(CALL)
    assert world.receiver.names == ["1"]


def test_an_owner_who_is_removed_meanwhile_is_told_no_more(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deliveries, "CHANGES_PER_DELIVERY", 1)
    world.add("1")
    world.add("2")
    world.receiver.meanwhile = lambda: world.projects.remove_member(OLGA)
    world.deliverer.follow(CALL)
    assert world.receiver.names == ["1"]


def test_a_webhook_that_is_removed_meanwhile_is_not_sent_the_feed_from_its_beginning(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.add("1")
    read = world.hooks.hook

    def read_and_remove(project: str, hook: str) -> Hook | None:
        found = read(project, hook)
        world.hooks.remove(project, hook)
        return found

    monkeypatch.setattr(world.hooks, "hook", read_and_remove)
    world.deliverer.follow(CALL)
    assert world.receiver.bodies == []
    assert world.hooks.state("alpha", "h1") is None
