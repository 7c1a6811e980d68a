from collections.abc import Iterator

import pytest
from moto import mock_aws

from scanloft.aws import pseudonyms
from scanloft.aws.pseudonyms import Pairs, PseudonymStore
from scanloft.aws.rows import Rows
from scanloft.core.errors import InvalidProfile
from scanloft.core.items import ItemKey, missing_partition, pairs_partition
from scanloft.core.lookup import NotListedError, follow
from tests.functions.api.tables import new_rows
from tests.support.pairs import patients_of, uids_of

ONE = frozenset({("1.2.1", "2.25.1"), ("1.2.2", "2.25.2")})
TWO = frozenset({("1.2.2", "2.25.2"), ("1.2.3", "2.25.3")})
ANN = frozenset({("ANN-1", "SL-1")})


@pytest.fixture
def rows() -> Iterator[Rows]:
    with mock_aws():
        yield new_rows()


@pytest.fixture
def store(rows: Rows) -> PseudonymStore:
    return PseudonymStore(rows)


def stored(rows: Rows) -> int:
    return len(list(rows.query(pairs_partition("alpha"))))


def test_what_is_listed_is_found(store: PseudonymStore) -> None:
    store.put_lookup("alpha", {"ptid/1": "S-1", "ptid/site:A/1": "S-2"})
    lookup = store.lookup("alpha")
    assert (lookup["ptid/1"], lookup["ptid/site:A/1"]) == ("S-1", "S-2")
    assert dict(lookup) == {"ptid/1": "S-1", "ptid/site:A/1": "S-2"}
    assert len(lookup) == 2
    assert lookup.missing == set()


def test_the_later_of_two_entries_counts_from_the_next_batch_on(store: PseudonymStore) -> None:
    store.put_lookup("alpha", {"ptid/1": "S-1"})
    during = store.lookup("alpha")
    assert during["ptid/1"] == "S-1"
    store.put_lookup("alpha", {"ptid/1": "S-9"})
    assert during["ptid/1"] == "S-1"
    assert store.lookup("alpha")["ptid/1"] == "S-9"


def test_projects_do_not_share_their_tables(store: PseudonymStore) -> None:
    store.put_lookup("alpha", {"ptid/1": "S-1"})
    assert "ptid/1" not in store.lookup("beta")
    assert "ptid/1" not in store.lookup("alpha-2")


