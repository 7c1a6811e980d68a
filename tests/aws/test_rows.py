from typing import Any

import pytest

from scanloft.aws import rows as rows_module
from scanloft.aws.rows import ABSENT, Rows
from scanloft.core.errors import Unavailable
from scanloft.core.items import ItemKey
from tests.support.cloud import Cloud
from tests.support.disturbances import calls_listed

KEY = ItemKey("P#alpha", "A")
ROW: dict[str, Any] = {"text": "ä", "none": "", "number": -7, "flag": True, "list": ["a", "b"]}


def stored(row: dict[str, Any] | None) -> dict[str, Any] | None:
    """The row without its key."""
    return row and {name: value for name, value in row.items() if name not in ("PK", "SK")}


@pytest.fixture
def rows(cloud: Cloud) -> Rows:
    return cloud.rows


def test_an_item_is_read_as_it_was_written(rows: Rows) -> None:
    rows.put(KEY, ROW)
    assert stored(rows.get(KEY)) == ROW
    assert rows.get(ItemKey("P#alpha", "B")) is None


def test_a_value_keeps_its_type(rows: Rows) -> None:
    rows.put(KEY, ROW)
    found = stored(rows.get(KEY)) or {}
    assert {name: type(value) for name, value in found.items()} == {
        name: type(value) for name, value in ROW.items()
    }


def test_a_new_item_is_written_once(rows: Rows) -> None:
    assert rows.put_new(KEY, {"n": 1})
    assert not rows.put_new(KEY, {"n": 2})
    assert stored(rows.get(KEY)) == {"n": 1}


@pytest.mark.parametrize(
    ("condition", "value", "written"),
    [("#n = :n", 1, True), ("#n = :n", 2, False), (f"{ABSENT} OR #n = :n", 1, True)],
)
def test_an_item_is_written_only_where_the_condition_holds(
    rows: Rows, condition: str, value: int, written: bool
) -> None:
    rows.put(KEY, {"n": 1})
    assert rows.put_if(KEY, {"n": 9}, condition=condition, values={"n": value}) is written
    assert stored(rows.get(KEY)) == {"n": 9 if written else 1}


def test_a_condition_on_what_is_not_there_does_not_hold(rows: Rows) -> None:
    assert not rows.put_if(KEY, {"n": 9}, condition="#n = :n", values={"n": 1})
    assert rows.put_if(KEY, {"n": 9}, condition=f"{ABSENT} OR #n = :n", values={"n": 1})


def test_many_items_are_written_and_read_in_as_few_calls_as_there_may_be(cloud: Cloud) -> None:
    items = [(ItemKey("P", f"{place:04}"), {"n": place}) for place in range(230)]
    with calls_listed(cloud) as calls:
        cloud.rows.put_many(items)
        found = cloud.rows.get_many([key for key, _ in items] + [ItemKey("P", "none")] * 3)
    assert calls == ["BatchWriteItem"] * 10 + ["BatchGetItem"] * 3
    assert {key: stored(row) for key, row in found.items()} == dict(items)


def test_of_many_items_with_one_key_the_last_is_kept(rows: Rows) -> None:
    rows.put_many([(KEY, {"n": place}) for place in range(3)])
    assert stored(rows.get(KEY)) == {"n": 2}


def test_no_items_are_no_calls(cloud: Cloud) -> None:
    with calls_listed(cloud) as calls:
        cloud.rows.put_many([])
        assert cloud.rows.get_many([]) == {}
    assert calls == []


class Hesitant:
    """A table that leaves all but the first of each batch undone, `times` times."""

    def __init__(self, client: Any, times: int) -> None:
        self._client = client
        self._times = times

    def batch_write_item(self, RequestItems: dict[str, list[Any]]) -> Any:  # noqa: N803  # of boto3
        return self._first("batch_write_item", RequestItems, "UnprocessedItems", lambda x: x)

    def batch_get_item(self, RequestItems: dict[str, Any]) -> Any:  # noqa: N803  # as above
        ((table, wanted),) = RequestItems.items()
        return self._first(
            "batch_get_item",
            {table: wanted["Keys"]},
            "UnprocessedKeys",
            lambda keys: {"Keys": keys},
        )

    def _first(self, name: str, request: dict[str, list[Any]], left: str, shape: Any) -> Any:
        ((table, entries),) = request.items()
        taken = entries[:1] if self._times else entries
        self._times = max(0, self._times - 1)
        as_asked = shape if name == "batch_get_item" else (lambda entries: entries)
        answer = getattr(self._client, name)(RequestItems={table: as_asked(taken)})
        rest = entries[len(taken) :]
        return answer | {left: {table: shape(rest)} if rest else {}}


