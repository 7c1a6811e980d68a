"""The audit log through the handler: who did what, in pages, filtered, and to be verified."""

import json
from typing import Any

import pytest

from functions.api.audit import reading
from scanloft.core.chain import entry_of, verdict
from scanloft.core.model import Role
from tests.functions.api.front import Front

AUDIT = "/api/projects/alpha/audit"


@pytest.fixture
def world(front: Front) -> Front:
    """Olga made mia a member, then a collaborator, and removed uma."""
    front.project(uma=Role.UPLOADER)
    for role in ("member", "collaborator"):
        reply = front.call(
            "PUT",
            "/api/projects/alpha/members/mia",
            body={"role": role},
            headers={"X-Audit-Reason": "agreed"},
        )
        assert reply.status == 200
    front.call("DELETE", "/api/projects/alpha/members/uma", user="root", admin=True)
    return front


def read(front: Front, **query: object) -> Any:
    texts = {name: str(value) for name, value in query.items()}
    reply = front.call("GET", AUDIT, query=texts)
    assert reply.status == 200
    return reply.body


def test_who_did_what_to_which_object_when_and_why_is_told(world: Front) -> None:
    page = read(world)
    assert page["next"] is None
    assert [(entry["actor"], entry["action"]) for entry in page["entries"]] == [
        ("olga", "profile_set"),
        ("olga", "member_set"),
        ("olga", "member_set"),
        ("root", "member_remove"),
    ]
    assert page["entries"][1]["facts"] == {"user": "mia", "role": "member"}
    assert page["entries"][1]["reason"] == "agreed"
    assert [entry["sequence"] for entry in page["entries"]] == [1, 2, 3, 4]


@pytest.mark.parametrize("limit", [1, 2, 3, 4])
def test_pages_together_are_the_whole_log(world: Front, limit: int) -> None:
    whole = read(world)["entries"]
    seen: list[Any] = []
    page = read(world, limit=limit)
    while page["next"] is not None:
        assert len(page["entries"]) == limit
        seen += page["entries"]
        page = read(world, limit=limit, after=page["next"])
    assert seen + page["entries"] == whole


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"actor": "root"}, [4]),
        ({"action": "member_set"}, [2, 3]),
        ({"action": "member_set", "actor": "root"}, []),
        ({"action": "member_set", "after": 2}, [3]),
    ],
)
@pytest.mark.parametrize("reads", [1, 2, 5000])
def test_filters_find_what_fits_however_little_a_request_reads(
    world: Front,
    monkeypatch: pytest.MonkeyPatch,
    query: dict[str, object],
    expected: list[int],
    reads: int,
) -> None:
    monkeypatch.setattr(reading, "READ_LIMIT", reads)
    seen: list[int] = []
    page = read(world, **query)
    while True:
        seen += [entry["sequence"] for entry in page["entries"]]
        if page["next"] is None:
            break
        page = read(world, **{**query, "after": page["next"]})
    assert seen == expected


def exported(front: Front, **query: object) -> Any:
    texts = {name: str(value) for name, value in query.items()}
    reply = front.call("GET", f"{AUDIT}/export", query=texts)
    assert reply.status == 200
    assert reply.headers["Content-Type"] == "application/x-ndjson"
    return reply


def test_an_export_is_a_chain_that_holds(world: Front) -> None:
    reply = exported(world)
    lines = reply.body.splitlines()
    found = verdict(map(entry_of, lines), project="alpha")
    assert (found.entries, found.fault) == (4, "")
    assert [json.loads(line)["sequence"] for line in lines] == [1, 2, 3, 4]
    assert "Link" not in reply.headers


def test_an_export_is_complete_and_goes_on_where_it_was(world: Front) -> None:
    first = exported(world, limit=2)
    assert first.headers["Link"] == '<?after=2&limit=2>; rel="next"'
    rest = exported(world, limit=2, after=2)
    assert "Link" not in rest.headers
    assert first.body + rest.body == exported(world).body


def test_an_export_of_large_entries_ends_before_an_answer_is_too_large(
    world: Front, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "EXPORT_LIMIT_BYTES", 100)
    lines: list[str] = []
    after = 0
    while True:
        reply = exported(world, after=after)
        lines += reply.body.splitlines()
        after = json.loads(lines[-1])["sequence"]
        if "Link" not in reply.headers:
            break
    assert [entry_of(line).sequence for line in lines] == [1, 2, 3, 4]


def test_reading_the_log_writes_nothing_into_it(world: Front) -> None:
    assert read(world) == read(world)


def test_what_belongs_to_no_project_is_for_administrators(world: Front) -> None:
    world.call("POST", "/api/tokens", body={"label": "x", "days": 1})
    reply = world.call("GET", "/api/audit", admin=True)
    assert {entry["project"] for entry in reply.body["entries"]} == {"-"}
    assert "token_create" in {entry["action"] for entry in reply.body["entries"]}
    lines = world.call("GET", "/api/audit/export", admin=True).body.splitlines()
    assert verdict(map(entry_of, lines), project="-").fault == ""


@pytest.mark.parametrize("query", [{"after": "-1"}, {"limit": "1001"}, {"actor": "a b"}])
def test_a_query_of_another_shape_is_refused(world: Front, query: dict[str, str]) -> None:
    assert world.call("GET", AUDIT, query=query).status == 400
