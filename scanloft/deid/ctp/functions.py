"""CTP's functions, one by one: what each makes of its arguments."""

import re
from collections.abc import Callable
from typing import Final

from scanloft.core.errors import CtpQuarantine, UnlistedSubject
from scanloft.core.lookup import NotListedError
from scanloft.core.replacements import Replacement
from scanloft.deid.ctp.attributes import AttributePath
from scanloft.deid.ctp.calendar_days import NotADateError, days_between, move_dates, replace_fields
from scanloft.deid.ctp.context import Context
from scanloft.deid.ctp.hashing import (
    decimal_md5,
    hash_name,
    hash_patient_id,
    hashed_days,
)
from scanloft.deid.ctp.lookup import find
from scanloft.deid.ctp.patterns import Pattern
from scanloft.deid.ctp.results import Action, Blank, Result

_NO_DIGIT = re.compile(r"[^0-9]")
_DIGITS = re.compile(r"[0-9]")
_UNLISTED = "The lookup table has no entry for this object: add it, then try again."


def _always(_: Context) -> Result:
    return ""


def _blank(_: Context, length: int = 0) -> Result:
    return Blank(length)


def _contents(
    context: Context,
    path: AttributePath,
    pattern: Pattern | None = None,
    replacement: Replacement | None = None,
) -> Result:
    text = context.text(path) or ""
    return text if pattern is None else pattern.replace_all(text, replacement)


def _date(context: Context, separator: str = "") -> Result:
    return context.now.strftime("%Y\n%m\n%d").replace("\n", separator)


def _time(context: Context, separator: str = "") -> Result:
    return context.now.strftime("%H\n%M\n%S").replace("\n", separator)


def _date_interval(
    context: Context, path: AttributePath, key_type: str, key: AttributePath, origin: str = ""
) -> Result:
    root_key = AttributePath(key.steps, from_root=True)
    base = _listed(context, key_type, context.text(root_key) or "")
    try:
        days = days_between(base, context.text(path) or "")
        return move_dates(origin, days) if origin else str(days)
    except NotADateError:
        raise CtpQuarantine("The function @dateinterval() has no date here.") from None


def _hash(context: Context, path: AttributePath, length: int = 0) -> Result:
    text = context.text(path)
    return Action.REMOVE if text is None else decimal_md5(text, length)


def _hash_date(context: Context, path: AttributePath, key: AttributePath) -> Result:
    secret = context.text(key)
    return Action.REMOVE if secret is None else _moved(context, path, hashed_days(secret))


def _hash_name(context: Context, path: AttributePath, length: int, words: int = 0) -> Result:
    return hash_name(context.text(path) or "", length, words)


def _hash_patient_id(context: Context, site: str, path: AttributePath, length: int = 0) -> Result:
    return hash_patient_id(site, context.text(path) or "", length)


def _increment_date(
    context: Context, path: AttributePath, days: int | AttributePath, key_type: str = ""
) -> Result:
    if isinstance(days, int):
        return _moved(context, path, days)
    if context.text(path) is None:
        return Action.REMOVE
    listed = _listed(context, key_type, context.text(days) or "")
    return _moved(context, path, int(listed))


def _initials(context: Context, path: AttributePath, offset: int = 0) -> Result:
    words = re.split(r"[\s^,]+", (context.text(path) or "").strip(" ^,"))
    letters = "".join(word[:1] for word in words) or "X"
    return "".join(_rotated(letter, offset) for letter in (letters[1:] + letters[0]).upper())


def _rotated(letter: str, offset: int) -> str:
    for first, size in (("a", 26), ("A", 26), ("0", 10)):
        if ord(first) <= ord(letter) < ord(first) + size:
            return chr(ord(first) + (ord(letter) - ord(first) + offset) % size)
    return letter


