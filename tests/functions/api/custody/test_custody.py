"""Who became whom through its handler: for owners who are signed in, audited, in bounded pages."""

import csv
import logging
from io import StringIO
from typing import Any

import pytest

from functions.api import custody_handler
from functions.api.custody import pairs as pages
from scanloft.aws import pseudonyms
from scanloft.aws.audit import AuditLog
from scanloft.aws.pseudonyms import Pairs, PseudonymStore
from scanloft.core.errors import Unavailable
from tests.functions.api.front import Front

BASE = "/api/projects/alpha/pseudonyms"
UIDS = frozenset({("1.2.1", "2.25.1"), ("1.2.2", "2.25.2"), ("1.2.3", "2.25.3")})
PATIENTS = frozenset({("CANARY-1", "S-1"), ("CANARY-2", "S-2")})


@pytest.fixture
def world(front: Front) -> Front:
    front.project()
    return front


@pytest.fixture
def store(world: Front) -> PseudonymStore:
    made = custody_handler.services().pseudonyms
    made.record([Pairs("alpha", UIDS, PATIENTS), Pairs("beta", frozenset(), PATIENTS)])
    return made


def get(front: Front, path: str, **query: Any) -> Any:
    texts = {name: str(value) for name, value in query.items()}
    reply = front.call("GET", f"{BASE}/{path}", query=texts)
    assert reply.status == 200, reply.body
    assert reply.headers["Cache-Control"] == "no-store"
    return reply.body


def pairs(body: Any) -> list[tuple[str, str]]:
    return [(pair["id_old"], pair["id_new"]) for pair in body["pairs"]]


def test_uids_and_patients_are_exported_each_by_themselves(
    world: Front, store: PseudonymStore
) -> None:
    assert set(pairs(get(world, "uids"))) == UIDS
    assert set(pairs(get(world, "patients"))) == PATIENTS
    assert get(world, "uids")["next"] is None


@pytest.mark.parametrize("limit", [1, 2, 3, 5000])
@pytest.mark.parametrize("reads", [1, 2, 50_000])
def test_pages_together_are_all_pairs_however_small_they_are(
    world: Front, store: PseudonymStore, monkeypatch: pytest.MonkeyPatch, limit: int, reads: int
) -> None:
    monkeypatch.setattr(pseudonyms, "ROW_LIMIT_BYTES", 60)
    store.record([Pairs("alpha", UIDS | {("1.2.4", "2.25.4")}, PATIENTS)])
    monkeypatch.setattr(pages, "READ_LIMIT", reads)
    seen: list[tuple[str, str]] = []
    page = get(world, "uids", limit=limit)
    while page["next"]:
        assert len(page["pairs"]) <= limit
        seen += pairs(page)
        page = get(world, "uids", limit=limit, after=page["next"])
    seen += pairs(page)
    assert set(seen) == UIDS | {("1.2.4", "2.25.4")}


def test_a_pair_stands_once_on_a_page_however_often_it_was_recorded(
    world: Front, store: PseudonymStore
) -> None:
    for number in range(3):
        store.record([Pairs("alpha", frozenset({(f"1.9.{number}", "2.25.9")}), PATIENTS)])
    found = pairs(get(world, "patients"))
    assert len(found) == len(set(found)) == 2


def test_a_place_that_never_was_is_the_end_or_the_begin_of_something(
    world: Front, store: PseudonymStore
) -> None:
    assert get(world, "uids", after="f" * 64 + "-0")["pairs"] == []
    assert set(pairs(get(world, "uids", after="0" * 64 + "-9999999"))) == UIDS


def test_csv_is_for_spreadsheets_and_runs_nothing_there(
    world: Front, store: PseudonymStore
) -> None:
    store.record([Pairs("alpha", frozenset(), frozenset({("=cmd()", "S-3"), ("\udcff", "S-4")}))])
    reply = world.call("GET", f"{BASE}/patients", query={"format": "csv"})
    assert reply.headers["Content-Type"] == "text/csv"
    assert "attachment" in reply.headers["Content-Disposition"]
    rows = list(csv.reader(StringIO(reply.body, newline="")))
    assert rows[0] == ["id_old", "id_new"]
    assert {tuple(row) for row in rows[1:]} == {
        *PATIENTS,
        ("'=cmd()", "S-3"),
        ("\\udcff", "S-4"),
    }
    assert ("=cmd()", "S-3") in pairs(get(world, "patients"))


def put(front: Front, *entries: tuple[str, str]) -> Any:
    body = {"entries": [{"key": key, "new": new} for key, new in entries]}
    return front.call("PUT", f"{BASE}/lookup", body=body)


def test_lookup_tables_are_filled_listed_and_emptied(world: Front) -> None:
    assert put(world, ("ptid/1", "S-1"), ("ptid/2", "@ptid/1")).body == {"written": 2}
    put(world, ("ptid/1", "S-9"))
    assert get(world, "lookup")["entries"] == [
        {"key": "ptid/1", "new": "S-9"},
        {"key": "ptid/2", "new": "@ptid/1"},
    ]
    removed = world.call("DELETE", f"{BASE}/lookup", query={"key": "ptid/1"})
    assert removed.status == 200
    assert [entry["key"] for entry in get(world, "lookup")["entries"]] == ["ptid/2"]
    assert world.call("DELETE", f"{BASE}/lookup", query={"key": "ptid/1"}).status == 404
    assert world.call("DELETE", f"{BASE}/lookup").status == 400


