import pytest

from scanloft.core.transfers import parse_transfer, transfer_body


def test_a_message_gives_back_what_it_was_made_of() -> None:
    assert parse_transfer(transfer_body("alpha", "1.2")) == ("alpha", "1.2")


@pytest.mark.parametrize("body", ["", "[]", "{}", '{"project": "a", "study_uid": 1}', "null"])
def test_what_is_no_such_message_is_refused(body: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        parse_transfer(body)