def _lookup(
    context: Context,
    paths: tuple[AttributePath, ...],
    key_type: str,
    action: str = "",
    alternative: str | Pattern = "",
) -> Result:
    key = "|".join(context.text(path) or "" for path in paths).replace("\\", "")
    try:
        return find(context.lookup, key_type, key)
    except NotListedError:
        pass
    if action == "default" and isinstance(alternative, str):
        return alternative.strip()
    if isinstance(alternative, Pattern) and alternative.matches(key):
        return key
    if action in _MISSES:
        return _MISSES[action]
    raise UnlistedSubject(_UNLISTED)


_MISSES: Final = {"keep": Action.KEEP, "remove": Action.REMOVE, "empty": Action.EMPTY}


def _lowercase(context: Context, path: AttributePath) -> Result:
    return (context.text(path) or "").lower()


def _uppercase(context: Context, path: AttributePath) -> Result:
    return (context.text(path) or "").upper()


def _modify_date(context: Context, path: AttributePath, year: int, month: int, day: int) -> Result:
    return _dated(context, path, lambda text: replace_fields(text, year=year, month=month, day=day))


def _param(_: Context, value: str) -> Result:
    return value


def _path_element(context: Context, path: AttributePath, index: int) -> Result:
    text = context.text(path) or ""
    parts = text.rstrip("/").split("/")
    place = index + len(parts) if index < 0 else index
    return parts[place] if 0 <= place < len(parts) else text


def _quarantine(_: Context) -> Result:
    raise CtpQuarantine("The CTP script sends this object to quarantine.")


def _require(context: Context, path: AttributePath | None = None, default: str = "") -> Result:
    if context.exists(AttributePath()):
        return Action.KEEP
    if path is None:
        return ""
    text = (context.text(path) or "") if context.exists(path) else default
    return text if text.strip() else Blank(len(text))


def _round(context: Context, path: AttributePath, size: int) -> Result:
    text = (context.text(path) or "").strip()
    if not text:
        return ""
    # Half of a group goes up, as with Java's Math.round.
    groups = (2 * int(_NO_DIGIT.sub("", text)) + size) // (2 * size)
    rounded = f"{groups * size}{_DIGITS.sub('', text)}"
    return rounded if len(rounded) % 2 == 0 else "0" + rounded


def _truncate(context: Context, path: AttributePath, length: int | None = None) -> Result:
    text = context.text(path) or ""
    if length is None:
        return text
    return text[:length] if length >= 0 else text.strip()[length:]


def _value(context: Context, path: AttributePath, default: str = "") -> Result:
    return context.text(path) or default


def _listed(context: Context, key_type: str, key: str) -> str:
    try:
        return find(context.lookup, key_type, key)
    except NotListedError:
        raise UnlistedSubject(_UNLISTED) from None


def _moved(context: Context, path: AttributePath, days: int) -> Result:
    return _dated(context, path, lambda text: move_dates(text, days))


def _dated(context: Context, path: AttributePath, change: Callable[[str], str]) -> Result:
    text = context.text(path)
    if text is None:
        return Action.REMOVE
    try:
        return change(text)
    except NotADateError:
        return Action.EMPTY


FUNCTIONS: dict[str, Callable[..., Result]] = {
    "always": _always,
    "blank": _blank,
    "contents": _contents,
    "date": _date,
    "dateinterval": _date_interval,
    "empty": lambda _: Action.EMPTY,
    "hash": _hash,
    "hashdate": _hash_date,
    "hashname": _hash_name,
    "hashptid": _hash_patient_id,
    "incrementdate": _increment_date,
    "initials": _initials,
    "keep": lambda _: Action.KEEP,
    "lookup": _lookup,
    "lowercase": _lowercase,
    "modifydate": _modify_date,
    "param": _param,
    "pathelement": _path_element,
    "process": lambda _: Action.PROCESS,
    "quarantine": _quarantine,
    "remove": lambda _: Action.REMOVE,
    "require": _require,
    "round": _round,
    "time": _time,
    "truncate": _truncate,
    "uppercase": _uppercase,
    "value": _value,
}
