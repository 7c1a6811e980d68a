"""Webhooks through the handler: made, shown without their secret, changed, pinged, removed."""

from typing import Any

import pytest

from scanloft.aws import clients
from scanloft.core.annotations import Change
from scanloft.core.hook_call import HookCall
from scanloft.core.hooks import HOOK_LIMIT, Attempt, HookState
from scanloft.core.model import Role
from tests.functions.api.events.rows import HOOK
from tests.functions.api.front import SETTINGS, Front

ALPHA = "/api/projects/alpha"
HOOKS = f"{ALPHA}/hooks"


@pytest.fixture
def world(front: Front) -> Front:
    front.project()
    return front


def make(front: Front, **fields: Any) -> Any:
    reply = front.call("POST", HOOKS, body={**HOOK, **fields})
    assert reply.status == 201, reply.body
    return reply.body


def state_of(front: Front, hook: str) -> HookState:
    state = front.services.hooks.state("alpha", hook)
    assert state is not None
    return state


def calls() -> list[HookCall]:
    answer = clients.sqs().receive_message(
        QueueUrl=SETTINGS.deliver_queue_url, MaxNumberOfMessages=10
    )
    return [HookCall.from_body(message["Body"]) for message in answer.get("Messages", ())]


def test_the_secret_is_shown_once_and_never_again(world: Front) -> None:
    made = make(world, label="Lab")
    assert made["secret"].startswith("whsec_")
    for path in (HOOKS, f"{HOOKS}/{made['hook']}", f"{HOOKS}/{made['hook']}/attempts"):
        reply = world.call("GET", path)
        assert reply.status == 200
        assert made["secret"] not in str(reply.body)
    (shown,) = world.call("GET", HOOKS).body["hooks"]
    assert shown["label"] == "Lab"
    assert shown["events"] == ["session"]
    edited = world.call("PATCH", f"{HOOKS}/{made['hook']}", body={"label": ""})
    assert "secret" not in edited.body


def test_neither_address_nor_secret_is_in_the_audit_log(world: Front) -> None:
    made = make(world)
    world.call("PATCH", f"{HOOKS}/{made['hook']}", body={"url": f"{HOOK['url']}2"})
    log = str(list(world.services.audit.entries("alpha")))
    assert "hook_create" in log
    assert made["hook"] in log
    assert "hooks.example.org" not in log
    assert made["secret"] not in log


def test_the_same_request_again_does_not_show_the_secret_again(world: Front) -> None:
    headers = {"Idempotency-Key": "k1"}
    first = world.call("POST", HOOKS, body=HOOK, headers=headers)
    assert first.status == 201
    assert world.call("POST", HOOKS, body=HOOK, headers=headers).status == 409
    assert first.body["secret"] not in str(list(world.services.rows.query("USER#olga#IDEMPOTENCY")))
    assert len(world.call("GET", HOOKS).body["hooks"]) == 1


def test_a_new_webhook_hears_of_what_comes_and_not_of_what_was(world: Front) -> None:
    for name in "12":
        world.services.feed.append("alpha", [Change("session", name, "changed", "")])
    made = make(world)
    assert state_of(world, made["hook"]).cursor == 2
    assert calls() == []
    world.services.feed.append("alpha", [Change("session", "3", "changed", "")])
    assert calls() == [HookCall("alpha", made["hook"])]


@pytest.mark.parametrize(
    "url",
    [
        "http://hooks.example.org/",
        "https://127.0.0.1/",
        "https://169.254.169.254/latest",
        "https://[::1]/",
        "https://localhost/",
        "https://hooks.example.org:22/",
        "http://127.0.0.1:8000/",
    ],
)
def test_an_address_inside_is_refused_when_made_and_when_changed(world: Front, url: str) -> None:
    reply = world.call("POST", HOOKS, body={"url": url})
    assert (reply.status, reply.body["code"]) == (409, "conflict")
    made = make(world)
    assert world.call("PATCH", f"{HOOKS}/{made['hook']}", body={"url": url}).status == 409


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"url": "ftp://a.org/"},
        {"url": "https://a.org/ b"},
        {"url": 1},
        {"url": HOOK["url"], "events": ["secrets"]},
        {"url": HOOK["url"], "label": "a\nb"},
        {"url": HOOK["url"], "secret": "mine"},
    ],
)
def test_a_body_of_another_shape_is_refused(world: Front, body: object) -> None:
    assert world.call("POST", HOOKS, body=body).status == 400


def test_a_project_has_few_webhooks(world: Front) -> None:
    for _ in range(HOOK_LIMIT):
        make(world)
    assert world.call("POST", HOOKS, body=HOOK).status == 409


def test_an_edit_of_what_somebody_else_changed_is_refused(world: Front) -> None:
    path = f"{HOOKS}/{make(world)['hook']}"
    etag = world.call("GET", path).headers["ETag"]
    assert world.call("PATCH", path, body={"label": "A"}, headers={"If-Match": etag}).status == 200
    again = world.call("PATCH", path, body={"label": "B"}, headers={"If-Match": etag})
    assert again.status == 412
    assert world.call("GET", path).body["label"] == "A"


