"""What to do with a header of a certain structure, found by walking one and used for all like it.

The images of a series have headers that differ in values alone. What is to be done depends on tags,
VRs, lengths and a few values; so where all of these are the same, the walk can be spared.
"""

from collections.abc import Mapping, Sequence
from operator import itemgetter
from typing import Any

from scanloft.deid.bytewise.place import BytePlace, Noted
from scanloft.deid.bytewise.window import ITEM, item_header
from scanloft.deid.rules.verdicts import Action, Verdict
from scanloft.deid.values.actions import Actions
from scanloft.deid.values.encode import Encoding, pad
from scanloft.deid.values.items import TELLING_SEQUENCES, Identifier, identifiers_in

COPY, WRITE, APPLY, UIDS, DESCEND = range(5)
Step = tuple[Any, ...]
"""(COPY, start, stop), (WRITE, bytes), (APPLY, tag, verdict, position, value start, stop, noted,
whether the VR stays), (UIDS, tag, verdict, value start, stop) or (DESCEND, tag, steps of items);
offsets in the header."""


def action_step(
    tag: int, verdict: Verdict, position: int, at: int, stop: int, noted: Noted, same_vr: bool
) -> Step:
    """Return the step for a value that a verdict acts on."""
    if verdict.action in (Action.REPLACE_UID, Action.KEEP_UID):
        return (UIDS, tag, verdict, at, stop)
    return (APPLY, tag, verdict, position, at, stop, noted, same_vr)


class Recipe:
    """The steps for a header, in order, and where its values are.

    `noted` are the values at the top level that others need to know. `texts` are those that were
    kept and may name the patient. `counts` are the elements whose fate needs no look at the value.
    """

    __slots__ = ("_counts", "_encoding", "_get_texts", "_steps", "_telling", "noted")

    def __init__(
        self,
        steps: Sequence[Step],
        counts: Mapping[str, int],
        noted: Noted,
        texts: Sequence[slice],
        encoding: Encoding,
    ) -> None:
        self.noted = noted
        self._steps = steps
        self._counts = counts
        # Two of nothing more, as a getter of one would not give a row.
        self._get_texts = itemgetter(*texts, slice(0), slice(0))
        self._encoding = encoding
        places = noted.places
        self._telling = [places[tag] for tag in TELLING_SEQUENCES if tag in places]

    def look(self, data: bytes, tag: int) -> bytes:
        """Return a noted value, b"" where there is none."""
        found = self.noted.places.get(tag)
        return b"" if found is None else data[found]

    def identifiers_in_items(self, data: bytes) -> Sequence[Identifier]:
        """Return what names the patient in items of sequences."""
        if not self._telling:
            return ()
        implicit = self._encoding.implicit
        return [
            found
            for place in self._telling
            for found in identifiers_in(data[place], implicit=implicit)
        ]

    def texts_of(self, data: bytes) -> bytes:
        """Return the texts that were kept, parted by zeros."""
        return b"\0".join(self._get_texts(data))

    def follow(self, data: bytes, actions: Actions) -> bytes:
        """Return the new header."""
        counts = actions.counts
        for kind, number in self._counts.items():
            counts[kind] += number
        return b"".join(self._follow(self._steps, data, actions))

    def _follow(self, steps: Sequence[Step], data: bytes, actions: Actions) -> list[bytes]:
        chunks: list[bytes] = []
        for step in steps:
            kind = step[0]
            if kind == COPY:
                chunks.append(data[step[1] : step[2]])
            elif kind == WRITE:
                chunks.append(step[1])
            elif kind == UIDS:
                _, tag, verdict, at, stop = step
                chunks.append(actions.uid_element(tag, verdict, data[at:stop], self._encoding))
            elif kind == APPLY:
                chunks.append(self._act(step, data, actions))
            else:
                items: list[bytes] = []
                for item in step[2]:
                    content = b"".join(self._follow(item, data, actions))
                    items += (item_header.pack(ITEM, len(content)), content)
                chunks.append(self._encoding.element(step[1], "SQ", b"".join(items)))
        return chunks

    def _act(self, step: Step, data: bytes, actions: Actions) -> bytes:
        _, tag, verdict, position, at, stop, noted, same_vr = step
        value = data[at:stop]
        new = actions.apply(tag, verdict, value, BytePlace(data, noted))
        if new is None:
            return b""
        if new is value:
            if same_vr:
                return data[position:stop]
            return self._encoding.element(tag, verdict.vr, value)
        return self._encoding.element(tag, verdict.vr, pad(new, verdict.vr))


_SPAN_BYTES = 150
"""What the place and the bytes of a span take, beside the bytes themselves."""


class Structure:
    """The bytes that make a header one of its kind: all but the values that do not matter."""

    __slots__ = ("_expected", "_get", "end", "size_bytes")

    def __init__(self, data: bytes, places: Sequence[slice], end: int) -> None:
        self.end = end
        self._get = itemgetter(*places)
        self._expected = self._get(data)
        self.size_bytes = _SPAN_BYTES * len(places) + sum(map(len, self._expected))

    def is_that_of(self, data: bytes) -> bool:
        """Whether another object's header is of the same kind."""
        return bool(self._get(data) == self._expected)


def merged(steps: Sequence[Step]) -> list[Step]:
    """Return the steps with neighbours made one where that is the same."""
    found: list[Step] = []
    for step in steps:
        if found and step[0] == COPY and found[-1][0] == COPY and found[-1][2] == step[1]:
            found[-1] = (COPY, found[-1][1], step[2])
        elif found and step[0] == WRITE and found[-1][0] == WRITE:
            found[-1] = (WRITE, found[-1][1] + step[1])
        else:
            found.append(step)
    return found
