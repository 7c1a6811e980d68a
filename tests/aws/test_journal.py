"""Journals: one entry for one act, whatever becomes of the answers on the way."""

from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest
from botocore.exceptions import EndpointConnectionError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from moto import mock_aws

from scanloft.aws.journal import Journal
from scanloft.aws.rows import Row, Rows
from scanloft.core.errors import Unavailable
from scanloft.core.items import ItemKey
from tests.functions.api.tables import new_rows


class ForgetfulRows(Rows):
    """Writes, and then says that another one was faster, as a repeated call is told."""

    lost = 0

    def put_new(self, key: ItemKey, row: Row) -> bool:
        written = super().put_new(key, row)
        if written and self.lost:
            self.lost -= 1
            return False
        return written


@pytest.fixture
def rows() -> Iterator[Rows]:
    with mock_aws():
        yield new_rows()


def forgetful(rows: Rows, *, lost: int) -> ForgetfulRows:
    made = ForgetfulRows(rows.table, rows._client)
    made.lost = lost
    return made


def texts(journal: Journal) -> list[str]:
    return [entry["text"] for entry in journal.entries("P#alpha")]


def test_an_entry_whose_answer_was_lost_is_not_written_twice(rows: Rows) -> None:
    journal = Journal(forgetful(rows, lost=1))
    assert journal.append("P#alpha", lambda _: {"text": "one"}) == 1
    assert journal.append("P#alpha", lambda _: {"text": "two"}) == 2
    assert texts(journal) == ["one", "two"]


def test_an_entry_of_another_writer_is_not_taken_for_ones_own(rows: Rows) -> None:
    """The other one is faster between reading the last entry and writing the next."""
    other, todo = Journal(rows), ["theirs"]

    def make(_last: Any) -> Row:
        if todo:
            text = todo.pop()
            other.append("P#alpha", lambda _: {"text": text})
        return {"text": "mine"}

    assert Journal(rows).append("P#alpha", make) == 2
    assert texts(other) == ["theirs", "mine"]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(lost=st.lists(st.booleans(), min_size=1, max_size=8))
def test_every_append_is_one_entry_in_order(rows: Rows, lost: list[bool]) -> None:
    partition = f"P#{len(list(rows.query('P#count')))}"
    rows.put(ItemKey("P#count", partition), {"text": ""})
    for number, is_lost in enumerate(lost, start=1):
        journal = Journal(forgetful(rows, lost=int(is_lost)))
        assert journal.append(partition, partial(_entry, number)) == number
    entries = Journal(rows).entries(partition)
    assert [(entry["sequence"], entry["text"]) for entry in entries] == [
        (number, str(number)) for number in range(1, len(lost) + 1)
    ]


def test_what_could_not_be_written_is_said(rows: Rows) -> None:
    def refuse(**_: object) -> None:
        raise EndpointConnectionError(endpoint_url="https://aws.invalid")

    rows._client.meta.events.register("before-call.dynamodb.PutItem", refuse)
    with pytest.raises(Unavailable):
        Journal(rows).append("P#alpha", lambda _: {"text": "one"})
    rows._client.meta.events.unregister("before-call.dynamodb.PutItem", refuse)
    assert texts(Journal(rows)) == []


def _entry(number: int, _last: object) -> dict[str, str]:
    return {"text": str(number)}
