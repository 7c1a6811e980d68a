import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanloft.core.tokens import (
    LINK_PREFIX,
    TOKEN_BYTES,
    TOKEN_PREFIX,
    id_of,
    is_free,
    is_link,
    is_token,
    new_token,
    token_hash,
)


@given(st.binary(min_size=TOKEN_BYTES, max_size=TOKEN_BYTES))
def test_a_token_has_the_form_of_one(random_bytes: bytes) -> None:
    token = new_token(random_bytes)
    assert is_token(token)
    assert token.startswith(TOKEN_PREFIX)
    assert token == new_token(random_bytes)


@given(*[st.binary(min_size=TOKEN_BYTES, max_size=TOKEN_BYTES)] * 2)
def test_other_bytes_make_another_token(one: bytes, other: bytes) -> None:
    assert (new_token(one) == new_token(other)) == (one == other)


def test_tokens_are_random_where_no_bytes_are_given() -> None:
    assert len({new_token() for _ in range(10)}) == 10


@pytest.mark.parametrize("count", [0, 31, 33])
def test_fewer_or_more_bytes_make_no_token(count: int) -> None:
    with pytest.raises(ValueError, match="32"):
        new_token(bytes(count))


def test_the_hash_is_the_sha_256_of_the_whole_token() -> None:
    token = new_token(bytes(32))
    assert token_hash(token) == hashlib.sha256(token.encode()).hexdigest()
    assert token_hash(token) != token_hash(new_token(bytes(31) + b"\1"))


@pytest.mark.parametrize(
    "text", ["", "slpat_", "slpat_" + "a" * 42, "slpat_" + "a" * 44, "SLPAT_" + "a" * 43,
             "slpat_" + "a" * 42 + "=", "slpat_" + "a" * 43 + "\n", " slpat_" + "a" * 43,
             "slpat_" + "é" * 43],
)  # fmt: skip
def test_other_texts_are_no_tokens(text: str) -> None:
    assert not is_token(text)


def test_each_kind_of_secret_has_a_form_of_its_own() -> None:
    link = new_token(bytes(32), prefix=LINK_PREFIX)
    assert (is_link(link), is_token(link)) == (True, False)
    assert not is_link(new_token(bytes(32)))


def test_what_is_called_like_another_is_not_free() -> None:
    one, other = "a" * 64, "a" * 12 + "b" * 52
    assert id_of(one) == id_of(other) == "a" * 12
    assert not is_free(one, [other])
    assert is_free(one, ["b" * 64])
