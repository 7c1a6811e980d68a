"""What the byte-level way does at the sight of an element's first bytes: verdicts, precomputed.

A table maps the first bytes of an element (tag and VR, or the tag alone in implicit VR) to an
entry: what to do, how its header is built, its tag, and what is needed to do it.
"""

import struct
from typing import NamedTuple

from scanloft.deid.review import ENCAPSULATED_DOCUMENT, REVIEWED
from scanloft.deid.rules.rules import CHARACTER_SET, REQUIRED_UIDS, TOP_LEVEL, Rules
from scanloft.deid.rules.verdicts import Action, Verdict
from scanloft.deid.values.actions import PLACE_TAGS
from scanloft.deid.values.dummy_items import dummy_element
from scanloft.deid.values.encode import Encoding
from scanloft.deid.values.items import TELLING_SEQUENCES
from scanloft.deid.values.mentions import PATIENT_TAGS
from scanloft.dicom.elements import ITEM_END, LONG_VRS, PIXEL_TAGS, SHORT_VRS
from scanloft.dicom.pixels import PIXEL_ATTRIBUTES

# What to do; the first two are by far the most frequent and only move on.
KEEP, SEARCH, DROP, CONSTANT, ACT, ENTER, NOTE, PRIVATE, PIXELS, END = range(10)
# How an element's header is built: 8 or 12 bytes with a VR, 8 bytes without.
SHORT, LONG, IMPLICIT = range(3)

SKIPPED = -1
"""In place of a parent: elements that are only stepped over."""
LEARN_LIMIT = 20_000
"""How many kinds of elements one object may bring; more are the slow way's to refuse."""
_ENTRIES_LIMIT = 8192
"""What the tables of one set of rules hold together; an ordinary project needs some hundreds."""
DECISIVE = REVIEWED | PIXEL_ATTRIBUTES | {CHARACTER_SET, 0x00080016}
"""Attributes whose values decide what becomes of an object."""
_NOTED = (
    REVIEWED
    | PLACE_TAGS
    | PATIENT_TAGS
    | frozenset(TELLING_SEQUENCES)
    | PIXEL_ATTRIBUTES
    | REQUIRED_UIDS
)
_READ_BY_ALL = {CHARACTER_SET: "CS", **dict.fromkeys(REQUIRED_UIDS, "UI")}
_SHORT_VRS = {vr.encode(): vr for vr in SHORT_VRS}
_LONG_VRS = {vr.encode(): vr for vr in LONG_VRS}
_PIXEL_VRS = frozenset({"OB", "OW", "OF", "OD", "OL", "OV", "UN"})


class Declined(Exception):
    """This object is not plain enough for the byte-level way."""


class Entry(NamedTuple):
    """What to do with an element.

    `detail` is a Verdict; for DROP the kind of account; for CONSTANT that, the new element and
    whether it may also stand for a sequence; for NOTE the Entry of what to do besides; else the VR
    or None.
    """

    kind: int
    form: int
    tag: int
    detail: "Verdict | tuple[str, bytes, bool] | str | Entry | None"


def table_of(rules: Rules, parent: int) -> dict[bytes, Entry]:
    """Return the table for the items of a sequence, or for the top level."""
    if rules.entries > _ENTRIES_LIMIT:
        # Walks that are under way go on with what they hold.
        rules.tables, rules.entries = {}, 0
    table: dict[bytes, Entry] = rules.tables.setdefault(parent, {})
    return table


def learn(rules: Rules, key: bytes, parent: int) -> Entry:
    """Make the entry for the first bytes of an element.

    Raises Declined where only the slow way knows.
    """
    group, number = struct.unpack_from("<HH", key)
    tag = group << 16 | number
    vr, form = _written(key)
    if group == 0xFFFE:
        if tag != ITEM_END or parent == TOP_LEVEL:
            raise Declined
        return Entry(END, IMPLICIT, tag, None)
    if vr is not None and vr != _READ_BY_ALL.get(tag, vr):
        raise Declined
    if parent == SKIPPED:
        return Entry(KEEP, form, tag, None)
    if tag in PIXEL_TAGS and parent == TOP_LEVEL:
        if vr is not None and vr not in _PIXEL_VRS:
            raise Declined
        return Entry(PIXELS, form, tag, vr)
    if group & 1 and rules.private is not None:
        return Entry(PRIVATE, form, tag, vr)
    entry = _entry(rules.judge(tag, vr, parent), tag, vr, form)
    noted = _is_noted(tag) if parent == TOP_LEVEL else tag in PLACE_TAGS
    return Entry(NOTE, form, tag, entry) if noted else entry


def _written(key: bytes) -> tuple[str | None, int]:
    if len(key) == 4:
        return None, IMPLICIT
    name = key[4:]
    if name in _SHORT_VRS:
        return _SHORT_VRS[name], SHORT
    if name in _LONG_VRS:
        return _LONG_VRS[name], LONG
    if key == b"\xfe\xff\x0d\xe0\0\0":
        return None, IMPLICIT
    raise Declined


def _is_noted(tag: int) -> bool:
    return tag in _NOTED or tag >> 24 == 0x60 or tag == ENCAPSULATED_DOCUMENT


def _entry(verdict: Verdict, tag: int, vr: str | None, form: int) -> Entry:
    match verdict.action:
        case Action.KEEP:
            if vr is not None and verdict.vr != vr:
                raise Declined
            return Entry(SEARCH if verdict.searched else KEEP, form, tag, verdict)
        case Action.REMOVE | Action.REMOVE_PRIVATE:
            return Entry(DROP, form, tag, verdict.action.counted_as)
        case Action.EMPTY | Action.DUMMY:
            encoding = Encoding(implicit=vr is None, little=True)
            if verdict.action is Action.EMPTY:
                constant = encoding.element(tag, verdict.vr, b"")
            else:
                constant = dummy_element(tag, verdict.vr, encoding)
            fits_all = verdict.action is Action.EMPTY or verdict.vr == "SQ"
            return Entry(CONSTANT, form, tag, (verdict.action.counted_as, constant, fits_all))
        case Action.ENTER:
            if vr not in ("SQ", None):
                raise Declined
            return Entry(ENTER, form, tag, verdict)
    return Entry(ACT, form, tag, verdict)


def private_entry(verdict: Verdict, vr: str | None) -> tuple[int, Verdict | str]:
    """Return kind and detail for a private element, as an Entry has them.

    Raises Declined where only the slow way knows.
    """
    match verdict.action:
        case Action.REMOVE | Action.REMOVE_PRIVATE:
            return DROP, verdict.action.counted_as
        case Action.ENTER if vr not in ("SQ", None):
            raise Declined
        case Action.ENTER:
            return ENTER, verdict
        case Action.KEEP if vr not in (None, verdict.vr):
            raise Declined
        case Action.KEEP if not verdict.searched:
            return KEEP, verdict
    return ACT, verdict