def test_what_is_not_named_in_an_edit_stays(world: Front) -> None:
    made = make(world, label="A")
    path = f"{HOOKS}/{made['hook']}"
    edited = world.call("PATCH", path, body={"events": []}).body
    assert edited == {**{k: v for k, v in made.items() if k != "secret"}, "events": []}


def test_one_that_failed_for_days_is_tried_again_where_somebody_says_so(world: Front) -> None:
    hook = make(world)["hook"]
    before = state_of(world, hook)
    state = HookState("alpha", hook, 0, failures=9, paused=True, retry_at=9, revision=1)
    assert before.revision == 1
    world.services.hooks.put_state(state)
    assert world.call("GET", f"{HOOKS}/{hook}/attempts").body["status"] == "failing"
    world.call("PATCH", f"{HOOKS}/{hook}", body={"active": True})
    page = world.call("GET", f"{HOOKS}/{hook}/attempts").body
    assert (page["status"], page["failures"], page["retry_at"]) == ("active", 0, None)
    assert calls() == [HookCall("alpha", hook)]


def test_one_that_is_off_is_not_called(world: Front) -> None:
    hook = make(world)["hook"]
    world.call("PATCH", f"{HOOKS}/{hook}", body={"active": False})
    world.services.feed.append("alpha", [Change("session", "3", "changed", "")])
    assert calls() == []
    assert world.call("GET", f"{HOOKS}/{hook}/attempts").body["status"] == "off"


def test_a_ping_is_sent_for(world: Front) -> None:
    hook = make(world)["hook"]
    assert world.call("POST", f"{HOOKS}/{hook}/ping").status == 202
    assert calls() == [HookCall("alpha", hook, ping=True)]


def test_attempts_come_in_pages_the_latest_first(world: Front) -> None:
    hook = make(world)["hook"]
    for number in range(3):
        attempt = Attempt(f"{number:013}-ab", "2026", number, 1, 200, "", 5)
        world.services.hooks.put_attempt("alpha", hook, attempt, now=0)
    path = f"{HOOKS}/{hook}/attempts"
    first = world.call("GET", path, query={"limit": "2"}).body
    assert [one["sequence"] for one in first["attempts"]] == [2, 1]
    rest = world.call("GET", path, query={"after": first["next"]}).body
    assert [one["sequence"] for one in rest["attempts"]] == [0]
    assert rest["next"] is None


def test_what_is_removed_is_gone(world: Front) -> None:
    hook = make(world)["hook"]
    assert world.call("DELETE", f"{HOOKS}/{hook}").status == 200
    for method, path in (("GET", ""), ("DELETE", ""), ("GET", "/attempts"), ("POST", "/ping")):
        assert world.call(method, f"{HOOKS}/{hook}{path}").status == 404
    assert world.call("GET", HOOKS).body == {"hooks": []}


def test_a_webhook_of_a_removed_owner_is_off_until_another_owner_switches_it_on(
    front: Front,
) -> None:
    front.project(otto=Role.OWNER)
    made = make(front)
    path = f"{HOOKS}/{made['hook']}"
    front.call("DELETE", "/api/projects/alpha/members/olga", user="otto")
    assert front.call("GET", HOOKS, user="otto").body["hooks"][0]["active"] is False
    assert front.call("GET", f"{path}/attempts", user="otto").body["status"] == "off"
    labelled = front.call("PATCH", path, user="otto", body={"label": "Mine"}).body
    assert (labelled["active"], labelled["kept_by"]) == (False, "otto")
    turned_on = front.call("PATCH", path, user="otto", body={"active": True}).body
    assert (turned_on["active"], turned_on["created_by"]) == (True, "olga")
    assert front.call("GET", f"{path}/attempts", user="otto").body["status"] == "active"


def test_an_address_that_an_owner_entered_is_that_owners_webhook(front: Front) -> None:
    front.project(otto=Role.OWNER)
    path = f"{HOOKS}/{make(front)['hook']}"
    changed = front.call("PATCH", path, user="otto", body={"url": "https://otto.example/x"})
    assert changed.body["kept_by"] == "otto"
    front.call("DELETE", "/api/projects/alpha/members/otto")
    assert front.call("GET", path).body["active"] is False


def test_an_administrators_webhook_is_on_without_a_membership(world: Front) -> None:
    reply = world.call("POST", HOOKS, body=HOOK, user="adam", admin=True)
    assert (reply.body["active"], reply.body["kept_by"]) == (True, "adam")
    assert world.call("GET", f"{HOOKS}/{reply.body['hook']}").body["active"] is True


@pytest.mark.parametrize(("paused", "failures"), [(False, 0), (True, 3)])
def test_a_webhook_that_waited_for_a_retry_is_called_once_its_project_is_back(
    world: Front, paused: bool, failures: int
) -> None:
    hook = make(world)["hook"]
    failing = HookState("alpha", hook, 0, failures=3, retry_at=2**33, paused=paused, revision=1)
    world.services.hooks.put_state(failing)
    query = {"confirm": world.call("GET", f"{ALPHA}/consequences").body["confirm"]}
    assert world.call("DELETE", ALPHA, query=query).status == 200
    calls()
    assert world.call("POST", f"{ALPHA}/undelete").status == 200
    assert state_of(world, hook).failures == failures
    assert HookCall("alpha", hook) in calls()
