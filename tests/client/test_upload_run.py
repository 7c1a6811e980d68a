import itertools
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from scanloft.client.upload_files import Look
from scanloft.client.upload_journal import Row
from scanloft.client.upload_run import FILES_PER_CALL, spans


def row(number: int) -> Row:
    return Row(number, Path("/a"), "a", Look(size_bytes=0, mtime_ns=0), "", "dicom")


@given(st.sets(st.integers(min_value=1, max_value=5000)))
def test_spans_hold_each_row_once_and_none_is_longer_than_a_call_may_be(numbers: set[int]) -> None:
    groups = [[one.number for one in group] for group in spans(map(row, numbers))]
    assert sorted(number for group in groups for number in group) == sorted(numbers)
    assert all(group[-1] - group[0] < FILES_PER_CALL for group in groups)
    assert all(one[-1] < two[0] for one, two in itertools.pairwise(groups))
