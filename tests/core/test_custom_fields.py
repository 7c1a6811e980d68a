import json
import math
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanloft.core.annotations import Level
from scanloft.core.custom_fields import Value, accepted, checked_fields, edited
from scanloft.core.errors import ArchiveError, Conflict, InvalidRequest

SCHEMA: dict[str, object] = {
    "session": [
        {"name": "visit", "type": "integer", "required": True},
        {"name": "on", "type": "date"},
        {"name": "arm", "type": "choice", "choices": ["drug", "placebo"]},
        {"name": "note", "type": "text", "choices": []},
        {"name": "mass", "type": "number"},
        {"name": "done", "type": "flag"},
    ]
}
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner),
    max_leaves=9,
)


def edit(changes: dict[str, Value | None], before: dict[str, Value] | None = None) -> Any:
    return edited(SCHEMA, Level.SESSION, before=before or {"visit": 1}, changes=changes)


@pytest.mark.parametrize(
    "values",
    [
        {"visit": -3},
        {"on": "2024-02-29"},
        {"arm": "drug"},
        {"note": "é ü"},
        {"mass": 2},
        {"mass": 2.5},
        {"done": False},
    ],
)
def test_a_value_of_its_type_is_kept(values: dict[str, Value | None]) -> None:
    assert edit(values) == {"visit": 1, **values}


@pytest.mark.parametrize(
    "values",
    [
        {"visit": True},
        {"visit": 1.0},
        {"visit": "1"},
        {"visit": 2**60},
        {"on": "2023-02-29"},
        {"on": "20240229"},
        {"on": "2024-2-9"},
        {"on": "٢٠٢٤-٠٢-٢٩"},
        {"arm": "Drug"},
        {"note": "a\nb"},
        {"note": "a" * 1025},
        {"mass": math.inf},
        {"mass": True},
        {"done": "true"},
    ],
)
def test_bad_date_bad_integer_and_other_values_that_do_not_fit_are_refused(
    values: dict[str, Value | None],
) -> None:
    with pytest.raises(InvalidRequest):
        edit(values)


def test_none_takes_a_value_away_unless_it_is_required() -> None:
    assert edit({"mass": None}, {"visit": 1, "mass": 2}) == {"visit": 1}
    with pytest.raises(Conflict, match="visit"):
        edit({"visit": None})


def test_unknown_fields_are_refused_and_former_ones_can_be_taken_away() -> None:
    with pytest.raises(Conflict):
        edit({"other": 1})
    before: dict[str, Value] = {"visit": 1, "former": "x"}
    assert edit({"former": "x"}, before) == before
    with pytest.raises(Conflict):
        edit({"former": "y"}, before)
    assert edit({"former": None}, before) == {"visit": 1}


def test_fields_of_another_level_do_not_count() -> None:
    with pytest.raises(Conflict):
        edited(SCHEMA, Level.SCAN, before={}, changes={"visit": 1})


def test_what_another_project_cannot_hold_is_left_out() -> None:
    values: dict[str, Value] = {"visit": 2, "on": "never", "other": 1, "arm": "drug"}
    assert accepted(SCHEMA, Level.SESSION, values) == {"visit": 2, "arm": "drug"}
    assert accepted({}, Level.SESSION, values) == {}


@pytest.mark.parametrize(
    "fields",
    [
        {"project": []},
        {"session": {}},
        {"session": "text"},
        {"session": [{"name": "a"}]},
        {"session": [{"name": "A", "type": "text"}]},
        {"session": [{"name": "a", "type": "blob"}]},
        {"session": [{"name": "a", "type": "text", "more": 1}]},
        {"session": [{"name": "a", "type": "text", "required": 1}]},
        {"session": [{"name": "a", "type": "text", "choices": ["b"]}]},
        {"session": [{"name": "a", "type": "choice"}]},
        {"session": [{"name": "a", "type": "choice", "choices": "bc"}]},
        {"session": [{"name": "a", "type": "choice", "choices": [1]}]},
        {"session": [{"name": "a", "type": "text"}] * 2},
        {"session": [{"name": f"a{n}", "type": "text"} for n in range(65)]},
    ],
)
def test_a_schema_that_cannot_be_used_is_refused(fields: dict[str, object]) -> None:
    with pytest.raises(InvalidRequest):
        checked_fields(fields)


@given(st.dictionaries(st.sampled_from(["session", "scan", "subject", "x"]), JSON))
def test_whatever_stands_in_a_schema_is_read_or_refused(schema: dict[str, object]) -> None:
    with suppress(InvalidRequest):
        checked_fields(schema)


@given(
    st.dictionaries(
        st.sampled_from(["visit", "on", "arm", "note", "mass", "done"]),
        st.none() | st.text() | st.integers() | st.floats(allow_nan=False) | st.booleans(),
    )
)
def test_what_was_taken_once_is_taken_again_and_can_be_written_as_json(
    changes: dict[str, Value | None],
) -> None:
    try:
        values = edit(changes)
    except ArchiveError:
        return
    assert edit(values, values) == values
    assert json.loads(json.dumps(values)) == values
    assert accepted(SCHEMA, Level.SESSION, values) == values
