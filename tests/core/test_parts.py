from hypothesis import given
from hypothesis import strategies as st

from scanloft.core.parts import MIB, PART_BYTES, PARTS_LIMIT, Cut

GIB = 1024 * MIB


@given(st.integers(min_value=0, max_value=5 * 1024 * GIB))
def test_the_parts_of_a_file_are_its_bytes_and_as_s3_takes_them(size_bytes: int) -> None:
    cut = Cut.of(size_bytes)
    sizes = [cut.size_of(part) for part in range(1, cut.count + 1)]
    assert sum(sizes) == size_bytes
    assert set(sizes[:-1]) <= {cut.part_bytes}
    assert all(PART_BYTES <= size <= 5 * GIB + GIB for size in sizes[:-1])
    assert sizes[-1] > 0 or size_bytes == 0
    assert 1 <= cut.count <= PARTS_LIMIT


def test_a_file_of_5_gib_is_320_requests() -> None:
    assert Cut.of(5 * GIB).count == 320
