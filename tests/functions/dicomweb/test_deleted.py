import pytest

from scanloft.aws import clients
from scanloft.core.annotations import Level, Tombstone
from scanloft.core.hierarchy import scan_name
from tests.functions.dicomweb.front import PROJECT, Front

STUDY, SERIES = "/studies/1.1", "/studies/1.1/series/1.1.1"
BELOW = ("", "/metadata", "/instances")


def deleted(front: Front, level: Level, name: str) -> None:
    times = {"deleted_at": "2026-01-01T00:00:00Z", "until": "2026-02-01T00:00:00Z"}
    front.services.tombstones.put(Tombstone(PROJECT, level, name, deleted_by="owner", **times))


@pytest.mark.parametrize("below", [*BELOW, "/series"])
def test_a_deleted_study_is_410_at_once(front: Front, below: str) -> None:
    assert front.ask(f"{STUDY}{below}").status == 200
    deleted(front, Level.SESSION, "1.1")
    assert front.ask(f"{STUDY}{below}").status == 410
    assert front.ask("/studies/1.2").status == 200


@pytest.mark.parametrize("below", [*BELOW, "/instances/1.1.1.1", "/instances/1.1.1.1/metadata"])
@pytest.mark.parametrize("level", [Level.SESSION, Level.SCAN])
def test_a_deleted_series_is_410_at_once(front: Front, level: Level, below: str) -> None:
    assert front.ask(f"{SERIES}{below}").status == 200
    deleted(front, level, "1.1" if level is Level.SESSION else scan_name("1.1", "1.1.1"))
    assert front.ask(f"{SERIES}{below}").status == 410
    if level is Level.SCAN:
        assert front.ask("/studies/1.1/series/1.1.2").status == 200


def test_an_outsider_is_told_of_no_delete(front: Front) -> None:
    deleted(front, Level.SESSION, "1.1")
    assert front.ask(STUDY, user="stranger").status == 404


def test_knowing_what_is_deleted_costs_one_call(front: Front) -> None:
    calls: list[object] = []
    clients.dynamodb().meta.events.register(
        "after-call.dynamodb.BatchGetItem", lambda **more: calls.append(more["model"])
    )
    assert front.ask(SERIES).status == 200
    # Project and membership, and the tombstones of study and series.
    assert len(calls) == 2
