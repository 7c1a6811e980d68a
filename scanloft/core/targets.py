"""Where webhooks may go: public addresses by HTTPS, and nothing inside of our own networks."""

import ipaddress
import re
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import urlsplit

from scanloft.core.errors import Conflict

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

URL_LIMIT = 500
URL = re.compile(r"https?://[a-zA-Z0-9.\[\]:-]{1,260}(?:/[\x21-\x7e]*)?")
HOST = re.compile(r"(?=.{1,253}$)[a-z0-9](?:[a-z0-9-]{0,62})(?:\.[a-z0-9][a-z0-9-]{0,62})*\.?")
PORTS = (443, 8443)
PUBLIC_V6 = ipaddress.ip_network("2000::/3")
REFUSED = tuple(
    map(
        ipaddress.ip_network,
        (
            "100.64.0.0/10",  # carriers' own, and some clouds' metadata
            "192.0.0.0/24",  # protocols
            "192.88.99.0/24",  # relays to 6to4
            "198.18.0.0/15",  # measurements
            "240.0.0.0/4",
            "2001::/23",  # Teredo and other protocols: an IPv4 address may hide in it
            "2001:db8::/32",
            "2002::/16",  # 6to4: an IPv4 address is in it
            "3fff::/20",
        ),
    )
)
"""What counts as global by some registries and leads to places that nobody means."""


class Targets(StrEnum):
    """What an installation lets webhooks go to."""

    PUBLIC = "public"
    LOOPBACK = "loopback"
    """Also http://127.0.0.1, at any port: for a laptop, never for AWS."""


@dataclass(frozen=True, slots=True)
class Target:
    """The parts of an address that deliveries are sent to."""

    host: str
    port: int
    path: str
    by_tls: bool

    @property
    def host_header(self) -> str:
        """The host as HTTP names it (RFC 9110 7.2)."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        usual = 443 if self.by_tls else 80
        return host if self.port == usual else f"{host}:{self.port}"


def target_of(url: str, *, allowed: Targets) -> Target:
    """The parts of a URL that webhooks may go to; its name is not looked up yet.

    Raises:
        Conflict: they may not go there.
    """
    if len(url) > URL_LIMIT or URL.fullmatch(url) is None or "#" in url:
        raise _refused()
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise _refused() from None
    host = (parts.hostname or "").lower()
    by_tls = parts.scheme == "https"
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    target = Target(host.rstrip("."), port or (443 if by_tls else 80), path, by_tls)
    if allowed is Targets.LOOPBACK and target.host == "127.0.0.1" and not by_tls:
        return target
    if not by_tls or target.port not in PORTS or not _may_be_public(target.host):
        raise _refused()
    return target


def permits(address: Address, *, target: Target, allowed: Targets) -> bool:
    """Whether a connection to this address is one that the target and the installation allow."""
    if not target.by_tls:
        return allowed is Targets.LOOPBACK and str(address) == "127.0.0.1"
    return is_public(address)


def is_public(address: Address) -> bool:
    """Whether the address is one of the public internet, of no network of our own."""
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is not None:
            return is_public(address.ipv4_mapped)
        if address.scope_id or address not in PUBLIC_V6:
            return False
    return (
        address.is_global
        and not address.is_multicast
        and not any(address in network for network in REFUSED)
    )


def _may_be_public(host: str) -> bool:
    """Whether the host is a name with a dot, or a public address; other forms are refused.

    Names without a dot are those of neighbours; numbers as 0x7f000001 are addresses in disguise.
    """
    try:
        return is_public(ipaddress.ip_address(host))
    except ValueError:
        last = host.rpartition(".")[2]
        return HOST.fullmatch(host) is not None and "." in host and not last[:1].isdigit()


def _refused() -> Conflict:
    return Conflict(
        "Webhooks go to public addresses by https, at port 443 or 8443, without a name or password "
        "in the address: choose such an address."
    )
