"""Cleaning free text of what identifies somebody (PS3.15 E.3.3 to E.3.5).

It works without a model of language: known words, forms of dates, numbers and addresses, and what
stands behind titles and roles. A name that nothing announces stays unless it is known.
"""

import re
import unicodedata
from collections.abc import Callable, Iterator
from functools import cache, lru_cache

from scanloft.deid.values.text_known import ANNOUNCING, ID_WORDS, finds
from scanloft.deid.values.text_patterns import DIGIT, REMOVED, any_of, forms
from scanloft.deid.values.text_words import (
    BIRTHS,
    DEEDS,
    MODALITY_TITLES,
    NUMBER_LABELS,
    PARTICLES,
    PHONES,
    ROLES,
    TITLES,
    is_technique,
    plain,
)

_PASSES = 4
_LONGEST_TEXT = 100_000
_NAME_WORDS = 4
_MIN_ID, _MIN_LABELLED_DIGITS, _MIN_PHONE, _MIN_SPACED_PHONE = 6, 4, 7, 9

_WORD = re.compile(r"[^\W\d_][^\W_]*+(?:['’-][^\W_]++)*+")
_GAP = re.compile(r"\.?[ \t_]{1,3}|\.(?=[^\W\d_])|, ?")
_MARK = re.compile(r"[ \t]{0,3}[:=#][ \t]{0,3}")
_LOOSE = re.compile(r"[.]?[ \t_]{1,3}")
_VALUE = re.compile(r"[^\s,;|()\[\]\\]++(?:(?: |, ?)[^\s,;|()\[\]\\:]++(?!:)){0,3}")
_NUMBER = re.compile(r"[^\W_]*+(?:[/.-][^\W_]++)*+")
_DAY = re.compile(r"[^\w\[\]]{0,3}(?:(?:on|am|le|el|in|en|op|the|vom) )?(?=\d)(\d[\d./-]{1,12})")
_REACHED = re.compile(r"[.:]{0,2}[ \t]{0,3}(?=[+(\d])([+(]{0,2}\d[\d ()./-]{2,24}+)")
_CARETS = re.compile(r"(?<![\w'’.^-])[\w'’.-]*+\^[\w'’.^=-]*+")
_DIGIT_GROUPS = re.compile(r"(?<![\w.])\(?\d{2,5}\)?(?:[ ./-]{1,2}\(?\d{2,5}(?!\d)\)?)++")
_RUNS = re.compile(r"\d++|[^\W\d_]++")
# Vertebrae, and sizes
_MEASURES = re.compile(
    r"(?:(?:th|[ctls])\d{1,2}-?){1,4}|\d{1,4}(?:x\d{1,4}){1,3}(?:mm|cm)?", re.IGNORECASE
)
_A_DIGIT = re.compile(r"\d")
_SEVERAL = re.compile(r"\[removed\](?:[ ^,]{0,2}\[removed\])++")
_INITIALS = re.compile(r"[(\[]((?:[A-Z]\.? ?){2,3})[)\]]")


def clean_text(text: str, *, known: tuple[str, ...], places: tuple[str, ...] = ()) -> str:
    """Return text with `[removed]` in place of what identifies somebody; all else stays.

    `known` are names and numbers of the patient and names of others, in any case; `places` are
    words of addresses and institutions. It takes time in proportion to the length of the text, and
    a cleaned text stays as it is. Of a text beyond 100,000 characters, such as no description or
    report has, nothing stays.
    """
    if len(text) > _LONGEST_TEXT:
        return REMOVED
    # An accent may stand behind its letter.
    normal = text if text.isascii() else unicodedata.normalize("NFC", text)
    cleaned = _clean(normal, known, places)
    return text if cleaned == normal else cleaned


@lru_cache(maxsize=512)
def _clean(text: str, known: tuple[str, ...], places: tuple[str, ...]) -> str:
    finds_known = finds(known, places)
    for _ in range(_PASSES):
        cleaned = _cleaned_once(text, finds_known)
        if cleaned == text:
            return text
        text = cleaned
    return REMOVED


def _cleaned_once(text: str, finds_known: Callable[[str], str]) -> str:
    text = finds_known(text)
    if "^" in text:
        text = _CARETS.sub(_without_caret_name, text)
    has_digits = _A_DIGIT.search(text) is not None
    for form in forms():
        if has_digits if form.sign == DIGIT else form.sign in text:
            text = form.pattern.sub(REMOVED, text)
    if has_digits:
        text = _DIGIT_GROUPS.sub(_without_phone, text)
        text = ID_WORDS.sub(_without_id, text)
    text = _INITIALS.sub(_without_initials, text)
    return _SEVERAL.sub(REMOVED, _without_announced(text))


