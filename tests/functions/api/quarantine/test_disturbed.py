"""A crash after, or a failure of, any one call that a decision makes: nothing lost or doubled."""

from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest

from tests.functions.api.quarantine.desk import ULTRASOUND, Desk, new_desk
from tests.support.cloud import new_cloud
from tests.support.disturbances import PowerCut, calls_listed, cut_after, failed_after, refused_at
from tests.support.images import image

FILES = (image(**ULTRASOUND),)
RELEASE = {"action": "release", "pixels_reviewed": True}
MOVE = {"action": "move", "project": "beta"}
DELETE = {"action": "delete"}


def prepare(desk: Desk) -> list[str]:
    desk.cloud.send(*FILES)
    assert desk.cloud.settle()
    assert len(desk.items()) == len(FILES)
    return desk.items()


def finished(desk: Desk, body: dict[str, Any]) -> None:
    """What a person does who was not answered: lets things settle and asks for the same again."""
    assert desk.cloud.settle()
    if items := desk.items():
        desk.decide(items=items, **body)
    assert desk.cloud.settle()


def released(desk: Desk) -> None:
    assert len(desk.cloud.keys(desk.cloud.archive, "dicom/alpha/")) == len(FILES)
    assert set(desk.cloud.kinds("u1")) <= {"archived", "duplicate"}
    assert (desk.items(), desk.residue()) == ([], [])


def moved(desk: Desk) -> None:
    assert desk.items() == []
    waiting = {desk.cloud.inbox.get(key).body for key in desk.residue()}
    assert waiting == set(FILES)
    assert all(key.startswith("quarantine/beta/") for key in desk.residue())
    assert desk.cloud.kinds("u1") == ["moved"]


def deleted(desk: Desk) -> None:
    assert (desk.items(), desk.residue()) == ([], [])
    assert desk.cloud.keys(desk.cloud.archive) == []
    assert desk.cloud.kinds("u1") == ["deleted"]
    assert "quarantine_delete" in [act.action for act in desk.acts()]


def number_of_calls(body: dict[str, Any]) -> int:
    with new_cloud() as cloud, new_desk(cloud) as desk:
        items = prepare(desk)
        with calls_listed(cloud) as calls:
            desk.decide(items=items, **body)
        return len(calls)


@pytest.mark.parametrize(
    "disturbance",
    [
        cut_after,
        *(pytest.param(each, marks=pytest.mark.slow) for each in (refused_at, failed_after)),
    ],
)
@pytest.mark.parametrize(
    ("body", "check"),
    [(RELEASE, released), (MOVE, moved), (DELETE, deleted)],
    ids=["release", "move", "delete"],
)
def test_whatever_call_fails_nothing_is_lost_doubled_or_left(
    disturbance: Any, body: dict[str, Any], check: Callable[[Desk], None]
) -> None:
    places = range(1, number_of_calls(body) + 1)
    assert len(places) > 10
    for place in places:
        with new_cloud() as cloud, new_desk(cloud) as desk:
            items = prepare(desk)
            with suppress(PowerCut), disturbance(cloud, place):
                desk.decide(items=items, **body)
            finished(desk, body)
            check(desk)
