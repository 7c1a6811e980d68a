"""Receivers: the AE titles at which the archive takes DICOM, and what holds for each."""

import ipaddress
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from scanloft.core.errors import InvalidRequest
from scanloft.core.identifiers import RECEIVER, checked_ae_title
from scanloft.core.model import Prearchive


@dataclass(frozen=True, slots=True, kw_only=True)
class Receiver:
    """A called AE title.

    All that comes there goes to `project`; without one it is routed by `rules`, lines of
    expressions for project, subject and session. `site` is the centre that sends there,
    `prearchive` stands in place of the project's. Who may send: these calling AE titles and these
    networks; none means all.
    """

    ae_title: str
    project: str = ""
    rules: Mapping[str, str] = field(default_factory=dict)
    site: str = ""
    prearchive: Prearchive | None = None
    calling_ae_titles: tuple[str, ...] = ()
    networks: tuple[str, ...] = ()
    revision: int = 0
    """Counts the writes of this row; each write names the one it read."""

    @property
    def is_open(self) -> bool:
        """Whether everybody may send."""
        return not self.calling_ae_titles and not self.networks

    def admits(self, *, calling_ae: str, address: str) -> bool:
        """Whether this AE title may send from this IP address; "" is one that is not known."""
        if self.calling_ae_titles and calling_ae not in self.calling_ae_titles:
            return False
        return not self.networks or _is_within(address, self.networks)


@dataclass(frozen=True, slots=True)
class SiteRouting:
    """The rules of the whole archive, after those of a receiver: lines by level, as there."""

    rules: Mapping[str, str] = field(default_factory=dict)
    revision: int = 0


def _is_within(address: str, networks: Iterable[str]) -> bool:
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return False
    if isinstance(found, ipaddress.IPv6Address) and found.ipv4_mapped:
        found = found.ipv4_mapped
    return any(found in ipaddress.ip_network(network) for network in networks)


def checked_receiver(text: str) -> str:
    """The text, if it may be the AE title of a receiver: it becomes a part of keys.

    Raises:
        InvalidRequest: it may not.
    """
    if RECEIVER.fullmatch(text) is None:
        raise InvalidRequest(
            "The AE title of a receiver has 1 to 16 letters, digits, hyphens and underscores."
        )
    return text


def checked_calling_titles(titles: tuple[str, ...]) -> tuple[str, ...]:
    """AE titles that may send, without blanks around them.

    Raises:
        InvalidRequest: one of them is none.
    """
    return tuple(map(checked_ae_title, titles))


def checked_networks(networks: tuple[str, ...]) -> tuple[str, ...]:
    """Networks and addresses, as "192.0.2.0/24" and "2001:db8::1", in their usual form.

    Raises:
        InvalidRequest: one of them is none.
    """
    try:
        return tuple(str(ipaddress.ip_network(network)) for network in networks)
    except ValueError:
        raise InvalidRequest(
            'A network is written as "192.0.2.0/24", an address as "192.0.2.7"; an IPv6 one as '
            '"2001:db8::/32".'
        ) from None