def test_an_entry_is_read_once_whether_it_is_there_or_not(
    store: PseudonymStore, rows: Rows, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.put_lookup("alpha", {"ptid/1": "S-1"})
    asked: list[str] = []
    get = rows.get

    def counted(key: ItemKey) -> object:
        asked.append(key.sort)
        return get(key)

    monkeypatch.setattr(rows, "get", counted)
    lookup = store.lookup("alpha")
    for _ in range(3):
        assert lookup["ptid/1"] == "S-1"
        assert lookup.get("ptid/2") is None
    assert asked == ["ptid/1", "ptid/2"]
    assert lookup.missing == {"ptid/2"}


@pytest.mark.parametrize("key", ["ptid/\udcff", "ptid/" + "9" * 600, "ptid/" + "ü" * 300])
def test_what_no_table_can_list_is_missing_and_fails_nothing(
    store: PseudonymStore, key: str
) -> None:
    lookup = store.lookup("alpha")
    assert key not in lookup
    store.put_missing("alpha", lookup.missing)
    assert list(store.missing("alpha")) == []


def test_missing_entries_are_told_until_they_are_listed(rows: Rows, store: PseudonymStore) -> None:
    for _ in range(2):
        store.put_missing("alpha", ["ptid/2", "ptid/1"])
    assert list(store.missing("alpha")) == ["ptid/1", "ptid/2"]
    assert list(store.missing("beta")) == []
    store.put_lookup("alpha", {"ptid/1": "S-1"})
    assert list(store.missing("alpha")) == ["ptid/2"]
    (left,) = rows.query(missing_partition("alpha"))
    assert left["key"] == "ptid/2"
    store.put_missing("alpha", ["ptid/1"])  # an object that asked before the entry was there
    assert list(store.missing("alpha")) == ["ptid/2"]


@pytest.mark.parametrize(
    ("key", "new"),
    [
        ("1234", "S-1"),
        ("ptid/", "S-1"),
        ("ptid/ ", "S-1"),
        ("/1234", "S-1"),
        ("ptid/" + "9" * 600, "S-1"),
        ("ptid/1234", ""),
        ("ptid/1234", "  "),
        ("ptid/1234", "S" * 65),
        ("ptid/1234", "S\\1"),
        ("ptid/1234", "S\n1"),
        ("ptid/1234", "Sü1"),
        ("ptid/1234", "@ptid/"),
        ("ptid/1234", "@ptid/" + "9" * 600),
    ],
)
def test_an_entry_that_cannot_be_used_is_refused_without_repeating_it(
    store: PseudonymStore, key: str, new: str
) -> None:
    with pytest.raises(InvalidProfile) as refused:
        store.put_lookup("alpha", {"ptid/7": "S-7", key: new})
    assert "S-1" not in refused.value.message
    assert "9999" not in refused.value.message
    assert "ptid/7" not in store.lookup("alpha")


def test_a_value_may_lead_on_to_an_entry_and_what_is_not_there_is_missing(
    store: PseudonymStore,
) -> None:
    store.put_lookup("alpha", {"ptid/1": "@ptid/site:Zürich/2", "ptid/site:Zürich/2": "S-2"})
    store.put_lookup("alpha", {"ptid/3": "@ptid/4"})
    lookup = store.lookup("alpha")
    assert follow(lookup, "ptid/1") == "S-2"
    with pytest.raises(NotListedError):
        follow(lookup, "ptid/3")
    assert lookup.missing == {"ptid/4"}


def test_pairs_are_exported_by_kind_and_project(store: PseudonymStore) -> None:
    store.record([Pairs("alpha", ONE, ANN)])
    store.record([Pairs("alpha", TWO, ANN), Pairs("beta", frozenset(), ANN)])
    assert uids_of(store, "alpha") == ONE | TWO
    assert patients_of(store, "alpha") == ANN
    assert uids_of(store, "beta") == set()


def test_what_was_recorded_is_read_on_from_any_place(
    store: PseudonymStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pseudonyms, "ROW_LIMIT_BYTES", 60)
    store.record([Pairs("alpha", ONE | TWO, ANN)])
    whole = list(store.recorded("alpha"))
    assert len({place.digest for place, _, _ in whole}) > 1
    for number, (place, _, _) in enumerate(whole, start=1):
        assert list(store.recorded("alpha", after=place)) == whole[number:]


def test_lookup_entries_are_listed_in_order_and_taken_out(store: PseudonymStore) -> None:
    store.put_lookup("alpha", {"ptid/2": "S-2", "ptid/1": "S-1"})
    assert list(store.entries("alpha")) == [("ptid/1", "S-1"), ("ptid/2", "S-2")]
    assert list(store.entries("alpha", after="ptid/1", page_size=1)) == [("ptid/2", "S-2")]
    assert store.remove_entry("alpha", "ptid/1")
    assert not store.remove_entry("alpha", "ptid/1")
    assert not store.remove_entry("alpha", "ptid/" + "9" * 600)
    assert list(store.entries("alpha")) == [("ptid/2", "S-2")]


def test_the_same_pairs_again_are_the_same_row(store: PseudonymStore, rows: Rows) -> None:
    for _ in range(3):
        store.record([Pairs("alpha", ONE, ANN)])
    assert stored(rows) == 1


def test_a_batch_is_written_by_one_call(
    store: PseudonymStore, rows: Rows, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[str] = []
    rows._client.meta.events.register(
        "before-call.dynamodb", lambda model, **_: calls.append(model.name)
    )
    uids = frozenset((f"1.2.840.99999.{n}", f"2.25.{n:039}") for n in range(400))
    store.record([Pairs(project, uids, ANN) for project in ("alpha", "beta")])
    assert calls == ["BatchWriteItem"]
    assert stored(rows) == 1


def test_nothing_recorded_is_no_call(store: PseudonymStore, rows: Rows) -> None:
    calls: list[str] = []
    rows._client.meta.events.register(
        "before-call.dynamodb", lambda model, **_: calls.append(model.name)
    )
    store.record([])
    store.record([Pairs("alpha", frozenset(), frozenset())])
    store.put_missing("alpha", [])
    assert calls == []


def test_more_pairs_than_a_row_takes_are_several_rows(store: PseudonymStore, rows: Rows) -> None:
    uids = frozenset((f"1.2.840.113619.2.55.3.{n:030}", f"2.25.{n:039}") for n in range(10_000))
    store.record([Pairs("alpha", uids, ANN)])
    sizes = [len(row["pairs"]) for row in rows.query(pairs_partition("alpha"))]
    assert len(sizes) > 1
    assert max(sizes) <= pseudonyms.ROW_LIMIT_BYTES + 2
    assert uids_of(store, "alpha") == uids
    assert patients_of(store, "alpha") == ANN


def test_originals_come_back_as_they_were_whatever_is_in_them(store: PseudonymStore) -> None:
    odd = frozenset({('Zoë "x"\\,', "SL-1"), ("\udcff\x01", "SL-2"), ("=1+1", "SL-3")})
    store.record([Pairs("alpha", frozenset(), odd)])
    assert patients_of(store, "alpha") == odd


def test_what_is_too_long_for_an_identifier_is_left_out(store: PseudonymStore) -> None:
    store.record([Pairs("alpha", ONE | {("9" * 70_000, "2.25.9")}, ANN)])
    assert uids_of(store, "alpha") == ONE
