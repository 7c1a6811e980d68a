import pytest

from scanloft.core.errors import InvalidRequest
from scanloft.core.receivers import (
    Receiver,
    checked_calling_titles,
    checked_networks,
    checked_receiver,
)


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


LISTED = Receiver(
    ae_title="SCANNER",
    calling_ae_titles=("CT1", "MR 1"),
    networks=("192.0.2.0/24", "2001:db8::/32"),
)


@pytest.mark.parametrize("address", ["192.0.2.7", "2001:db8::1", "::ffff:192.0.2.7"])
def test_who_is_listed_with_title_and_network_may_send(address: str) -> None:
    assert LISTED.admits(calling_ae="MR 1", address=address)


@pytest.mark.parametrize(
    ("title", "address"),
    [
        ("CT2", "192.0.2.7"),
        ("", "192.0.2.7"),
        ("CT1", "198.51.100.7"),
        ("CT1", ""),
        ("CT1", "no address"),
        ("CT1", "::ffff:198.51.100.7"),
    ],
)
def test_who_is_not_listed_with_both_may_not(title: str, address: str) -> None:
    assert not LISTED.admits(calling_ae=title, address=address)


def test_where_none_is_listed_all_may_send() -> None:
    everybody = Receiver(ae_title="SCANNER")
    assert everybody.is_open
    assert everybody.admits(calling_ae="", address="")
    titles = Receiver(ae_title="SCANNER", calling_ae_titles=("CT1",))
    assert not titles.is_open
    assert titles.admits(calling_ae="CT1", address="")
