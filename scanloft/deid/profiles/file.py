"""Profile files: YAML or JSON that people write, read with every fault and its line."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from scanloft.core.errors import InvalidProfile
from scanloft.deid.profiles.faults import Faults, shown, unknown
from scanloft.deid.profiles.nodes import (
    Keyed,
    Listed,
    Node,
    Scalar,
    is_text,
    plain_value,
    read_nodes,
)
from scanloft.deid.profiles.options import EXCLUSIVE, OPTIONS, UNSUPPORTED_OPTIONS
from scanloft.deid.profiles.profile import KEYS, Base, PatientIds, Profile, Subjects
from scanloft.deid.profiles.rule_reading import read_rule
from scanloft.deid.profiles.tag_rules import TagRule
from scanloft.deid.profiles.warnings import warnings_of
from scanloft.deid.profiles.writing import write_profile

__all__ = ["SCRIPT_PARSERS", "read_profile", "warnings_of", "write_profile"]

_SCRIPT_LINE = re.compile(r"\bline ([0-9]{1,7})")
_QUOTED = re.compile(r'"([a-z_]+)"')
_CTP_OPTIONS = frozenset({"clean_pixel"})


def read_profile(text: str) -> Profile:
    """Read a profile from the text of a YAML or JSON file.

    Raises InvalidProfile with up to ten faults at once, each with its line, key and what is
    allowed instead.
    """
    return _Reader().read(text)


@dataclass(slots=True)
class _Reader:
    """Reads the keys of one file one by one, so that a fault in one hides none in another."""

    faults: Faults = field(default_factory=Faults)
    lines: dict[str, int] = field(default_factory=dict)

    def read(self, text: str) -> Profile:
        root = read_nodes(text, self.faults)
        if not isinstance(root, Keyed):
            self.faults.add(root.line, f"a profile has keys with values: {', '.join(KEYS)}")
            self.faults.check()
        values = self._values(root)
        self._check_together(values)
        self.faults.check()
        try:
            return Profile.from_dict(values)
        except InvalidProfile as error:
            key = _QUOTED.search(error.message)
            line = self.lines.get(key[1], root.line) if key else root.line
            self.faults.add(line, error.message)
            self.faults.check()
            raise

    def _values(self, root: Node) -> dict[str, Any]:
        values: dict[str, Any] = {}
        for key, node in root.entries if isinstance(root, Keyed) else ():
            if key.text not in KEYS:
                self.faults.add(key.line, unknown("key", key.text, KEYS))
                continue
            self.lines[key.text] = key.line
            value = self._read(key.text, node)
            if value is not None:
                values[key.text] = value
        for key_name in ("name", "version"):
            if key_name not in self.lines:
                self.faults.add(root.line, f'"{key_name}" is missing: add it')
        return values

    def _read(self, key: str, node: Node) -> Any:
        match key:
            case "version":
                return self._number(key, node)
            case "pixel_review" | "floor":
                return self._truth(key, node)
            case "options":
                return self._options(node)
            case "rules":
                return self._rules(node)
            case "devices":
                return self._devices(node)
            case "base" | "subjects" | "patient_ids":
                return self._choice(key, node)
            case "ctp_script" | "pixel_script":
                return self._script(key, node)
        text = self._text(key, node)
        if key == "name" and text is not None:
            self._try(node.line, lambda: Profile(name=text, version=1))
        return text

    def _text(self, key: str, node: Node) -> str | None:
        if isinstance(node, Scalar) and is_text(node):
            return node.text
        if isinstance(node, Scalar) and node.text:
            self.faults.add(
                node.line,
                f'"{key}" must be a text, but YAML reads {shown(node.text)} as something else: '
                f'put it into quotes, "{shown(node.text)}"',
            )
        else:
            self.faults.add(node.line, f'"{key}" must be a text')
        return None

    def _number(self, key: str, node: Node) -> int | None:
        value = plain_value(node)
        if type(value) is int:
            if not 1 <= value < 10**6:
                self.faults.add(node.line, f'"{key}" must be a whole number from 1 to 999999')
            return value
        written = shown(node.text) if isinstance(node, Scalar) and node.text else "this"
        self.faults.add(
            node.line, f'"{key}" must be a whole number from 1, such as 2, and {written} is none'
        )
        return None

    def _truth(self, key: str, node: Node) -> bool | None:
        if isinstance(node, Scalar) and node.plain and node.text in ("true", "false"):
            return node.text == "true"
        self.faults.add(node.line, f'"{key}" must be true or false, without quotes')
        return None

    def _choice(self, key: str, node: Node) -> str | None:
        allowed = {"base": Base, "subjects": Subjects, "patient_ids": PatientIds}[key]
        if isinstance(node, Scalar) and node.text in tuple(allowed):
            return node.text
        written = node.text if isinstance(node, Scalar) else "this"
        self.faults.add(node.line, unknown(f'"{key}"', written, allowed))
        return None

    def _items(self, key: str, node: Node, *, of: str) -> tuple[Node, ...]:
        if isinstance(node, Listed):
            return node.items
        self.faults.add(node.line, f'"{key}" must be a list of {of}, each on a line after "- "')
        return ()

    def _options(self, node: Node) -> list[str]:
        options: dict[str, int] = {}
        for item in self._items("options", node, of="names"):
            name = item.text if isinstance(item, Scalar) else "this"
            if name in UNSUPPORTED_OPTIONS:
                self.faults.add(item.line, f"{name} is not supported: {UNSUPPORTED_OPTIONS[name]}")
            elif name not in OPTIONS:
                self.faults.add(item.line, unknown("option", name, OPTIONS))
            elif name in options:
                self.faults.add(item.line, f"option {name} is given twice: keep one")
            elif name in EXCLUSIVE and (others := EXCLUSIVE & set(options)):
                other = min(others)
                self.faults.add(
                    item.line,
                    f"option {name} and option {other} (line {options[other]}) exclude each "
                    "other: choose one",
                )
            else:
                options[name] = item.line
        return list(options)

    def _rules(self, node: Node) -> list[dict[str, object]]:
        rules: list[TagRule] = []
        lines: dict[tuple[int, str], int] = {}
        for item in self._items("rules", node, of="rules"):
            rule = read_rule(item, self.faults)
            if rule is None:
                continue
            first = lines.setdefault((rule.tag, rule.creator), item.line)
            if first != item.line:
                self.faults.add(
                    item.line, f"{rule.tag_text} has a rule in line {first} already: keep one"
                )
            rules.append(rule)
        return [rule.to_dict() for rule in rules]

    def _devices(self, node: Node) -> list[object]:
        from scanloft.deid.pixels.devices import DeviceRule

        values: list[object] = []
        for item in self._items("devices", node, of="devices"):
            value = plain_value(item)
            if isinstance(item, Keyed) and isinstance(value, dict):
                self._try(item.line, lambda: DeviceRule.from_dict(value), inside=item)  # noqa: B023
                values.append(value)
            else:
                self.faults.add(item.line, "a device has keys with values, as manufacturer: GE")
        return values

    def _script(self, key: str, node: Node) -> str | None:
        text = self._text(key, node)
        if text is None or not isinstance(node, Scalar):
            return None
        try:
            SCRIPT_PARSERS[key](text)
        except InvalidProfile as error:
            found = _SCRIPT_LINE.search(error.message)
            line = node.line + int(found[1]) if found and node.block else node.line
            self.faults.add(line, f'in the "{key}": {error.message}')
        return text

    def _try(self, line: int, make: Callable[[], object], *, inside: Keyed | None = None) -> None:
        try:
            make()
        except InvalidProfile as error:
            keys = {key.text: key.line for key, _ in inside.entries} if inside else {}
            named = [keys[name] for name in _QUOTED.findall(error.message) if name in keys]
            self.faults.add(named[0] if named else line, error.message)

    def _check_together(self, values: dict[str, Any]) -> None:
        """Find what is right by itself, but not together with another key."""
        base, options = values.get("base", "basic"), set(values.get("options", ()))
        if base == "ctp" and not values.get("ctp_script"):
            self._fault("base", 'the base ctp needs the script itself as "ctp_script"')
        if base != "ctp" and "ctp_script" in self.lines:
            self._fault("ctp_script", 'a "ctp_script" needs "base: ctp"')
        if base != "ctp" and values.get("floor") is False:
            self._fault("floor", '"floor" can be false with "base: ctp" only')
        unused = {"options": options - _CTP_OPTIONS, "rules": values.get("rules")}
        for key, value in unused.items():
            if base == "ctp" and values.get("floor") is False and value:
                self._fault(
                    key,
                    "without the floor the script alone decides what is kept: clean_pixel is the "
                    "only option that can be added, and there can be no rules",
                )
        for key in ("options", "rules", "devices", "pixel_script"):
            if base == "none" and values.get(key):
                self._fault(key, f'the base none changes nothing: it cannot have "{key}"')
        for key in ("devices", "pixel_script"):
            if values.get(key) and "clean_pixel" not in options and base != "none":
                self._fault(key, f'"{key}" needs the option clean_pixel: add it to "options"')

    def _fault(self, key: str, message: str) -> None:
        self.faults.add(self.lines[key], message)


def _parse_ctp_script(text: str) -> object:
    from scanloft.deid.ctp.script import parse_script  # only profiles with a script pay for it

    return parse_script(text)


def _parse_pixel_script(text: str) -> object:
    from scanloft.deid.pixels.ctp_script import parse_pixel_script  # as above

    return parse_pixel_script(text)


SCRIPT_PARSERS: dict[str, Callable[[str], object]] = {
    "ctp_script": _parse_ctp_script,
    "pixel_script": _parse_pixel_script,
}
