from hypothesis import given
from hypothesis import strategies as st

from scanloft.core.model import Project
from scanloft.core.project_names import folded, names_of

PROJECT = Project("alpha", "The  ALPHA trial", "", "", {}, aliases=("Straße", "a-1"))


def test_a_project_is_called_by_name_title_and_aliases() -> None:
    assert names_of(PROJECT) == {"alpha", "the alpha trial", "strasse", "a-1"}


@given(st.text(max_size=40))
def test_neither_case_nor_blanks_make_another_name(name: str) -> None:
    assert folded(f"  {name} ") == folded(name) == folded(folded(name))


@given(st.text(min_size=1, max_size=128))
def test_a_name_fits_into_the_key_of_an_item(name: str) -> None:
    fits = len(folded(name).encode("utf-8", "surrogatepass")) <= 1024
    assert fits
