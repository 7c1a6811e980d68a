from hypothesis import given
from hypothesis import strategies as st

from scanloft.core.layouts import Layout
from scanloft.core.selections import ScanChoice, Selection, Wish

NAMES = st.frozensets(st.text())
SELECTIONS = st.builds(
    Selection,
    NAMES,
    NAMES,
    st.frozensets(st.builds(ScanChoice, st.text(), st.text())),
    st.booleans(),
    st.booleans(),
)


@given(st.builds(Wish, st.text(), st.text(), st.text(), st.sampled_from(Layout), SELECTIONS))
def test_a_wish_is_read_from_the_text_that_it_was_written_as(wish: Wish) -> None:
    assert Wish.from_json(wish.to_json()) == wish


def test_a_selection_is_narrow_where_it_names_its_sessions() -> None:
    scan = ScanChoice("1.5", "1.5.6")
    narrow = Selection(sessions=frozenset({"1.2"}), scans=frozenset({scan}))
    assert narrow.is_narrow
    assert narrow.named_sessions == {"1.2", "1.5"}
    assert not Selection(all=True).is_narrow
    assert not Selection(subjects=frozenset({"P1"})).is_narrow
