"""Running a script on a data set: which elements stay, go, or get which value."""

import struct
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from pydicom.dataelem import DataElement
from pydicom.dataset import Dataset
from pydicom.errors import BytesLengthException
from pydicom.tag import BaseTag

from scanloft.core.errors import CtpQuarantine
from scanloft.deid.ctp.context import Context, Level
from scanloft.deid.ctp.copies import Copy
from scanloft.deid.ctp.deid_codes import METHOD_CODES, method_codes
from scanloft.deid.ctp.elements import (
    SPECIFIC_CHARACTER_SET,
    default_encodings,
    element_of,
    encodings_of,
    vr_of,
)
from scanloft.deid.ctp.expressions import Call, Expression, calls
from scanloft.deid.ctp.interpret import evaluate
from scanloft.deid.ctp.results import Action, Blank, Result
from scanloft.deid.ctp.script import CtpScript
from scanloft.deid.rules.private import disposition

ITEM_DEPTH_LIMIT = 64
_KEPT = frozenset({0x00080016, 0x00080018, 0x0020000D, SPECIFIC_CHARACTER_SET})
_KEPT_GROUPS = frozenset({0x0002, 0x0028, 0x7FE0})
# What odd values and odd VRs make pydicom and the arithmetic of scripts raise.
_FAILURES = (
    ValueError, TypeError, LookupError, ArithmeticError, AttributeError, NotImplementedError,
    RecursionError, EOFError, struct.error, BytesLengthException,
)  # fmt: skip

Path = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Assignment:
    """What a script made of an element, "" if it removed or emptied it, and of what it made it."""

    vr: str
    old: str
    new: str
    copies: tuple[Copy, ...] = ()


@dataclass(frozen=True, slots=True)
class CtpOutcome:
    """What a script decided itself, by `@remove()` or by a new value, and not by keeping.

    The ways of `assigned` are a tag of the data set, or, in items that `@process()` reached: tag,
    item from 0, tag, … and last the element's tag.
    """

    assigned: Mapping[Path, Assignment]


