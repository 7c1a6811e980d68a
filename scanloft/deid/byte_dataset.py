"""One data set on the byte-level way: the top level of an object, or an item of a sequence."""

from typing import TYPE_CHECKING, Any

from scanloft.deid.byte_place import BytePlace
from scanloft.deid.byte_table import (
    ACT,
    CHARACTER_SET,
    CONSTANT,
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
    table_of,
)
from scanloft.deid.byte_window import (
    ITEM,
    SEQUENCE_END,
    check_character_set,
    is_sequence,
    item_header,
    read_long,
    read_plain,
    read_short,
)
from scanloft.deid.encode import pad
from scanloft.deid.verdicts import COUNTED_AS, Action, Verdict
from scanloft.dicom.elements import UNDEFINED
from scanloft.dicom.structure import MAX_DEPTH, MAX_ITEMS

if TYPE_CHECKING:
    from scanloft.deid.byte_walk import ByteWalk

_BEYOND = 1 << 32
Insert = tuple[int, bytes]
"""A new element: its tag and its bytes."""


class ByteDataSet:
    """One data set between its first bytes and what they become.

    `chunks` are its new bytes so far; from `run` on, everything stays as it is.
    """

    __slots__ = (
        "_bounded", "_creators", "_depth", "_end", "_limit", "_noted", "_parent", "_place",
        "_walk", "_window", "after", "chunks", "inserts", "run", "start",
    )  # fmt: skip

    def __init__(
        self,
        walk: "ByteWalk",
        start: int,
        end: int,
        *,
        parent: int,
        noted: dict[int, bytes],
        depth: int = 0,
        around: BytePlace | None = None,
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
        self._place = BytePlace(noted, around)
        self._creators: dict[int, str] = {}
        self.start = self.run = start
        self.after = 0
        self.chunks: list[bytes] = []
        self.inserts: list[Insert] = []

    def walk(self, position: int) -> int:
        """Walk to the end or to the pixel data, and return where that is.

        This loop is what de-identification costs: its names are local, and its usual case first.
        """
        window, walk, end, limit = self._window, self._walk, self._end, self._limit
        data, width, texts, careful = window.data, window.width, walk.texts, walk.careful
        counts = walk.actions.counts
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
                texts.append(data[at:stop])
                kept += 1
            elif kind == DROP:
                counts[detail] += 1  # type: ignore[index]  # the kind of account, see Entry
                if self.run < position:
                    self.chunks.append(data[self.run : position])
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

    def finished(self, end: int) -> list[bytes]:
        """Return the new bytes of the data set, which ends at `end`."""
        if self.run < end:
            self.chunks.append(self._window.data[self.run : end])
        self.chunks.extend(insert for _, insert in reversed(self.inserts))
        return self.chunks

    @property
    def is_unchanged(self) -> bool:
        """Whether all bytes stay as they are."""
        return self.run == self.start and not self.chunks

    def _insert_before(self, tag: int, position: int) -> int:
        """Write what has to stand before an element; return the tag of the next insert."""
        self._replace(position, position, b"")
        while self.inserts and self.inserts[-1][0] < tag:
            self.chunks.append(self.inserts.pop()[1])
        return self.inserts[-1][0] if self.inserts else _BEYOND

    def _replace(self, position: int, stop: int, new: bytes) -> None:
        if self.run < position:
            self.chunks.append(self._window.data[self.run : position])
        if new:
            self.chunks.append(new)
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
        if kind == PRIVATE:
            kind, detail = self._judge_private(tag, detail, b"")
        if kind == ENTER:
            return kind, detail, stop
        stays = kind == KEEP and self._window.rules.keeps_all
        if kind == DROP or stays or (kind == CONSTANT and detail[2]):
            return kind, detail, self._window.skip(at, self._depth + 1)
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
        """Do what is to be done with an element, and return where the next one begins."""
        counts = self._walk.actions.counts
        if kind == NOTE:
            value = self._noted[tag] = self._window.data[at:stop]
            if tag == CHARACTER_SET:
                check_character_set(value)
            kind, _, _, detail = detail
        elif kind == PRIVATE:
            kind, detail = self._judge_private(tag, detail, self._window.data[at:stop])
        if kind == DROP:
            counts[detail] += 1
            self._replace(position, stop, b"")
        elif kind == CONSTANT:
            counts[detail[0]] += 1
            self._replace(position, stop, detail[1])
        elif kind == ENTER:
            counts["kept"] += 1
            return self._enter(tag, position, at, stop - at)
        elif kind == ACT or self._walk.careful:
            self._act(tag, detail, position, at, stop)
        else:
            counts["kept"] += 1
            if kind == SEARCH:
                self._walk.texts.append(self._window.data[at:stop])
        return stop

    def _act(self, tag: int, verdict: Verdict, position: int, at: int, stop: int) -> None:
        walk, data, vr = self._walk, self._window.data, verdict.vr
        value = data[at:stop]
        place = BytePlace(
            self._noted, self._place, lambda wanted: self._window.ahead(wanted, stop, self._limit)
        )
        new = walk.actions.apply(tag, verdict, value, place)
        if verdict.action is Action.CLEAN_MEANING:
            walk.texts.append(value)
        if new is None:
            self._replace(position, stop, b"")
            return
        same_vr = walk.encoding.implicit or data[position + 4 : position + 6] == vr.encode()
        if new is not value or not same_vr:
            written = value if new is value else pad(new, vr)
            self._replace(position, stop, walk.encoding.element(tag, vr, written))

    def _enter(self, tag: int, position: int, at: int, length: int) -> int:
        """Walk a sequence, and return where it ends."""
        walk, window, depth = self._walk, self._window, self._depth + 1
        data, undefined = window.data, length == UNDEFINED
        end = self._end if undefined else at + length
        if depth > MAX_DEPTH:
            raise Declined
        changed = undefined
        pieces: list[bytes] = []
        while undefined or at < end:
            mark, item_length = item_header.unpack_from(data, at)
            begin = at + 8
            if mark == SEQUENCE_END and undefined and item_length == 0:
                at = begin
                break
            bounded = item_length != UNDEFINED
            stop = begin + item_length if bounded else end
            self._check_item(mark, stop, end, undefined=undefined)
            item = ByteDataSet(
                walk, begin, stop, parent=tag, noted={}, depth=depth, around=self._place,
                bounded=bounded,
            )  # fmt: skip
            ended = item.walk(begin)
            changed = changed or not bounded or not item.is_unchanged
            content = b"".join(item.finished(ended))
            pieces += (item_header.pack(ITEM, len(content)), content)
            at = item.after
        if changed:
            element = walk.encoding.element(tag, "SQ", b"".join(pieces))
            self._replace(position, at, element)
        return at

    def _check_item(self, mark: bytes, stop: int, end: int, *, undefined: bool) -> None:
        self._walk.items += 1
        if mark != ITEM or self._walk.items > MAX_ITEMS:
            raise Declined
        if stop > end:
            raise self._window.short_of(stop) if undefined else Declined

    def _judge_private(self, tag: int, vr: str | None, value: bytes) -> tuple[int, Any]:
        private = self._window.rules.private
        if private is None:
            raise Declined
        verdict = private.judge_element(tag, vr, value, self._creators)
        match verdict.action:
            case Action.REMOVE | Action.REMOVE_PRIVATE:
                return DROP, COUNTED_AS[verdict.action]
            case Action.ENTER:
                return ENTER, verdict
            case Action.KEEP if vr not in (None, verdict.vr):
                raise Declined
            case Action.KEEP if not verdict.searched:
                return KEEP, verdict
        return ACT, verdict
