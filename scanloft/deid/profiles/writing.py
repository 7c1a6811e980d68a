"""Writing profiles as YAML that people read and change."""

import json
import re
from collections.abc import Iterator, Mapping

import yaml

from scanloft.deid.profiles.profile import Profile
from scanloft.deid.profiles.tag_rules import TagRule
from scanloft.deid.profiles.warnings import named

_PLAIN = re.compile(r"[A-Za-z](?:[A-Za-z0-9 _./-]*[A-Za-z0-9_])?")
_BLOCK = re.compile("[\t\n\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd]+")
_ESCAPED = re.compile("[\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]")


def write_profile(profile: Profile) -> str:
    """Return a profile as YAML that `read_profile` reads back as the same."""
    values = profile.to_dict()
    keywords = {rule.tag_text: _keyword(rule) for rule in profile.rules}
    lines = [
        _commented(line, keywords) if key == "rules" else line
        for key, value in values.items()
        for line in _lines(key, value)
    ]
    return "\n".join(lines) + "\n"


def _keyword(rule: TagRule) -> str:
    return named(rule).removeprefix(rule.tag_text).strip()


def _commented(line: str, keywords: Mapping[str, str]) -> str:
    _, _, written = line.partition("- tag: ")
    keyword = keywords.get(written.strip("\"'"))
    return f"{line}  # {keyword}" if keyword else line


def _lines(key: str, value: object) -> Iterator[str]:
    """Yield the lines of one key; of an empty list or mapping too."""
    if isinstance(value, Mapping) and value:
        yield f"{key}:"
        yield from _indented(value)
    elif isinstance(value, list) and value:
        if all(isinstance(item, int | float) for item in value):
            yield f"{key}: [{', '.join(map(_scalar, value))}]"
            return
        yield f"{key}:"
        for item in value:
            yield from _item(item)
    elif isinstance(value, str) and "\n" in value:
        yield from _block(key, value)
    else:
        yield f"{key}: {_scalar(value)}"


def _indented(values: Mapping[str, object]) -> Iterator[str]:
    for key, value in values.items():
        yield from (f"  {line}" if line else "" for line in _lines(key, value))


def _item(item: object) -> Iterator[str]:
    if not isinstance(item, Mapping) or not item:
        yield f"  - {_scalar(item)}"
        return
    first, *others = [line for key, value in item.items() for line in _lines(key, value)]
    yield f"  - {first}"
    yield from (f"    {line}" if line else "" for line in others)


def _block(key: str, text: str) -> Iterator[str]:
    """Yield a text line by line, as it is, where YAML can say it so; else in quotes."""
    ending = "-" if not text.endswith("\n") else "" if text.rstrip("\n") + "\n" == text else "+"
    body = text if text.endswith("\n") else text + "\n"
    lines = [f"{key}: |2{ending}", *(f"  {line}" if line else "" for line in body.split("\n")[:-1])]
    written = "\n".join(lines) + "\n"
    if _BLOCK.fullmatch(text) and yaml.safe_load(written) == {key: text}:
        yield from lines
    else:
        yield f"{key}: {_quoted(text)}"


def _scalar(value: object) -> str:
    if isinstance(value, bool) or value is None:
        return json.dumps(value)
    if isinstance(value, int | float):
        return str(value)
    if isinstance(value, list | Mapping):
        return json.dumps(value)  # an empty one, or numbers below another list
    text = str(value)
    if _PLAIN.fullmatch(text) and yaml.safe_load(text) == text:
        return text
    if '"' in text and "'" not in text and text.isascii() and text.isprintable():
        return f"'{text}'"
    return _quoted(text)


def _quoted(text: str) -> str:
    quoted = json.dumps(text, ensure_ascii=False)
    return _ESCAPED.sub(lambda match: f"\\u{ord(match[0]):04x}", quoted)
