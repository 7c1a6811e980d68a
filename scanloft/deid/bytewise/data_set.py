"""One data set on the byte-level way: the top level of an object, or an item of a sequence."""

from typing import TYPE_CHECKING, Any

from scanloft.deid.bytewise.place import Noted
from scanloft.deid.bytewise.recipe import COPY, DESCEND, WRITE, Step, action_step, merged
from scanloft.deid.bytewise.table import (
    ACT,
    CONSTANT,
    DECISIVE,
    DROP,
    END,
    ENTER,
    KEEP,
    LONG,
    NOTE,
    PIXELS,
    PRIVATE,
    SEARCH,
    SHORT,
    Declined,
    private_entry,
    table_of,
)
from scanloft.deid.bytewise.window import (
    ITEM,
    SEQUENCE_END,
    check_character_set,
    is_sequence,
    item_header,
    read_long,
    read_plain,
    read_short,
)
from scanloft.deid.rules.private_rules import FIRST_CREATOR, LAST_CREATOR
from scanloft.deid.rules.rules import CHARACTER_SET
from scanloft.deid.rules.verdicts import Action, Verdict
from scanloft.deid.values.items import TELLING_SEQUENCES
from scanloft.dicom.elements import UNDEFINED
from scanloft.dicom.structure import MAX_DEPTH, MAX_ITEMS

if TYPE_CHECKING:
    from scanloft.deid.bytewise.walk import ByteWalk

_BEYOND = 1 << 32
Insert = tuple[int, bytes]
"""A new element: its tag and its bytes."""


