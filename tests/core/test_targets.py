"""Where webhooks may go: nothing that is inside, however it is written."""

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanloft.core.errors import Conflict
from scanloft.core.targets import Targets, is_public, permits, target_of

PUBLIC, LOOPBACK = Targets.PUBLIC, Targets.LOOPBACK


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "127.9.9.9",
        "0.0.0.0",  # noqa: S104
        "10.0.0.1",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "169.254.170.2",
        "100.64.0.1",
        "100.100.100.200",
        "192.0.0.192",
        "198.18.0.1",
        "224.0.0.1",
        "239.255.255.250",
        "240.0.0.1",
        "255.255.255.255",
        "192.88.99.1",
        "203.0.113.1",
        "::",
        "::1",
        "::ffff:127.0.0.1",
        "::ffff:169.254.169.254",
        "::ffff:10.0.0.1",
        "::127.0.0.1",
        "64:ff9b::7f00:1",
        "64:ff9b:1::1",
        "2002:7f00:1::",
        "2001::1",
        "2001:db8::1",
        "3fff::1",
        "fc00::1",
        "fd00:ec2::254",
        "fe80::1",
        "fe80::1%1",
        "fec0::1",
        "ff02::1",
        "100::1",
        "5f00::1",
    ],
)
def test_what_is_no_public_address_is_refused(address: str) -> None:
    assert not is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize(
    "address",
    ["1.1.1.1", "93.184.216.34", "2606:4700::1111", "2a00:1450:4001::1", "::ffff:1.1.1.1"],
)
def test_public_addresses_are_taken(address: str) -> None:
    assert is_public(ipaddress.ip_address(address))


@given(st.ip_addresses(v=4))
def test_an_address_hidden_in_another_form_is_no_more_public(
    address: ipaddress.IPv4Address,
) -> None:
    mapped = ipaddress.IPv6Address(f"::ffff:{address}")
    in_6to4 = ipaddress.IPv6Address((0x2002 << 112) | (int(address) << 80))
    in_nat64 = ipaddress.IPv6Address((0x64FF9B << 96) | int(address))
    assert is_public(mapped) == is_public(address)
    assert not is_public(in_6to4)
    assert not is_public(in_nat64)


@pytest.mark.parametrize(
    "url",
    [
        "http://hooks.example.org/",
        "https://hooks.example.org:22/",
        "https://hooks.example.org:80/",
        "ftp://hooks.example.org/",
        "https://user:pw@hooks.example.org/",
        "https://127.0.0.1/",
        "https://localhost/",
        "https://localhost:8443/",
        "https://[::1]/",
        "https://[::ffff:10.0.0.1]/",
        "https://169.254.169.254/latest/meta-data",
        "https://2130706433/",
        "https://0x7f000001/",
        "https://0177.0.0.1/",
        "https://127.1/",
        "https://10.0.0.1./",
        "https://intranet/",
        "https://hooks.example.org/#x",
        "https://hooks.example.org/a b",
        "https://hooks.example.org/\n",
        "https://exa_mple.org/",
        "https://",
        "https:///x",
        "https://[::1/",
        "https://a..b/",
        "https://hooks.example.org:99999/",
        "https://" + "a" * 600 + ".org/",
        "https://éa.org/",
        "https://hooks.example.org\\@127.0.0.1/",
        "https://127.0.0.1:443.example.org:443/",
    ],
)
def test_what_leads_inside_or_is_no_such_address_is_refused(url: str) -> None:
    with pytest.raises(Conflict):
        target_of(url, allowed=PUBLIC)


@pytest.mark.parametrize(
    ("url", "host", "port", "path", "header"),
    [
        ("https://hooks.example.org", "hooks.example.org", 443, "/", "hooks.example.org"),
        (
            "https://Hooks.Example.org./a?b=c",
            "hooks.example.org",
            443,
            "/a?b=c",
            "hooks.example.org",
        ),
        ("https://a.b:8443/x", "a.b", 8443, "/x", "a.b:8443"),
        ("https://1.1.1.1/", "1.1.1.1", 443, "/", "1.1.1.1"),
        ("https://[2606:4700::1111]/", "2606:4700::1111", 443, "/", "[2606:4700::1111]"),
    ],
)
def test_what_is_public_is_taken_apart(
    url: str, host: str, port: int, path: str, header: str
) -> None:
    target = target_of(url, allowed=PUBLIC)
    assert (target.host, target.port, target.path, target.by_tls) == (host, port, path, True)
    assert target.host_header == header


def test_a_laptop_may_be_told_on_its_own_loopback_and_nowhere_else_inside() -> None:
    target = target_of("http://127.0.0.1:9000/x", allowed=LOOPBACK)
    assert (target.port, target.by_tls) == (9000, False)
    own, other = ipaddress.ip_address("127.0.0.1"), ipaddress.ip_address("10.0.0.1")
    assert permits(own, target=target, allowed=LOOPBACK)
    assert not permits(other, target=target, allowed=LOOPBACK)
    assert not permits(own, target=target, allowed=PUBLIC)
    for url in ("http://10.0.0.1/", "http://localhost/", "https://127.0.0.1/", "http://a.org/"):
        with pytest.raises(Conflict):
            target_of(url, allowed=LOOPBACK)


def test_a_name_may_not_lead_inside_where_loopback_is_allowed() -> None:
    target = target_of("https://hooks.example.org/", allowed=LOOPBACK)
    assert not permits(ipaddress.ip_address("127.0.0.1"), target=target, allowed=LOOPBACK)


@given(st.text(max_size=40))
def test_any_text_is_a_target_or_a_conflict(text: str) -> None:
    for url in (text, f"https://{text}", f"https://a.org{text}"):
        try:
            target = target_of(url, allowed=PUBLIC)
        except Conflict:
            continue
        assert target.by_tls
        assert target.port in (443, 8443)
        assert "\n" not in target.path
