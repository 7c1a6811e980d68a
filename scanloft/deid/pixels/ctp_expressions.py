"""The boolean expressions of CTP scripts: `+` is or, `*` is and, `!` is not, which binds most."""

import re
from dataclasses import dataclass
from typing import NoReturn

from scanloft.core.errors import InvalidProfile
from scanloft.deid.pixels.conditions import Condition, Look

_DEEPEST = 50
_TOKEN = re.compile(
    r"""\s*(?:
    (?P<operator>[+*!()])
  | (?P<truth>true|false)\.
  | (?P<identifier>\[[0-9A-Fa-f]{4},[0-9A-Fa-f]{4}\]|[A-Za-z][A-Za-z0-9]*)
    \s*\.\s*(?P<method>[A-Za-z]+)\s*\(\s*"(?P<value>[^"]*)"\s*\)
  )""",
    re.VERBOSE,
)
_OPERATORS = {
    "equals": "equals",
    "contains": "contains",
    "startsWith": "starts_with",
    "endsWith": "ends_with",
    "matches": "matches",
    "isLessThan": "less_than",
    "isGreaterThan": "greater_than",
}
# What the published scripts name, so that they need no data dictionary.
_TAGS = {
    "ImplementationVersionName": 0x00020013,
    "ImageType": 0x00080008,
    "Modality": 0x00080060,
    "Manufacturer": 0x00080070,
    "CodeMeaning": 0x00080104,
    "SeriesDescription": 0x0008103E,
    "ManufacturerModelName": 0x00081090,
    "CommentsOnRadiationDose": 0x00400310,
    "Rows": 0x00280010,
    "Columns": 0x00280011,
    "WindowWidth": 0x00281051,
    "BurnedInAnnotation": 0x00280301,
}


@dataclass(frozen=True, slots=True)
class Always:
    """The words `true.` and `false.`."""

    value: bool

    def holds(self, look: Look) -> bool:
        """Return the value."""
        return self.value


@dataclass(frozen=True, slots=True)
class Not:
    """The opposite of an expression."""

    part: "Expression"

    def holds(self, look: Look) -> bool:
        """Whether the part does not hold."""
        return not self.part.holds(look)


@dataclass(frozen=True, slots=True)
class Every:
    """All of several expressions."""

    parts: "tuple[Expression, ...]"

    def holds(self, look: Look) -> bool:
        """Whether all parts hold."""
        return all(part.holds(look) for part in self.parts)


@dataclass(frozen=True, slots=True)
class Some:
    """One or more of several expressions."""

    parts: "tuple[Expression, ...]"

    def holds(self, look: Look) -> bool:
        """Whether a part holds."""
        return any(part.holds(look) for part in self.parts)


Expression = Condition | Always | Not | Every | Some


def parse_expression(script: str, *, text: str, start: int) -> Expression:
    """Return the expression `script`, which is found in the whole `text` at `start`.

    Raises InvalidProfile, naming the line.
    """
    return _Parser(script, text, start).parsed()


def line_of(text: str, position: int) -> int:
    """Return the line of a position, counted from 1."""
    return text.count("\n", 0, position) + 1


def refuse_at(text: str, position: int, reason: str) -> NoReturn:
    """Raise InvalidProfile for what stands at a position of a script."""
    raise InvalidProfile(
        f"The pixel script cannot be used, line {line_of(text, position)}: {reason}."
    )


class _Parser:
    """Reads one signature's expression by recursive descent."""

    def __init__(self, script: str, text: str, start: int) -> None:
        self._script, self._text, self._start = script, text, start
        self._next = 0
        self._depth = 0
        self._token: re.Match[str] | None = None
        self._advance()

    def parsed(self) -> Expression:
        expression = self._some()
        if self._token is not None:
            self._fail("+ or * is missing before this, or a parenthesis is not opened")
        return expression

    def _some(self) -> Expression:
        parts = [self._every()]
        while self._took("+"):
            parts.append(self._every())
        return parts[0] if len(parts) == 1 else Some(tuple(parts))

    def _every(self) -> Expression:
        parts = [self._single()]
        while self._took("*"):
            parts.append(self._single())
        return parts[0] if len(parts) == 1 else Every(tuple(parts))

    def _single(self) -> Expression:
        self._depth += 1
        if self._depth > _DEEPEST:
            self._fail("the signature is nested too deep: make it simpler")
        try:
            if self._took("!"):
                return Not(self._single())
            if self._took("("):
                inside = self._some()
                if not self._took(")"):
                    self._fail("a parenthesis is not closed")
                return inside
            return self._term()
        finally:
            self._depth -= 1

    def _term(self) -> Expression:
        token = self._token
        if token is None or token["operator"]:
            self._fail('a comparison, such as Modality.equals("US"), is missing')
        term = Always(token["truth"] == "true") if token["truth"] else self._condition(token)
        self._advance()
        return term

    def _condition(self, token: re.Match[str]) -> Condition:
        method = token["method"].removesuffix("IgnoreCase")
        ignore_case = method != token["method"]
        operator = _OPERATORS.get(method)
        if operator is None or (
            ignore_case and operator in ("matches", "less_than", "greater_than")
        ):
            self._fail(f"CTP has no method {token['method'][:40]}: correct it")
        try:
            return Condition(
                self._tag(token["identifier"]), operator, token["value"], ignore_case=ignore_case
            )
        except InvalidProfile as error:
            self._fail(error.message)

    def _tag(self, identifier: str) -> int:
        if identifier.startswith("["):
            return int(identifier[1:5] + identifier[6:10], 16)
        if identifier in _TAGS:
            return _TAGS[identifier]
        from scanloft.dicom.dictionary import tag_of  # imports pydicom: for rare names only

        tag = tag_of(identifier)
        if tag is None:
            self._fail(f"DICOM has no attribute {identifier[:64]}: write its tag, as [0018,1030]")
        return tag

    def _took(self, operator: str) -> bool:
        if self._token is None or self._token["operator"] != operator:
            return False
        self._advance()
        return True

    def _advance(self) -> None:
        self._next = self._token.end() if self._token else self._next
        self._token = _TOKEN.match(self._script, self._next)
        if self._token is None and self._script[self._next :].strip():
            self._fail(
                'this is no comparison, such as Modality.equals("US"); items of sequences (::) '
                "cannot be compared"
            )

    def _fail(self, reason: str) -> NoReturn:
        rest = self._script[self._next :]
        spaces = len(rest) - len(rest.lstrip())
        refuse_at(self._text, self._start + self._next + spaces, reason)