def test_lookup_tables_come_in_pages_whose_places_show_no_key(world: Front) -> None:
    put(world, *((f"ptid/CANARY-{number}", f"S-{number}") for number in range(5)))
    seen: list[str] = []
    page = get(world, "lookup", limit=2)
    while page["next"]:
        assert "CANARY" not in page["next"]
        seen += [entry["key"] for entry in page["entries"]]
        page = get(world, "lookup", limit=2, after=page["next"])
    seen += [entry["key"] for entry in page["entries"]]
    assert seen == [f"ptid/CANARY-{number}" for number in range(5)]


@pytest.mark.parametrize("after", ["=", "a", "____", "-"])
def test_a_place_of_no_page_is_a_conflict(world: Front, after: str) -> None:
    assert world.call("GET", f"{BASE}/lookup", query={"after": after}).status == 409


def test_what_is_missing_is_listed_until_the_table_has_it(world: Front) -> None:
    store = custody_handler.services().pseudonyms
    store.put_missing("alpha", [f"ptid/{number}" for number in range(5)])
    put(world, ("ptid/1", "S-1"), ("ptid/3", "S-3"))
    assert get(world, "missing") == {"keys": ["ptid/0", "ptid/2", "ptid/4"], "next": None}
    page = get(world, "missing", limit=1)
    rest = get(world, "missing", after=page["next"])
    assert page["keys"] + rest["keys"] == ["ptid/0", "ptid/2", "ptid/4"]


@pytest.mark.parametrize(
    ("key", "new"),
    [
        ("1234", "S-1"),
        ("ptid/ ", "S-1"),
        ("ptid/1", "S\\1"),
        ("ptid/1", "ü"),
        ("p/" + "😀" * 198, "S"),
    ],
)
def test_an_entry_that_cannot_be_used_is_refused_and_none_is_written(
    world: Front, key: str, new: str
) -> None:
    reply = put(world, ("ptid/7", "S-7"), (key, new))
    assert reply.status == 422
    assert "ü" not in str(reply.body)
    assert get(world, "lookup")["entries"] == []


def test_a_key_with_two_values_is_a_conflict(world: Front) -> None:
    assert put(world, ("ptid/7", "S-7"), ("ptid/7", "S-8")).status == 409
    assert put(world, ("ptid/7", "S-7"), ("ptid/7", "S-7")).body == {"written": 1}


def test_a_thousand_entries_fit_in_one_request_and_one_more_does_not(world: Front) -> None:
    entries = [(f"ptid/{number}", f"S-{number}") for number in range(1001)]
    assert put(world, *entries[:1000]).status == 200
    assert put(world, *entries).status == 400


ROUTES = (
    ("GET", "patients", None),
    ("GET", "uids", None),
    ("GET", "missing", None),
    ("GET", "lookup", None),
    ("PUT", "lookup", {"entries": [{"key": "ptid/CANARY-9", "new": "S-9"}]}),
    ("DELETE", "lookup", None),
)


@pytest.mark.parametrize(("method", "path", "body"), ROUTES)
def test_a_token_opens_nothing_of_it_whoever_made_it(
    world: Front, store: PseudonymStore, method: str, path: str, body: object
) -> None:
    query = {"key": "ptid/CANARY-9"} if method == "DELETE" else None
    for admin in (False, True):
        reply = world.call(
            method, f"{BASE}/{path}", body=body, query=query, token_scope="all", admin=admin
        )
        assert reply.status == 403
        assert "CANARY" not in str(reply.body)
    assert list(store.entries("alpha")) == []


@pytest.mark.parametrize(("method", "path", "body"), ROUTES)
def test_the_audit_log_knows_before_and_holds_no_identifier(
    world: Front,
    store: PseudonymStore,
    method: str,
    path: str,
    body: object,
    caplog: pytest.LogCaptureFixture,
    capsys: pytest.CaptureFixture[str],
) -> None:
    store.put_lookup("alpha", {"ptid/CANARY-9": "S-9"})
    query = {"key": "ptid/CANARY-9"} if method == "DELETE" else None
    caplog.set_level(logging.INFO)
    before = world.services.audit.entries("alpha")
    count = sum(1 for _ in before)
    reply = world.call(method, f"{BASE}/{path}", body=body, query=query)
    assert reply.status == 200
    (entry,) = world.services.audit.entries("alpha", after=count)
    assert entry.action.startswith("custody_")
    assert entry.actor == "olga"
    assert "CANARY" not in str(entry)
    assert "CANARY" not in caplog.text + capsys.readouterr().out


def test_what_cannot_be_written_down_is_not_opened(
    world: Front, store: PseudonymStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise Unavailable("not now")

    monkeypatch.setattr(AuditLog, "append", refuse)
    reply = world.call("GET", f"{BASE}/patients")
    assert reply.status == 503
    assert "CANARY" not in str(reply.body)


def test_one_project_sees_nothing_of_another(world: Front, store: PseudonymStore) -> None:
    world.project("beta")
    reply = world.call("GET", "/api/projects/beta/pseudonyms/uids")
    assert reply.body["pairs"] == []
