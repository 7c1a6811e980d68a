import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanloft.core.series_changed import SeriesChanged


@given(st.builds(SeriesChanged, st.text(), st.text(), st.text()))
def test_a_message_is_read_as_it_was_written(message: SeriesChanged) -> None:
    assert SeriesChanged.from_body(message.to_body()) == message


@pytest.mark.parametrize(
    "body",
    ["", "garbage", "[]", "7", "null", "{}", '{"project": "alpha"}',
     json.dumps({"project": "a", "study_uid": "1", "series_uid": "2", "more": "3"})],
)  # fmt: skip
def test_what_is_no_such_message_is_a_value_error(body: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011  # the kind is the promise, not the message
        SeriesChanged.from_body(body)
