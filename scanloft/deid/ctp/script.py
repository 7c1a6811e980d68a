"""A CTP DicomAnonymizer script as a value: what to do with which element."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from scanloft.deid.ctp.arguments import Scope
from scanloft.deid.ctp.attributes import Attribute, AttributePath, read_attribute
from scanloft.deid.ctp.deid_codes import METHOD_CODES, refuse_unknown_codes
from scanloft.deid.ctp.expressions import Call, Expression, read_expression
from scanloft.deid.ctp.refusal import script_refused
from scanloft.deid.ctp.statements import Kind, Statement, read_statements

_REMOVABLE = ("privategroups", "unspecifiedelements", "curves", "overlays")
_GROUP = re.compile(r"[0-9A-Fa-f]{1,4}")
_UIDS = (0x00080018, 0x0020000D, 0x0020000E)


@dataclass(frozen=True, slots=True)
class ElementAction:
    """What to do with one element, from this line of the script."""

    attribute: Attribute
    expression: Expression
    line: int


@dataclass(frozen=True, slots=True)
class CtpScript:
    """A script without what is switched off; parameters are already put in."""

    actions: tuple[ElementAction, ...]
    keep_groups: frozenset[int] = frozenset()
    keep_safe_private: bool = False
    remove_private: bool = False
    remove_unspecified: bool = False
    remove_curves: bool = False
    remove_overlays: bool = False

    @property
    def uid_root(self) -> str | None:
        """The root, if instance, series and study UIDs are all `@hashuid(root,this)` with it.

        Then `hashing.hash_uid(uid_root, uid)` is what any reference to them has to become.
        """
        found = {
            action.attribute.tag: _plain_root(action.expression)
            for action in self.actions
            if action.attribute.tag in _UIDS and not action.attribute.creator
        }
        roots = {found.get(tag) for tag in _UIDS}
        return roots.pop() if len(roots) == 1 else None


def parse_script(text: str) -> CtpScript:
    """Read a script in XML or in the older properties form.

    Raises InvalidProfile, naming the line, for whatever CTP would read as something else than was
    meant: unknown functions, parameters that are not filled in, wrong arguments, unknown names.
    """
    statements = read_statements(text)
    if not any(statement.on for statement in statements):
        raise script_refused(1, "nothing in this script is switched on: is it the right file?")
    groups, safe = _kept(statements)
    removed = _removed(statements)
    return CtpScript(
        actions=_actions(statements),
        keep_groups=groups,
        keep_safe_private=safe,
        remove_private="privategroups" in removed,
        remove_unspecified="unspecifiedelements" in removed,
        remove_curves="curves" in removed,
        remove_overlays="overlays" in removed,
    )


def _plain_root(expression: Expression) -> str | None:
    match expression:
        case (Call(name="hashuid", arguments=(str(root), AttributePath(steps=()))),):
            return root.rstrip(".")
    return None


def _kept(statements: Iterable[Statement]) -> tuple[frozenset[int], bool]:
    groups: set[int] = set()
    safe = False
    for statement in statements:
        if statement.kind is not Kind.KEEP:
            continue
        if statement.target.startswith("safe"):
            safe |= statement.on
        elif statement.on:
            groups.add(_group(statement))
    return frozenset(groups), safe


def _group(statement: Statement) -> int:
    if not _GROUP.fullmatch(statement.target):
        raise script_refused(
            statement.line, "neither a group, such as 0018, nor safeprivateelements."
        )
    return int(statement.target, 16)


def _removed(statements: Iterable[Statement]) -> frozenset[str]:
    removed = [statement for statement in statements if statement.kind is Kind.REMOVE]
    for statement in removed:
        if statement.on and statement.target not in _REMOVABLE:
            raise script_refused(
                statement.line, f"what to remove is unknown: it can be {', '.join(_REMOVABLE)}."
            )
    return frozenset(statement.target for statement in removed if statement.on)


def _actions(statements: Iterable[Statement]) -> tuple[ElementAction, ...]:
    elements = [statement for statement in statements if statement.kind is Kind.ELEMENT]
    parameters, names = _parameters(statements), _names(elements)
    actions: dict[Attribute, ElementAction] = {}
    texts: dict[Attribute, str] = {}
    for statement in elements:
        if not statement.on:
            continue
        attribute = _attribute(statement)
        if texts.setdefault(attribute, statement.text) != statement.text:
            raise script_refused(
                statement.line,
                f"line {actions[attribute].line} says something else about this element:"
                " switch one of them off.",
            )
        scope = Scope(statement.line, parameters, names)
        action = ElementAction(attribute, read_expression(statement.text, scope), statement.line)
        if attribute.tag == METHOD_CODES:
            refuse_unknown_codes(action.expression, statement.line)
        actions.setdefault(attribute, action)
    return tuple(actions.values())


def _parameters(statements: Iterable[Statement]) -> Mapping[str, str]:
    parameters: dict[str, Statement] = {}
    for statement in statements:
        if statement.kind is not Kind.PARAMETER or not statement.on:
            continue
        first = parameters.setdefault(statement.target, statement)
        if first.text != statement.text:
            raise script_refused(
                statement.line, f"another value for the parameter of line {first.line}: keep one."
            )
    return {name: statement.text for name, statement in parameters.items()}


def _names(elements: Iterable[Statement]) -> Mapping[str, Attribute]:
    """Return the names that the script gives to elements; one for two elements is no name."""
    names: dict[str, set[Attribute]] = {}
    for statement in elements:
        attribute = read_attribute(statement.target, {})
        if statement.label and attribute is not None:
            names.setdefault(statement.label, set()).add(attribute)
    return {name: found.pop() for name, found in names.items() if len(found) == 1}


def _attribute(statement: Statement) -> Attribute:
    attribute = read_attribute(statement.target, {})
    if attribute is None:
        raise script_refused(
            statement.line, "no tag: write eight hexadecimal digits, or gggg[CREATOR]ee."
        )
    return attribute
