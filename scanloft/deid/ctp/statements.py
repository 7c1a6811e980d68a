"""The statements of a script, from either of its two forms: XML or properties."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum
from xml.parsers import expat  # nosec: no document type passes, so no entity is ever expanded

from scanloft.deid.ctp.properties import logical_lines, split_at, unescape
from scanloft.deid.ctp.refusal import script_refused

SIZE_LIMIT = 4_000_000
_FILTER = re.compile(
    r"\.\s*(?:contains|equals|matches|startsWith|endsWith|isLess|isGreater)\w*\s*\("
)
_SET = re.compile(r"set\.\s*\[")
_OFF = re.compile(r"set\.\s*\[[^=]+\]|keep\.group|remove\.")


class Kind(Enum):
    """What a statement is about, with the name of its XML element."""

    PARAMETER = "p"
    ELEMENT = "e"
    KEEP = "k"
    REMOVE = "r"


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement: its line from 1, its target as written, its text, and whether it is on."""

    line: int
    kind: Kind
    target: str
    text: str
    on: bool = True
    label: str = ""


def read_statements(text: str) -> tuple[Statement, ...]:
    """Read a script in either form.

    Raises InvalidProfile, naming the line: broken XML, a document type, or a line of no script.
    """
    if len(text) > SIZE_LIMIT:
        raise script_refused(1, f"longer than {SIZE_LIMIT:,} characters: is this a script?")
    text = text.removeprefix("\ufeff")
    if text.lstrip().startswith("<"):
        return _read_xml(text)
    _refuse_other_scripts(text)
    return tuple(_read_properties(text))


def _refuse_other_scripts(text: str) -> None:
    match = _FILTER.search(text)
    if match is None or _SET.search(text):
        return
    line = text.count("\n", 0, match.start()) + 1
    if "{" in text:
        raise script_refused(
            line, "a condition of a pixel script: put the file into the profile's pixel_script."
        )
    raise script_refused(line, "a condition of a filter script: only anonymizer scripts are read.")


def _read_properties(text: str) -> Iterator[Statement]:
    for line in logical_lines(text):
        on = not line.text.startswith("#")
        content = line.text.lstrip("#").lstrip()
        if not on and not _OFF.match(content):
            continue
        parts = split_at(content, "=")
        left, right = parts if parts is not None else (content, "")
        statement = _property(line.number, unescape(left.strip()), unescape(right.strip()), on=on)
        if statement is not None:
            yield statement
        elif on and not line.text.startswith("!"):
            raise script_refused(
                line.number,
                "no line of an anonymizer script: they begin with set., keep., remove. or param.",
            )


def _property(line: int, left: str, right: str, *, on: bool) -> Statement | None:
    prefix, dot, target = left.partition(".")
    if not dot:
        return None
    if prefix == "param":
        return Statement(line, Kind.PARAMETER, target.strip(), right, on)
    if prefix == "keep":
        return Statement(line, Kind.KEEP, target.strip().removeprefix("group").strip(), right, on)
    if prefix == "remove":
        return Statement(line, Kind.REMOVE, target.strip(), right, on)
    if prefix == "set":
        tag, label = _bracketed(line, target.strip())
        return Statement(line, Kind.ELEMENT, tag, right, on, label)
    return None


def _bracketed(line: int, target: str) -> tuple[str, str]:
    depth = 0
    for index, character in enumerate(target):
        depth += (character == "[") - (character == "]")
        if index == 0 and depth == 0:
            break
        if depth == 0:
            return target[1:index].strip(), target[index + 1 :].strip()
    raise script_refused(line, "no element in brackets: write set.[0010,0010]PatientName=…")


def _read_xml(text: str) -> tuple[Statement, ...]:
    parser = expat.ParserCreate()
    reader = _XmlReader(parser)
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = reader.doctype
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.characters
    try:
        parser.Parse(text, True)
    except expat.ExpatError as error:
        raise script_refused(
            error.lineno, f"this is no XML ({expat.errors.messages.get(error.code, 'broken')})."
        ) from None
    except UnicodeEncodeError:
        raise script_refused(1, "characters that are no text: save the script as UTF-8.") from None
    return tuple(reader.statements)


@dataclass(slots=True)
class _XmlReader:
    parser: expat.XMLParserType
    statements: list[Statement] = field(default_factory=list)
    depth: int = 0
    line: int = 0
    name: str = ""
    attributes: dict[str, str] = field(default_factory=dict)
    texts: list[str] = field(default_factory=list)

    def doctype(self, *_: object) -> None:
        raise script_refused(
            self.parser.CurrentLineNumber, "a document type (DOCTYPE): remove it, CTP needs none."
        )

    def start(self, name: str, attributes: dict[str, str]) -> None:
        line = self.parser.CurrentLineNumber
        self.depth += 1
        if self.depth == 1 and name != "script":
            raise script_refused(line, "no anonymizer script: its root element must be <script>.")
        if self.depth == 2 and name not in {kind.value for kind in Kind}:
            raise script_refused(line, "an unknown element: a script has <p>, <e>, <k> and <r>.")
        if self.depth > 2:
            raise script_refused(line, "an element inside a statement: write < as &lt; in texts.")
        self.line, self.name, self.attributes, self.texts = line, name, attributes, []

    def characters(self, data: str) -> None:
        if self.depth == 2:
            self.texts.append(data)
        elif data.strip():
            raise script_refused(
                self.parser.CurrentLineNumber, "text outside of a statement: remove it."
            )

    def end(self, _: str) -> None:
        self.depth -= 1
        if self.depth == 1:
            self.statements.append(self.statement())

    def statement(self) -> Statement:
        kind = Kind(self.name)
        target = self.attributes.get("t", "").strip()
        if not target:
            raise script_refused(self.line, 'the attribute "t" is missing: say what it is about.')
        switch = self.attributes.get("en", "T" if kind is Kind.PARAMETER else "")
        if switch not in ("T", "F"):
            raise script_refused(self.line, 'the attribute "en" must be T (on) or F (off).')
        label = self.attributes.get("n", "").strip()
        return Statement(self.line, kind, target, "".join(self.texts).strip(), switch == "T", label)
