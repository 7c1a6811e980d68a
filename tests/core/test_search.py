"""Matching, order and cursors of search; pages together are the sorted whole."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanloft.core.annotations import Level
from scanloft.core.search import (
    BEGIN,
    PROJECT_END,
    Criteria,
    Cursor,
    Hit,
    Key,
    Order,
    Place,
    Sort,
)

HIT = Hit(
    level=Level.SESSION,
    project="alpha",
    name="1.2",
    subject="S-1",
    study_uid="1.2",
    label="Baseline",
    study_date="20240131",
    description="Brain MR",
    modalities=("MR", "SR"),
    body_parts=("BRAIN",),
    quality="usable",
    fields={"visit": 2, "fasting": True, "arm": "B"},
    size_bytes=10,
)
WORDS = st.text(st.sampled_from("aAbB1ß"), max_size=2)
HITS = st.lists(
    st.builds(
        Hit,
        level=st.just(Level.SESSION),
        project=st.sampled_from(["alpha", "beta"]),
        name=st.from_regex(r"1\.[0-9]{1,2}", fullmatch=True),
        subject=WORDS,
        label=WORDS,
        study_date=st.sampled_from(["", "20240101", "20240102"]),
        size_bytes=st.integers(0, 3),
    ),
    unique_by=lambda hit: (hit.project, hit.name),
    max_size=30,
)
ORDERS = st.builds(Order, sort=st.sampled_from(Sort), descending=st.booleans())
TEXTS = st.text(max_size=20)


@given(HITS, ORDERS, st.integers(1, 7))
def test_pages_together_are_the_sorted_whole_whatever_their_size(
    hits: list[Hit], order: Order, limit: int
) -> None:
    whole = sorted(hits, key=order.key, reverse=order.descending)
    seen: list[Hit] = []
    after: Key | None = None
    while page := order.first(reversed(hits), after=after, limit=limit):
        assert len(page) <= limit
        seen += page
        after = order.key(page[-1])
    assert seen == whole


@given(HITS, HITS, ORDERS, st.integers(1, 7))
def test_what_comes_and_goes_between_pages_never_repeats_or_hides_what_stays(
    hits: list[Hit], others: list[Hit], order: Order, limit: int
) -> None:
    first = order.first(hits, after=None, limit=limit)
    if not first:
        return
    known = {(hit.project, hit.name) for hit in hits}
    news = [hit for hit in others if (hit.project, hit.name) not in known]
    rest = order.first([*hits, *news], after=order.key(first[-1]), limit=100)
    assert not {(hit.project, hit.name) for hit in first} & {(h.project, h.name) for h in rest}
    assert {hit.name for hit in hits if hit not in first and hit in rest} == {
        hit.name for hit in hits if hit not in first
    }


PLACES = st.builds(
    Place,
    st.sampled_from(["alpha", "be-ta", "c1"]),
    st.sampled_from(["", "1.2", "1.2.840.1", PROJECT_END]),
)


@given(
    st.just(BEGIN) | PLACES,
    st.none() | PLACES,
    st.none() | st.builds(Key, TEXTS, TEXTS, TEXTS),
)
def test_a_cursor_is_read_as_it_was_written(
    begin: Place, end: Place | None, after: Key | None
) -> None:
    cursor = Cursor(begin, end if end and end > begin else None, after)
    assert Cursor.from_text(cursor.to_text(), sort=Sort.LABEL) == cursor


@given(st.text(st.sampled_from("abcABC019_-"), max_size=60), st.sampled_from(Sort))
def test_any_other_text_is_no_cursor_and_nothing_worse(text: str, sort: Sort) -> None:
    try:
        cursor = Cursor.from_text(text, sort=sort)
    except ValueError:
        return
    assert isinstance(cursor, Cursor)


@pytest.mark.parametrize(
    ("begin", "end"),
    [
        (Place("", "1.2"), None),
        (Place("Alpha", ""), None),
        (Place("\ud800", ""), None),
        (Place("alpha", "\ud800"), None),
        (Place("alpha", "1..2"), None),
        (BEGIN, Place("~", "~")),
        (Place("beta", "1.2"), Place("alpha", "1.2")),
        (Place("beta", "1.2"), Place("beta", "1.2")),
    ],
)
def test_a_cursor_of_places_that_cannot_be_is_none(begin: Place, end: Place | None) -> None:
    with pytest.raises(ValueError, match="places"):
        Cursor.from_text(Cursor(begin, end).to_text(), sort=Sort.DATE)


def test_a_cursor_of_one_order_is_none_of_another() -> None:
    text = Cursor(BEGIN, after=Key("S-1", "alpha", "1.2")).to_text()
    with pytest.raises(ValueError, match="order"):
        Cursor.from_text(text, sort=Sort.SIZE)


@pytest.mark.parametrize(
    "criteria",
    [
        Criteria(),
        Criteria(subject="s-1"),
        Criteria(label="LINE"),
        Criteria(text="brain"),
        Criteria(text="base"),
        Criteria(text="s-1"),
        Criteria(modality="mr"),
        Criteria(body_part="brain"),
        Criteria(quality="usable"),
        Criteria(first_date="20240131", last_date="20240131"),
        Criteria(first_date="20240101"),
        Criteria(last_date="20240131"),
        Criteria(fields={"visit": "2"}),
        Criteria(fields={"fasting": "true", "arm": "b"}),
    ],
)
def test_what_fits_is_found(criteria: Criteria) -> None:
    assert criteria.matches(HIT)


@pytest.mark.parametrize(
    "criteria",
    [
        Criteria(subject="S"),
        Criteria(label="follow"),
        Criteria(text="knee"),
        Criteria(modality="M"),
        Criteria(body_part="KNEE"),
        Criteria(quality="unusable"),
        Criteria(first_date="20240201"),
        Criteria(last_date="20240130"),
        Criteria(fields={"visit": "3"}),
        Criteria(fields={"other": ""}),
        Criteria(fields={"visit": "2", "arm": "A"}),
    ],
)
def test_what_does_not_fit_is_not_found(criteria: Criteria) -> None:
    assert not criteria.matches(HIT)


def test_a_hit_without_a_date_fits_only_where_no_date_is_asked() -> None:
    undated = replace(HIT, study_date="")
    assert Criteria().matches(undated)
    assert not Criteria(last_date="99999999").matches(undated)


def test_what_is_asked_of_images_and_of_cards_are_two_halves() -> None:
    criteria = Criteria(subject="x", label="l", quality="q", fields={"a": "1"}, text="t")
    assert criteria.of_images() == Criteria(subject="x", text="t")
    assert criteria.of_cards() == Criteria(label="l", quality="q", fields={"a": "1"})
