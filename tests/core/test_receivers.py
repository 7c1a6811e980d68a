import pytest

from scanloft.core.errors import InvalidRequest
from scanloft.core.receivers import checked_calling_titles, checked_networks, checked_receiver


@pytest.mark.parametrize("title", ["A", "SCANNER_1", "x" * 16, "0-9"])
def test_the_title_of_a_receiver_may_be_part_of_a_key(title: str) -> None:
    assert checked_receiver(title) == title


@pytest.mark.parametrize("title", ["", "x" * 17, "A B", "..", "a/b", "-A", "Ä", "A\n", "<b>"])
def test_other_titles_may_not(title: str) -> None:
    with pytest.raises(InvalidRequest, match="letters, digits, hyphens and underscores"):
        checked_receiver(title)


def test_networks_and_senders_are_kept_in_their_usual_form() -> None:
    assert checked_networks(("192.0.2.7", "2001:DB8::/32")) == ("192.0.2.7/32", "2001:db8::/32")
    assert checked_calling_titles((" CT 1 ", "MR")) == ("CT 1", "MR")


@pytest.mark.parametrize("network", ["", "CANARY", "192.0.2.1/24", "192.0.2.0/33", "::1%eth0/x"])
def test_what_is_no_network_is_refused_and_not_quoted(network: str) -> None:
    with pytest.raises(InvalidRequest) as caught:
        checked_networks((network,))
    assert "CANARY" not in caught.value.message
