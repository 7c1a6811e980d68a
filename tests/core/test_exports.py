import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanloft.core.exports import (
    PART_BYTES,
    PART_COUNT_LIMIT,
    ZIP_LIMIT_BYTES,
    ExportFile,
    ExportOrder,
    part_size_bytes,
)

FILES = st.builds(
    ExportFile,
    st.text(),
    st.text(),
    st.integers(0),
    st.integers(0),
    *[st.text()] * 6,
)


@given(FILES)
def test_a_file_is_read_from_the_line_that_it_was_written_as(file: ExportFile) -> None:
    line = file.to_line()
    assert "\n" not in line
    assert ExportFile.from_line(line) == file


def test_a_file_that_is_written_here_knows_its_size() -> None:
    file = ExportFile.of_text("a.txt", "ä\n")
    assert (file.key, file.length, file.text) == ("", 3, "ä\n")


@given(st.text(), st.text())
def test_an_order_is_read_from_the_body_that_it_was_written_as(project: str, export: str) -> None:
    order = ExportOrder(project, export)
    assert ExportOrder.from_body(order.to_body()) == order


@pytest.mark.parametrize(
    "body", ["", "[]", "{}", '{"project": "a"}', '{"project": "a", "export": 1}', "null", '"x"']
)
def test_what_is_no_order_is_refused(body: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        ExportOrder.from_body(body)


@given(st.integers(0, ZIP_LIMIT_BYTES))
def test_ten_thousand_parts_are_enough_for_any_zip(size: int) -> None:
    part = part_size_bytes(size)
    assert part >= PART_BYTES
    assert part * PART_COUNT_LIMIT >= size


def test_parts_are_small_unless_the_zip_is_large() -> None:
    assert part_size_bytes(80 * 10**9) == PART_BYTES
    assert part_size_bytes(ZIP_LIMIT_BYTES) < 600 * 1024**2
    with pytest.raises(ValueError, match="at most"):
        part_size_bytes(ZIP_LIMIT_BYTES + 1)
