"""Canaries: values that occur nowhere else, one for each place, and the search for survivors."""

import base64
import re
from array import array
from collections.abc import Iterator
from datetime import date, timedelta

from tests.support.wire import Wire

# A canary of text is QZ and six characters: valid in every VR of text, and eight bytes of numbers.
_WORD = re.compile(rb"(?i)QZ[A-Z2-7]{6}")
# Pseudonyms are random digits, in which a planted number would be found sooner or later.
_PSEUDONYM = re.compile(rb"2\.25\.[0-9]{20,39}")
_FIRST_DAY, _DAYS = date(1710, 1, 1), 60_000
_TEXT_OF_ITEMS = 0x00189004  # Content Qualification: a sequence's canary is text that would stay


class Plants:
    """Makes canaries, one for each named place, and finds those that survived."""

    def __init__(self) -> None:
        self._place_by_word: dict[bytes, str] = {}
        self._place_by_value: dict[bytes, str] = {}

    def word(self, place: str) -> bytes:
        """Eight bytes of text, found also in other byte orders, cases and wide encodings."""
        number = len(self._place_by_word)
        word = b"QZ" + base64.b32encode((number << 2).to_bytes(4, "big"))[:6]
        self._place_by_word[word] = place
        return word

    def value(self, place: str, vr: str) -> bytes:
        """A valid value of a VR that holds a canary."""
        number = len(self._place_by_word)
        word = self.word(place)
        made = _made(number, vr)
        if made is None:
            return b"^".join((word, word)) + b"=" + word if vr == "PN" else word
        value, traces = made
        for trace in traces:
            self._place_by_value[trace] = place
        return value + (b"\0" if vr == "UI" else b" ") * (len(value) % 2)

    def element(self, place: str, tag: int, vr: str, *, undefined: bool = False) -> Wire:
        """An element with a canary; a sequence has it in a text that would stay elsewhere."""
        if vr == "SQ":
            return Wire(tag, vr, ((Wire(_TEXT_OF_ITEMS, "CS", self.word(place)),),), undefined)
        return Wire(tag, vr, self.value(place, vr))

    def survivors(self, output: bytes) -> list[str]:
        """The places whose canaries are still somewhere in the output, in whatever encoding."""
        searched = _PSEUDONYM.sub(b"#", output)
        words = {
            found.upper() for view in _views(output) for found in _WORD.findall(view)
        }  # fmt: skip
        places = {self._place_by_word[word] for word in words if word in self._place_by_word}
        places |= {place for value, place in self._place_by_value.items() if value in searched}
        return sorted(places)


def _made(number: int, vr: str) -> tuple[bytes, list[bytes]] | None:
    """A value of digits and what to search for; None where the word itself is valid."""
    day = (_FIRST_DAY + timedelta(days=number % _DAYS)).strftime("%Y%m%d").encode()
    time = b"1213%02d.%06d" % (number % 60, number + 100_000)
    uid = b"1.2.826.0.1.3680043.99.%d" % (10**6 + number)
    made: dict[str, tuple[bytes, list[bytes]]] = {
        "DA": (day, [day]),
        "DT": (day + time, [day, time]),
        "TM": (time, [time]),
        "DS": (b"-%07d.97531" % number, [b"%07d.97531" % number]),
        "IS": (b"97%08d" % number, [b"97%08d" % number]),
        "UI": (uid, [uid]),
        # Four characters can be anywhere: only what is parsed tells whether an age survived.
        "AS": (b"%03dY" % (101 + number % 899), []),
        "UR": (b"urn:%d:QZ" % (10**7 + number), [b"urn:%d" % (10**7 + number)]),
    }
    return made.get(vr)


def _views(output: bytes) -> Iterator[bytes]:
    """The bytes as they are, every second one (UTF-16), and with numbers turned round."""
    yield output
    yield output[::2]
    yield output[1::2]
    for code, size in (("H", 2), ("I", 4), ("Q", 8)):
        for shift in range(size):
            end = len(output) - (len(output) - shift) % size
            turned = array(code, output[shift:end])
            turned.byteswap()
            yield turned.tobytes()
