from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from scanloft.client.upload_files import Failure, Look
from scanloft.client.upload_follow import PATIENCE_S, Follower, results_of
from scanloft.client.upload_journal import Row

FILE: dict[str, Any] = {
    "number": "1",
    "fate": "archived",
    "code": "",
    "reason": "",
    "actions": {},
    "archive_key": None,
}


class Slow:
    """An archive whose counts are told one after the other, the last one for good."""

    def __init__(
        self, *waiting: int, missing: int = 0, members: int = 0, takes_s: float = 0
    ) -> None:
        self._waiting = list(waiting)
        self._missing = missing
        self._members = members
        self._takes_s = takes_s
        self.now = 0.0

    def missing(self, _: str) -> Iterator[int]:
        return iter(range(self._missing))

    def show(self, _: str) -> Mapping[str, Any]:
        self.now += self._takes_s
        waiting = self._waiting.pop(0) if len(self._waiting) > 1 else self._waiting[0]
        return {"counts": {"declared": 9, "waiting": waiting}}

    def files(self, _: str) -> Iterator[Mapping[str, Any]]:
        yield {**FILE, "actions": {"members": 2}}
        for place in range(self._members):
            yield {**FILE, "number": f"1.{place}"}
        self._members = 2


def follow(site: Slow) -> tuple[int | None, list[tuple[int, int]], float]:
    told: list[tuple[int, int]] = []

    def wait(seconds: float) -> None:
        site.now += seconds

    follower = Follower(site, "u", clock=lambda: site.now, wait=wait)  # type: ignore[arg-type]  # as it
    entries = follower.follow(lambda done, total: told.append((done, total)))
    return None if entries is None else len(entries), told, site.now


def test_fates_are_asked_for_until_none_is_waited_for() -> None:
    entries, told, _ = follow(Slow(5, 3, 0, members=2))
    assert entries == 3
    assert told == [(4, 9), (6, 9), (9, 9)]


def test_files_that_never_came_are_not_waited_for() -> None:
    entries, told, _ = follow(Slow(4, 2, missing=2, members=2))
    assert entries == 3
    assert told == [(5, 7), (7, 7)]


def test_the_members_of_a_zip_are_waited_for() -> None:
    assert follow(Slow(0, members=1))[0] == 3


def test_patience_ends_when_nothing_happens_any_more() -> None:
    entries, _, waited = follow(Slow(5, 3))
    assert entries is None
    assert PATIENCE_S < waited < PATIENCE_S + 60


def test_a_slow_archive_is_asked_less_often() -> None:
    assert follow(Slow(5, 3, 0, members=2))[2] == 1 + 1.5
    assert follow(Slow(5, 3, 0, members=2, takes_s=10))[2] == 3 * 10 + 2 * 50


ROW = Row(1, Path("/p1/IM1"), "IM1", Look(size_bytes=3, mtime_ns=1), "0" * 64, "dicom")
GONE = Failure(ROW.found, "gone", "This file is not there any more.")


def test_a_failure_is_told_once_for_a_file_that_is_waited_for() -> None:
    [result] = results_of([{**FILE, "fate": "waiting"}], {1: ROW}, {ROW.path: GONE})
    assert (result.number, result.fate, result.code) == ("1", "failed", "gone")


def test_a_failure_of_a_file_that_changed_is_told_beside_what_the_archive_ignored() -> None:
    entry, row = {**FILE, "fate": "ignored", "code": "not_dicom"}, replace(ROW, changed=True)
    results = results_of([entry], {1: row}, {ROW.path: GONE})
    assert [(one.fate, one.code) for one in results] == [
        ("ignored", "not_dicom"),
        ("failed", "gone"),
    ]