class ByteDataSet:
    """One data set between its first bytes and the steps for it.

    From `run` on, everything stays as it is.
    """

    __slots__ = (
        "_bounded", "_creators", "_depth", "_end", "_limit", "_noted", "_parent", "_walk",
        "_window", "after", "inserts", "run", "start", "steps",
    )  # fmt: skip

    def __init__(
        self,
        walk: "ByteWalk",
        start: int,
        end: int,
        *,
        parent: int,
        noted: Noted,
        depth: int = 0,
        bounded: bool = True,
    ) -> None:
        self._walk = walk
        self._window = walk.window
        self._parent = parent
        self._depth = depth
        self._end = end
        self._limit = min(end, len(walk.window.data))
        self._bounded = bounded
        self._noted = noted
        self._creators: dict[int, str] = {}
        self.start = self.run = start
        self.after = 0
        self.steps: list[Step] = []
        self.inserts: list[Insert] = []

    def walk(self, position: int) -> int:
        """Walk to the end or to the pixel data, and return where that is.

        This loop is what de-identification costs: its names are local, and its usual case first.
        """
        window, walk, end, limit = self._window, self._walk, self._end, self._limit
        data, width, texts, careful = window.data, window.width, walk.texts, walk.careful
        counts, spans = walk.counts, walk.header_spans
        table = table_of(window.rules, self._parent)
        find = table.get
        insert_at = self.inserts[-1][0] if self.inserts else _BEYOND
        last, kept = -1, 0
        while position < end:
            kind, form, tag, detail = find(data[position : position + width]) or window.learn(
                table, position, self._parent
            )
            if form == SHORT:
                at = position + 8
                (length,) = read_short(data, position + 6)
            elif form == LONG:
                at = position + 12
                reserved, length = read_long(data, position + 6)
                if reserved and kind != PIXELS:
                    raise Declined
            else:
                at = position + 8
                (length,) = read_plain(data, position + 4)
            spans += (position, at)
            stop = at + length
            if tag <= last:
                raise Declined
            last = tag
            if tag > insert_at:
                insert_at = self._insert_before(tag, position)
            if stop > limit:
                kind, detail, stop = self._beyond(kind, tag, detail, position, at, length)
            if kind == KEEP:
                kept += 1
            elif kind == SEARCH and not careful:
                texts.append(slice(at, stop))
                kept += 1
            elif kind == DROP:
                counts[detail] += 1  # type: ignore[index]  # the kind of account, see Entry
                if self.run < position:
                    self.steps.append((COPY, self.run, position))
                self.run = stop
            elif kind in (PIXELS, END):
                self._ended(kind, position, at, length)
                break
            else:
                stop = self._changed(kind, tag, detail, position, at, stop)
            position = stop
        else:
            self._check_end(position)
        counts["kept"] += kept
        return position

    def finished(self, end: int) -> list[Step]:
        """Return the steps for the data set, which ends at `end`."""
        if self.run < end:
            self.steps.append((COPY, self.run, end))
        self.steps.extend((WRITE, insert) for _, insert in reversed(self.inserts))
        return merged(self.steps)

    @property
    def is_unchanged(self) -> bool:
        """Whether all bytes stay as they are."""
        return self.run == self.start and not self.steps

    def _insert_before(self, tag: int, position: int) -> int:
        """Write what has to stand before an element; return the tag of the next insert."""
        self._replace(position, position)
        while self.inserts and self.inserts[-1][0] < tag:
            self.steps.append((WRITE, self.inserts.pop()[1]))
        return self.inserts[-1][0] if self.inserts else _BEYOND

    def _replace(self, position: int, stop: int, step: Step | None = None) -> None:
        if self.run < position:
            self.steps.append((COPY, self.run, position))
        if step is not None:
            self.steps.append(step)
        self.run = stop

    def _beyond(
        self, kind: int, tag: int, detail: Any, position: int, at: int, length: int
    ) -> tuple[int, Any, int]:
        """Say what to do with an element that goes beyond the bytes at hand, and where it ends."""
        stop = at + length
        if kind in (PIXELS, END):
            return kind, detail, stop
        if length != UNDEFINED:
            raise Declined if stop > self._end else self._window.short_of(stop)
        if not is_sequence(tag, self._window.data, position, self._window.width):
            raise Declined
        if kind == NOTE and tag in TELLING_SEQUENCES:
            self._noted.places[tag] = slice(at, self._window.skip(at, self._depth + 1))
            kind, _, _, detail = detail
        elif kind == PRIVATE:
            kind, detail = self._judge_private(tag, detail, position, at, at)
        if kind == ENTER:
            return kind, detail, stop
        stays = kind == KEEP and self._window.rules.keeps_all
        if kind == DROP or stays or (kind == CONSTANT and detail[2]):
            stop = self._window.skip(at, self._depth + 1)
            self._walk.fixed.append(slice(at, stop))
            return kind, detail, stop
        raise Declined

    def _ended(self, kind: int, position: int, at: int, length: int) -> None:
        if kind == PIXELS:
            self._walk.pixels_at = position
        elif self._bounded or length:
            raise Declined
        self.after = at

    def _check_end(self, position: int) -> None:
        if position > self._end:
            raise Declined
        if not self._bounded:
            raise self._window.short_of(self._end + 1)
        self.after = position

    def _changed(
        self, kind: int, tag: int, detail: Any, position: int, at: int, stop: int
    ) -> int:  # fmt: skip
        """Say what is to be done with an element, and return where the next one begins."""
        walk = self._walk
        if kind == NOTE:
            self._note(tag, at, stop)
            kind, _, _, detail = detail
        elif kind == PRIVATE:
            kind, detail = self._judge_private(tag, detail, position, at, stop)
        if kind == DROP:
            walk.counts[detail] += 1
            self._replace(position, stop)
        elif kind == CONSTANT:
            walk.counts[detail[0]] += 1
            self._replace(position, stop, (WRITE, detail[1]))
        elif kind == ENTER:
            walk.counts["kept"] += 1
            return self._enter(tag, position, at, stop - at)
        elif kind == ACT or (walk.careful and kind == SEARCH):
            self._act(tag, detail, position, at, stop)
        else:
            walk.counts["kept"] += 1
            if kind == SEARCH:
                walk.texts.append(slice(at, stop))
        return stop

    def _note(self, tag: int, at: int, stop: int) -> None:
        self._noted.places[tag] = slice(at, stop)
        if tag == CHARACTER_SET:
            check_character_set(self._window.data[at:stop])
        if tag in DECISIVE:
            self._walk.fixed.append(slice(at, stop))

    def _act(self, tag: int, verdict: Verdict, position: int, at: int, stop: int) -> None:
        written = self._window.data[position + 4 : position + 6]
        same_vr = self._walk.encoding.implicit or written == verdict.vr.encode()
        if verdict.action is Action.CLEAN_MEANING:
            self._walk.texts.append(slice(at, stop))
        step = action_step(tag, verdict, position, at, stop, self._noted, same_vr)
        self._replace(position, stop, step)

    def _enter(self, tag: int, position: int, at: int, length: int) -> int:
        """Walk a sequence, and return where it ends."""
        walk, window, depth = self._walk, self._window, self._depth + 1
        data, undefined = window.data, length == UNDEFINED
        end = self._end if undefined else at + length
        if depth > MAX_DEPTH:
            raise Declined
        changed = undefined
        items: list[list[Step]] = []
        while undefined or at < end:
            mark, item_length = item_header.unpack_from(data, at)
            begin = at + 8
            walk.header_spans += (at, begin)
            if mark == SEQUENCE_END and undefined and item_length == 0:
                at = begin
                break
            bounded = item_length != UNDEFINED
            stop = begin + item_length if bounded else end
            self._check_item(mark, stop, end, undefined=undefined)
            item = ByteDataSet(
                walk, begin, stop, parent=tag, noted=Noted(self._noted), depth=depth,
                bounded=bounded,
            )  # fmt: skip
            ended = item.walk(begin)
            changed = changed or not bounded or not item.is_unchanged
            items.append(item.finished(ended))
            at = item.after
        if changed:
            self._replace(position, at, (DESCEND, tag, items))
        return at

    def _check_item(self, mark: bytes, stop: int, end: int, *, undefined: bool) -> None:
        self._walk.items += 1
        if mark != ITEM or self._walk.items > MAX_ITEMS:
            raise Declined
        if stop > end:
            raise self._window.short_of(stop) if undefined else Declined

    def _judge_private(
        self, tag: int, vr: str | None, position: int, at: int, stop: int
    ) -> tuple[int, Any]:
        private = self._window.rules.private
        if private is None:
            raise Declined
        if FIRST_CREATOR <= tag & 0xFFFF <= LAST_CREATOR:
            self._walk.fixed.append(slice(position, stop))
        else:
            # Whether it looks like a sequence decides.
            self._walk.fixed.append(slice(at, min(at + 4, stop)))
        verdict = private.judge_element(tag, vr, self._window.data[at:stop], self._creators)
        return private_entry(verdict, vr)
