"""Reading YAML or JSON as nodes that know their lines, within bounds and without surprises.

Aliases, anchors, tags, several documents and keys that are given twice are refused: a profile
says each thing once, where it is read.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass

import yaml

from scanloft.core.errors import InvalidProfile
from scanloft.deid.profiles.faults import Faults, shown

LIMIT_BYTES = 2**20
LIMIT_DEPTH = 12
LIMIT_NODES = 50_000

# What YAML 1.2 5.1 counts as printable.
_UNPRINTABLE = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_SURROGATE = re.compile("[\ud800-\udfff]")
_JSON_ESCAPE = re.compile(r"\\(u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|.)")


@dataclass(frozen=True, slots=True)
class Scalar:
    """A single value; `plain`: written without quotes; `block`: its lines start below `line`."""

    line: int
    text: str
    plain: bool
    block: bool = False


@dataclass(frozen=True, slots=True)
class Listed:
    """A list."""

    line: int
    items: "tuple[Node, ...]"


@dataclass(frozen=True, slots=True)
class Keyed:
    """A mapping; each key stands once."""

    line: int
    entries: "tuple[tuple[Scalar, Node], ...]"


Node = Scalar | Listed | Keyed


def read_nodes(text: str, faults: Faults) -> Node:
    """Read one YAML or JSON document; keys given twice are added to `faults`, the first counts.

    Raises InvalidProfile, naming the line, for text that cannot be read on.
    """
    if len(text) > LIMIT_BYTES or len(text.encode("utf-8", "surrogatepass")) > LIMIT_BYTES:
        raise InvalidProfile("The profile is larger than 1 MiB: make it shorter.")
    text = _json_as_yaml(text.removeprefix("\ufeff"))
    if unprintable := _UNPRINTABLE.search(text):
        line = text.count("\n", 0, unprintable.start()) + 1
        raise _fault(line, "this holds a control character: remove it")
    try:
        return _Composer(text, faults).document()
    except yaml.YAMLError as error:
        raise _syntax_fault(text, error) from None


def is_text(node: Scalar) -> bool:
    """Whether every YAML reader takes a scalar for text, not for a number, date or truth value."""
    if not node.plain:
        return True
    loader = yaml.SafeLoader("")
    kind = loader.resolve(yaml.ScalarNode, node.text, (True, False))  # type: ignore[no-untyped-call]  # PyYAML's stubs
    return bool(kind == "tag:yaml.org,2002:str")


def plain_value(node: Node) -> object:
    """Return a node as plain values: texts, whole numbers, truth values, lists and dicts."""
    if isinstance(node, Listed):
        return [plain_value(item) for item in node.items]
    if isinstance(node, Keyed):
        return {key.text: plain_value(value) for key, value in node.entries}
    if not node.plain:
        return node.text
    if re.fullmatch(r"-?(?:0|[1-9][0-9]{0,18})", node.text):
        return int(node.text)
    if re.fullmatch(r"-?[0-9]{1,15}\.[0-9]{1,15}", node.text):
        return float(node.text)
    return {"true": True, "false": False, "null": None, "~": None, "": None}.get(
        node.text, node.text
    )


def _json_as_yaml(text: str) -> str:
    """Return JSON without the two things that YAML reads otherwise; other text as it is."""
    if text.lstrip()[:1] != "{":
        return text
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return text
    # Tabs stand only between values; what is beyond 16 bits is escaped in halves (RFC 8259 7).
    return _JSON_ESCAPE.sub(_joined, text.replace("\t", " "))


def _joined(escape: re.Match[str]) -> str:
    return str(json.loads(f'"{escape[0]}"')) if len(escape[0]) == 12 else escape[0]


def _fault(line: int, message: str) -> InvalidProfile:
    return InvalidProfile(f"The profile cannot be used:\nline {line}: {message}", line=line)


def _syntax_fault(text: str, error: yaml.YAMLError) -> InvalidProfile:
    if not isinstance(error, yaml.MarkedYAMLError):
        return _fault(1, "this is neither YAML nor JSON")
    mark = error.problem_mark or error.context_mark
    number = 1 if mark is None else mark.line + 1
    lines = text.split("\n")
    if number <= len(lines) and lines[number - 1][: _indent(lines[number - 1])].count("\t"):
        return _fault(number, "indent with spaces, not with tabs")
    # The end of a file is no help to find what was left open before it.
    context = error.context_mark
    since = f" (since line {context.line + 1})" if context and context.line + 1 < number else ""
    problem = error.problem or "it breaks off"
    return _fault(number, f"this is neither YAML nor JSON: {problem}{since}")


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())


class _Composer:
    """Turns events into nodes; the depth is bounded, so recursion is."""

    def __init__(self, text: str, faults: Faults) -> None:
        loader = yaml.CSafeLoader if yaml.__with_libyaml__ else yaml.SafeLoader
        self._events: Iterator[yaml.Event] = yaml.parse(text, Loader=loader)
        self._faults = faults
        self._nodes = 0

    def document(self) -> Node:
        event = self._next()
        if isinstance(event, yaml.StreamEndEvent):
            raise _fault(1, 'the file is empty: it needs at least "name" and "version"')
        node = self._node(self._next(), depth=1)
        self._next()
        event = self._next()
        if not isinstance(event, yaml.StreamEndEvent):
            raise _fault(_line(event), "a second document starts here: one file is one profile")
        return node

    def _next(self) -> yaml.Event:
        event = next(self._events)
        return next(self._events) if isinstance(event, yaml.StreamStartEvent) else event

    def _node(self, event: yaml.Event, *, depth: int) -> Node:
        line = _line(event)
        self._refuse_surprises(event, line)
        self._nodes += 1
        if depth > LIMIT_DEPTH or self._nodes > LIMIT_NODES:
            raise _fault(line, "this is nested too deep or too long to be a profile")
        if isinstance(event, yaml.ScalarEvent):
            text = self._text(event.value, line)
            return Scalar(line, text, event.implicit[0], event.style == "|")
        if isinstance(event, yaml.SequenceStartEvent):
            return Listed(line, tuple(self._items(depth)))
        return Keyed(line, tuple(self._entries(depth)))

    def _refuse_surprises(self, event: yaml.Event, line: int) -> None:
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise _fault(line, "aliases (*name) and anchors (&name) are not read: repeat the value")
        if getattr(event, "tag", None) not in (None, "!"):
            raise _fault(line, "tags (!name) are not read: remove it")

    def _text(self, text: str, line: int) -> str:
        if _SURROGATE.search(text):
            raise _fault(line, "this holds half a character (a lone surrogate): remove it")
        return text

    def _items(self, depth: int) -> Iterator[Node]:
        while not isinstance(event := self._next(), yaml.SequenceEndEvent):
            yield self._node(event, depth=depth + 1)

    def _entries(self, depth: int) -> Iterator[tuple[Scalar, Node]]:
        lines: dict[str, int] = {}
        while not isinstance(event := self._next(), yaml.MappingEndEvent):
            key = self._node(event, depth=depth + 1)
            value = self._node(self._next(), depth=depth + 1)
            if not isinstance(key, Scalar):
                raise _fault(key.line, "a key must be a single word")
            if key.text in lines:
                first = lines[key.text]
                self._faults.add(
                    key.line, f'"{shown(key.text)}" is given twice, first in line {first}'
                )
                continue
            lines[key.text] = key.line
            yield key, value


def _line(event: yaml.Event) -> int:
    return event.start_mark.line + 1 if event.start_mark else 1
