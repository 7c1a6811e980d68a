"""Content negotiation: which representation a client accepts (RFC 9110 12.5.1, PS3.18 8.7.5)."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from scanloft.core.errors import InvalidRequest, NotAcceptable

DICOM = "application/dicom"
DICOM_JSON = "application/dicom+json"
JSON = "application/json"
MULTIPART = "multipart/related"

LENGTH_LIMIT = 2048
"""How many characters of an Accept header are read: no client sends more."""

_TOKEN = r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+"  # noqa: S105 - the grammar of RFC 9110 5.6.2, no secret
_MEDIA = re.compile(rf"({_TOKEN})/({_TOKEN})")
_IN_QUOTES = r'(?:[^"\\]|\\.)*'
_QUOTED = f'"{_IN_QUOTES}"'
_PARAMETER = re.compile(rf'({_TOKEN})\s*=\s*(?:"({_IN_QUOTES})"|([^\s";,]*))')
_PIECE = re.compile(rf'(?:[^",]|{_QUOTED})+')
_LIST = re.compile(rf'(?:[^"]|{_QUOTED})*')
_WEIGHT = re.compile(r"0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?")


@dataclass(frozen=True, slots=True)
class MediaType:
    """A representation that can be made; `root` is the type of the parts of a multipart body."""

    name: str
    root: str = ""
    transfer_syntax: str = ""


@dataclass(frozen=True, slots=True)
class MediaRange:
    """What a client accepts, and how much it likes it, from 0 (not at all) to 1."""

    name: str
    parameters: Mapping[str, str] = field(default_factory=dict)
    weight: float = 1.0

    def covers(self, offer: MediaType) -> bool:
        """Whether the offer is one of those the client means."""
        name_fits = _fits(self.name, offer.name)
        return name_fits and self._root_fits(offer) and self._transfer_syntax_fits(offer)

    def precision(self) -> tuple[int, int]:
        """How exactly the range names what it means: the most exact one that covers counts."""
        wildcards = self.name.count("*")
        return -wildcards, len(self.parameters)

    def _root_fits(self, offer: MediaType) -> bool:
        root = self.parameters.get("type", "")
        return not root or not offer.root or _fits(root.lower(), offer.root)

    def _transfer_syntax_fits(self, offer: MediaType) -> bool:
        wanted = self.parameters.get("transfer-syntax", "*")
        return wanted == "*" or not offer.transfer_syntax or wanted == offer.transfer_syntax


def parse_accept(text: str) -> list[MediaRange]:
    """The media ranges of an Accept header; nothing at all means anything (RFC 9110 12.5.1).

    Raises:
        InvalidRequest: a list that cannot be read.
    """
    if len(text) > LENGTH_LIMIT or not _LIST.fullmatch(text):
        raise InvalidRequest(f"Accept holds a list of media types, at most {LENGTH_LIMIT} long.")
    pieces = [piece.strip() for piece in _PIECE.findall(text)]
    return [_media_range(piece) for piece in pieces if piece] or [MediaRange("*/*")]


def choose(accept: str, offers: Sequence[MediaType]) -> MediaType:
    """The offer that the client likes best, the first one among equals.

    Raises:
        InvalidRequest: an Accept header that cannot be read.
        NotAcceptable: none of them; the error names them.
    """
    ranges = parse_accept(accept)
    weights = [_weight(offer, ranges) for offer in offers]
    best = max(weights)
    if best <= 0:
        raise NotAcceptable(
            "None of the accepted media types can be made. There are: "
            + ", ".join(_described(offer) for offer in offers)
        )
    return offers[weights.index(best)]


def accepts_gzip(accept_encoding: str) -> bool:
    """Whether an Accept-Encoding header allows gzip by name (RFC 9110 12.5.3)."""
    for piece in accept_encoding.lower().split(","):
        coding, _, parameter = piece.partition(";")
        if coding.strip() in ("gzip", "x-gzip"):
            weight = parameter.strip().removeprefix("q=").strip()
            return not weight or weight.strip("0.") != ""
    return False


def _weight(offer: MediaType, ranges: Sequence[MediaRange]) -> float:
    covering = [entry for entry in ranges if entry.covers(offer)]
    if not covering:
        return 0.0
    precision = max(entry.precision() for entry in covering)
    return max(entry.weight for entry in covering if entry.precision() == precision)


def _media_range(piece: str) -> MediaRange:
    media = _MEDIA.match(piece)
    if media is None:
        raise InvalidRequest("Accept does not hold a list of media types.")
    found = _PARAMETER.findall(piece, media.end())
    parameters = {name.lower(): _unquoted(quoted) or plain for name, quoted, plain in found}
    weight = parameters.pop("q", "1")
    if _WEIGHT.fullmatch(weight) is None:
        raise InvalidRequest("A q value of Accept is a number from 0 to 1 (RFC 9110 12.4.2).")
    return MediaRange(media.group(0).lower(), parameters, float(weight))


def _unquoted(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text)


def _fits(pattern: str, name: str) -> bool:
    if pattern in ("*/*", name):
        return True
    return pattern.endswith("/*") and name.startswith(pattern[:-1])


def _described(offer: MediaType) -> str:
    text = f'{offer.name}; type="{offer.root}"' if offer.root else offer.name
    return f"{text}; transfer-syntax={offer.transfer_syntax}" if offer.transfer_syntax else text