def _without_caret_name(found: re.Match[str]) -> str:
    letters = [plain(run) for run in _RUNS.findall(found[0]) if not run[0].isdigit()]
    return found[0] if all(map(is_technique, letters)) else REMOVED


def _without_phone(found: re.Match[str]) -> str:
    digits = sum(map(str.isdigit, found[0]))
    spaced = not any(mark in found[0] for mark in "()./-")
    if digits < (_MIN_SPACED_PHONE if spaced else _MIN_PHONE):
        return found[0]
    blank = found[0].endswith(" ")
    return REMOVED + " " * blank


def _without_id(found: re.Match[str]) -> str:
    word = found[0]
    if sum(map(str.isalnum, word)) < _MIN_ID or word.isalpha():
        return word
    runs = _RUNS.findall(word)
    letters = [plain(run) for run in runs if not run[0].isdigit()]
    if not letters or len(letters) == len(runs) or _MEASURES.fullmatch(word):
        return word
    if all(map(is_technique, letters)) and any(len(run) > 1 for run in letters):
        return word
    return REMOVED


def _without_initials(found: re.Match[str]) -> str:
    letters = "".join(filter(str.isalpha, found[1]))
    return found[0] if "." not in found[1] and is_technique(letters.lower()) else REMOVED


def _without_announced(text: str) -> str:
    """Return text without what titles, roles and labels announce."""
    pieces, done = [], 0
    for found in _heads().finditer(text):
        if found.start() < done:
            continue
        start, end = _announced(text, found)
        if end > start:
            pieces += [text[done:start], REMOVED]
            done = end
    return "".join([*pieces, text[done:]]) if pieces else text


def _announced(text: str, head: re.Match[str]) -> tuple[int, int]:
    word, at = plain(head[0]), head.end()
    if word in BIRTHS and (day := _DAY.match(text, at)):
        return day.start(1), day.end(1)
    if word in PHONES and (number := _REACHED.match(text, at)):
        return number.start(1), number.start(1) + len(number[1].rstrip(" (./-"))
    mark = _MARK.match(text, at)
    if mark and word in ANNOUNCING - TITLES and (value := _VALUE.match(text, mark.end())):
        return value.span()
    loose = _LOOSE.match(text, at)
    start = mark.end() if mark else loose.end() if loose else at
    if start == at:
        return at, at
    if word in NUMBER_LABELS:
        number = _NUMBER.match(text, start)
        digits = sum(map(str.isdigit, number[0])) if number else 0
        if number and digits >= _MIN_LABELLED_DIGITS:
            return number.span()
    if word in TITLES:
        return start, _names_end(text, start, strict=head[0].isupper() and word in MODALITY_TITLES)
    if word in ROLES:
        return start, _names_end(text, start, strict=True)
    if word in DEEDS and text[start : start + 3].lower() == "by ":
        return start + 3, _names_end(text, start + 3, strict=False)
    return at, at


def _names_end(text: str, start: int, *, strict: bool) -> int:
    """Return where the name that starts there ends; `strict` wants a capital, not only no verb."""
    end = start
    for at, word in _name_words(text, start):
        bare = plain(word)
        if is_technique(bare) or bare in ROLES or bare == "removed":
            break
        if bare in PARTICLES or bare in TITLES:
            end = at + len(word)
            continue
        # Scripts without case have no capitals.
        small = word[0].islower()
        if small and (strict or end > start):
            break
        end = at + len(word)
    return end


def _name_words(text: str, at: int) -> Iterator[tuple[int, str]]:
    for _ in range(_NAME_WORDS):
        word = _WORD.match(text, at)
        if word is None:
            return
        yield at, word[0]
        gap = _GAP.match(text, word.end())
        if gap is None:
            return
        at = gap.end()


@cache
def _heads() -> re.Pattern[str]:
    words = TITLES | ROLES | DEEDS | NUMBER_LABELS | BIRTHS | PHONES
    accented = {"médecin", "infirmière", "opérateur", "né", "née", "prénom", "señor", "señora"}
    accented |= {"técnico", "médico", "ärztin", "überweiser", "patiënt", "teléfono", "téléphone"}
    return re.compile(rf"(?<![^\W_]){any_of(words | accented)}(?![\w'’])", re.IGNORECASE)