def apply(
    script: CtpScript,
    dataset: Dataset,
    *,
    lookup: Mapping[str, str],
    now: datetime,
) -> CtpOutcome:
    """Change a data set without its pixels as the script says; on an error, not at all.

    `lookup` has keys as "ptid/1234", `now` is what `@date()` and `@time()` write. Raises
    UnlistedSubject for what the table does not have, and CtpQuarantine.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        run = _planned(script, dataset, lookup, now)
    for change in run.changes:
        change.make()
    return CtpOutcome(run.assigned)


@dataclass(frozen=True, slots=True)
class _Change:
    dataset: Dataset
    tag: int
    element: DataElement | None

    def make(self) -> None:
        if self.element is not None:
            self.dataset[self.tag] = self.element
        elif self.tag in self.dataset:
            del self.dataset[BaseTag(self.tag)]


@dataclass(slots=True)
class _Run:
    """Collects changes and makes none, so that every expression sees what arrived."""

    script: CtpScript
    root: Level
    lookup: Mapping[str, str]
    now: datetime
    fixed: dict[int, Expression]
    changes: list[_Change] = field(default_factory=list)
    assigned: dict[Path, Assignment] = field(default_factory=dict)

    def walk(self, level: Level, path: Path) -> None:
        if len(path) > 2 * ITEM_DEPTH_LIMIT:
            raise CtpQuarantine(f"Sequences nested deeper than {ITEM_DEPTH_LIMIT} levels.")
        actions = self.actions(level)
        if level.is_root:
            for tag in _missing(actions, level):
                self.act(tag, level, path, actions)
        for tag in sorted(map(int, level.dataset.keys())):
            if self.goes(tag, level, has_action=tag in actions):
                self.changes.append(_Change(level.dataset, tag, None))
            elif tag in actions and tag != SPECIFIC_CHARACTER_SET:
                self.act(tag, level, path, actions)

    def actions(self, level: Level) -> dict[int, Expression]:
        in_blocks = [action for action in self.script.actions if action.attribute.creator]
        found = {level.tag(action.attribute): action.expression for action in in_blocks}
        here = {tag: expression for tag, expression in found.items() if tag is not None}
        return self.fixed | here if here else self.fixed

    def goes(self, tag: int, level: Level, *, has_action: bool) -> bool:
        """Whether one of the rules for many elements removes this one."""
        group = tag >> 16
        if group & 0xFF00 == 0x6000 and self.script.remove_overlays:
            return True
        if group & 0xFF00 == 0x5000 and self.script.remove_curves:
            return True
        if has_action or tag in _KEPT or group in _KEPT_GROUPS | self.script.keep_groups:
            return False
        if group & 1:
            return self.private_goes(tag, level)
        is_graphics = group & 0xFF00 in (0x5000, 0x6000)
        return self.script.remove_unspecified and not is_graphics

    def private_goes(self, tag: int, level: Level) -> bool:
        if not (self.script.remove_private or self.script.remove_unspecified):
            return False
        if not self.script.keep_safe_private:
            return True
        element = tag & 0xFFFF
        if element < 0x100:
            return False
        safe = disposition(tag >> 16, level.creator(tag), element & 0xFF)
        return safe is None or safe.action != "keep"

    def act(self, tag: int, level: Level, path: Path, actions: Mapping[int, Expression]) -> None:
        context = Context(tag, level, self.root, actions, self.lookup, self.now)
        try:
            result = evaluate(actions[tag], context)
            if result is Action.PROCESS:
                self.process(tag, level, path)
            elif result is not Action.KEEP and not _adds_no_code(tag, result):
                element = _element(tag, result, level)
                self.changes.append(_Change(level.dataset, tag, element))
                self.assigned[*path, tag] = _assignment(result, context)
        except _FAILURES:
            raise CtpQuarantine(
                f"The CTP script's action for ({tag >> 16:04X},{tag & 0xFFFF:04X}) failed at this"
                " object: the value does not suit the function, or the result not the attribute.",
                tag=f"{tag:08X}",
            ) from None

    def process(self, tag: int, level: Level, path: Path) -> None:
        if vr_of(level.dataset, tag) != "SQ" or tag not in level.dataset:
            return
        for index, item in enumerate(level.dataset[tag].value or ()):
            self.walk(level.item(item, tag), (*path, tag, index))


def _assignment(result: Result, context: Context) -> Assignment:
    level, tag = context.level, context.this
    new = result.strip() if isinstance(result, str) else ""
    old = level.text(tag) or ""
    return Assignment(vr_of(level.dataset, tag), old, new, tuple(context.copies))


def _planned(script: CtpScript, dataset: Dataset, lookup: Mapping[str, str], now: datetime) -> _Run:
    try:
        root = Level(dataset, encodings_of(dataset, default_encodings()), is_root=True)
        run = _Run(script, root, lookup, now, _fixed(script))
        run.walk(root, ())
    except _FAILURES:
        raise CtpQuarantine(
            "The CTP script could not be run on this object: it holds values that break"
            " the rules of their kind."
        ) from None
    return run


def _fixed(script: CtpScript) -> dict[int, Expression]:
    """Return the actions whose tags are the same everywhere; group 0002 is made anew anyway."""
    return {
        action.attribute.tag: action.expression
        for action in script.actions
        if not action.attribute.creator and action.attribute.tag > 0x0007FFFF
    }


def _missing(actions: Mapping[int, Expression], level: Level) -> Iterator[int]:
    for tag in sorted(actions):
        if tag in level.dataset or tag == SPECIFIC_CHARACTER_SET:
            continue
        expression = actions[tag]
        demanded = calls(expression, "always") or calls(expression, "require")
        if tag == METHOD_CODES or (demanded and _can_appear(tag, expression, level)):
            yield tag


def _can_appear(tag: int, expression: Expression, level: Level) -> bool:
    """CTP makes no sequences, except an empty one for `@require()`."""
    names = [piece.name for piece in expression if isinstance(piece, Call)]
    return vr_of(level.dataset, tag) != "SQ" or "require" in names


def _adds_no_code(tag: int, result: Result) -> bool:
    return tag == METHOD_CODES and isinstance(result, str) and not result.strip()


def _element(tag: int, result: Result, level: Level) -> DataElement | None:
    if result is Action.REMOVE:
        return None
    vr = vr_of(level.dataset, tag)
    if tag == METHOD_CODES and isinstance(result, str):
        existing = level.dataset[tag].value if tag in level.dataset else None
        return DataElement(tag, "SQ", method_codes(result, existing))
    if isinstance(result, Blank):
        return element_of(tag, vr, result.text, level.encodings)
    text = result.strip() if isinstance(result, str) else ""
    return element_of(tag, vr, text, level.encodings, old=level.text(tag) or "")