def test_what_a_batch_leaves_undone_is_done_later(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("scanloft.aws.rows.time.sleep", lambda _: None)
    items = [(ItemKey("P", f"{place:04}"), {"n": place}) for place in range(60)]
    client: Any = Hesitant(cloud.dynamodb, 3)
    Rows(cloud.rows.table, client).put_many(items)
    client = Hesitant(cloud.dynamodb, 3)
    found = Rows(cloud.rows.table, client).get_many([key for key, _ in items])
    assert {key: stored(row) for key, row in found.items()} == dict(items)


def test_a_table_that_never_finishes_a_batch_is_unavailable(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    waits: list[float] = []
    monkeypatch.setattr("scanloft.aws.rows.time.sleep", waits.append)
    items = [(ItemKey("P", f"{place:04}"), {"n": place}) for place in range(20)]
    client: Any = Hesitant(cloud.dynamodb, 100)
    with pytest.raises(Unavailable):
        Rows(cloud.rows.table, client).put_many(items)
    assert waits == sorted(waits)
    assert len(waits) == rows_module.ROUNDS


def test_a_partition_of_more_than_a_page_is_read_whole_and_in_order(cloud: Cloud) -> None:
    big = "x" * 300_000
    for place in (4, 0, 3, 1, 2, 5, 6):
        cloud.rows.put(ItemKey("P", f"A{place}"), {"big": big})
    with calls_listed(cloud) as calls:
        found = list(cloud.rows.query("P"))
    assert [row["SK"] for row in found] == [f"A{place}" for place in range(7)]
    assert calls.count("Query") > 1


@pytest.mark.parametrize(
    ("prefix", "after", "expected"),
    [
        ("", None, ["A1", "A2", "B1"]),
        ("A", None, ["A1", "A2"]),
        ("A", "A1", ["A2"]),
        ("C", None, []),
    ],
)
def test_a_query_is_bounded_by_prefix_and_start(
    rows: Rows, prefix: str, after: str | None, expected: list[str]
) -> None:
    for sort in ("B1", "A2", "A1"):
        rows.put(ItemKey("P", sort), {})
    rows.put(ItemKey("P2", "A1"), {})
    assert [row["SK"] for row in rows.query("P", sort_prefix=prefix, after=after)] == expected


def test_a_deleted_item_is_gone_and_may_be_deleted_again(rows: Rows) -> None:
    rows.put(KEY, ROW)
    for _ in range(2):
        rows.delete(KEY)
        assert rows.get(KEY) is None


def test_a_table_that_does_not_exist_is_unavailable(cloud: Cloud) -> None:
    with pytest.raises(Unavailable):
        Rows("nowhere", cloud.dynamodb).get(KEY)
    with pytest.raises(Unavailable):
        list(Rows("nowhere", cloud.dynamodb).query("P"))


@pytest.mark.parametrize(("value", "deleted"), [(1, True), (2, False)])
def test_an_item_is_deleted_only_where_the_condition_holds(
    rows: Rows, value: int, deleted: bool
) -> None:
    rows.put(KEY, {"n": 1})
    assert rows.delete_if(KEY, condition="#n = :n", values={"n": value}) is deleted
    assert (rows.get(KEY) is None) is deleted


def test_an_item_that_is_not_there_is_not_deleted(rows: Rows) -> None:
    assert not rows.delete_if(KEY, condition="#n = :n", values={"n": 1})


def test_many_items_are_deleted_and_others_stay(rows: Rows) -> None:
    keys = [ItemKey("P#alpha", f"{number:03}") for number in range(60)]
    rows.put_many((key, ROW) for key in keys)
    rows.delete_many([*keys[:55], ItemKey("P#alpha", "none")])
    assert [row["SK"] for row in rows.query("P#alpha")] == [key.sort for key in keys[55:]]


def test_the_items_below_a_partition_are_found_wherever_they_are(rows: Rows) -> None:
    mine = [ItemKey("P#alpha", "A"), ItemKey("P#alpha#X", "B"), ItemKey("P#alpha#X#Y", "C")]
    for key in (
        *mine,
        ItemKey("P#alpha-2", "A"),
        ItemKey("P#alph", "A"),
        ItemKey("X#P#alpha", "A"),
    ):
        rows.put(key, {})
    pages = list(rows.scan_below("P#alpha"))
    assert sorted(key for keys, _ in pages for key in keys) == mine
    assert pages[-1][1] is None


def test_a_scan_goes_on_after_the_place_of_a_page(rows: Rows) -> None:
    keys = [ItemKey("P#alpha", f"{number}") for number in range(6)]
    rows.put_many((key, {"text": "x" * 300_000}) for key in keys)
    pages = list(rows.scan_below("P#alpha"))
    assert len(pages) > 1
    place = pages[0][1]
    rest = [key for found, _ in rows.scan_below("P#alpha", after=place) for key in found]
    assert sorted([*pages[0][0], *rest]) == keys
