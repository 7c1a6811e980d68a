from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanloft.core.caller import Caller
from scanloft.core.errors import Unauthenticated
from scanloft.core.model import TokenScope


@given(
    st.builds(
        Caller,
        st.text(min_size=1),
        st.booleans(),
        st.booleans(),
        st.sampled_from(TokenScope),
        st.text(),
        st.text(),
    )
)
def test_a_caller_comes_out_of_the_context_as_it_went_in(caller: Caller) -> None:
    assert Caller.from_context(caller.to_context()) == caller


@pytest.mark.parametrize("admin", ["True", "1", "yes", True, 1, None, "", ["true"], "true "])
def test_only_the_one_word_makes_an_administrator(admin: object) -> None:
    assert Caller.from_context({"user": "olga", "admin": admin}) == Caller("olga")


@pytest.mark.parametrize(
    "context",
    [
        {},
        {"user": ""},
        {"user": None},
        {"user": 7},
        {"admin": "true"},
        {"User": "olga"},
        {"user": "olga", "scope": "everything"},
        {"user": "olga", "scope": ["all"]},
    ],
)
def test_a_context_that_names_nobody_is_nobody(context: Mapping[str, object]) -> None:
    with pytest.raises(Unauthenticated):
        Caller.from_context(context)


def test_the_context_holds_texts_only() -> None:
    context = {
        "user": "olga",
        "admin": "true",
        "by_token": "false",
        "scope": "all",
        "project": "",
        "token": "",
    }
    assert Caller("olga", is_admin=True).to_context() == context
