r"""The forms in which dates, numbers, addresses and links are written in free text.

Every pattern takes linear time: repetitions are bounded, or possessive and begin only where a run
of their characters begins. `_` counts as a blank, because it divides words in descriptions.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from itertools import groupby

from scanloft.deid.values.text_words import MONTHS

REMOVED = "[removed]"
DIGIT = "0"
"""The sign of forms that need any digit."""

_START, _END = r"(?<![^\W_])", r"(?![^\W_])"
_STREETS = (
    r"Street|St|Road|Rd|Avenue|Ave|Lane|Ln|Drive|Terrace|Boulevard|Blvd|Court|Place|Square|Close"
    r"|Crescent|Highway|Gardens|Mews"
)
_HOUSES = (
    r"Hospital|Hospitals|Infirmary|Clinic|Clinics|Klinik|Klinikum|Krankenhaus|Spital|Ziekenhuis"
    r"|University|Universit(?:y|ät|é|eit)|Medical Cent(?:er|re)|Health Cent(?:er|re)|Praxis|Hospice"
)


_LETTERS_END = r"(?![^\W\d_])"
_DAY, _MONTH = r"(?:0?[1-9]|[12]\d|3[01])", r"(?:0?[1-9]|1[0-2])"
_YEAR = r"(?:19|20)\d\d"
_LOWER = r"[a-zäöüßéèêñ]"
_WORD = r"[^\W\d_][\w'’.-]{1,30}"
_NAME = r"[A-Z][\w'’-]{1,30}"


@dataclass(frozen=True, slots=True)
class Form:
    """What is removed where it matches; it can match only in a text that holds `sign`."""

    pattern: re.Pattern[str]
    sign: str = ""


def any_of(words: Iterable[str]) -> str:
    """Return a pattern of plain words that looks at most of them only where they can begin."""
    longest_first = sorted(words, key=lambda word: (word[0], -len(word)))
    branches = [
        f"{first}(?:{'|'.join(word[1:] for word in group)})"
        for first, group in groupby(longest_first, key=lambda word: word[0])
    ]
    return rf"(?=[^\W\d_])(?:{'|'.join(branches)})"


@cache
def forms() -> tuple[Form, ...]:
    """Return the forms in the order in which they apply; those with digits need one."""
    return tuple(
        Form(re.compile(pattern, flags), sign)
        for flags, patterns in ((re.IGNORECASE, _any_case()), (0, _exact_case()))
        for sign, pattern in patterns
    )


def _any_case() -> tuple[tuple[str, str], ...]:
    return (
        (":", rf"{_START}(?:https?|ftps?|sftp|file|dicom|urn|oid|mailto):[^\s\[\]\\]++"),
        (".", rf"{_START}www\.[^\s\[\]\\]++"),
        (":", rf"{_START}[a-z]:[\\/][^\s\[\]]++"),
        ("@", r"(?<![\w.+%-])[\w.+%-]++@[\w.-]++"),
        # UIDs and IP addresses
        (".", rf"{_START}(?<!\d\.)\d++(?:\.\d++){{3,}}+"),
        (":", rf"{_START}(?:[0-9a-f]{{1,4}}::?){{3,7}}[0-9a-f]{{1,4}}{_END}"),
        *((DIGIT, pattern) for pattern in (*_dates(), *_named_dates())),
        # Times of day
        (
            ":",
            (
                r"(?<![\d:])(?:[01]?\d|2[0-4]):[0-5]\d(?::[0-5]\d(?:[.,]\d{1,9})?)?(?!\d)"
                r"(?: ?[ap]\.?m\b\.?)?"
            ),
        ),
        (
            DIGIT,
            (
                r"(?<!\d)(?<!\d\.)(?:[01]?\d|2[0-4])"
                rf"(?: ?[ap]\.?m\b\.?| ?uhr{_END}|h[0-5]\d(?!\d))"
            ),
        ),
        ("+", r"(?<![\w+])\+\d[\d ()./-]{5,20}\d(?!\d)"),
        # Streets in German and Dutch, in French and Spanish
        (
            DIGIT,
            (
                r"(?<![\w.-])[\w.-]{1,40}?(?:straße|strasse|str\.|gasse|allee|platz|straat|laan|gracht)"
                r" ?\d{1,4}(?!\d)"
            ),
        ),
        (
            " ",
            (
                rf"{_START}(?:\d{{1,4}},? (?:bis |ter )?)?(?:rue|avenue|boulevard|impasse|chemin"
                r"|allée|calle|avenida|avda|plaza|paseo) "
                r"(?:(?:de|du|des|la|le|les|l'|del|el) ?){0,3}"
                r"[^\W\d_][\w'’-]{1,40}(?:,? \d{1,4}(?!\d))?"
            ),
        ),
        (DIGIT, rf"{_START}p\.? ?o\.? ?box[ :]{{1,3}}\d{{1,8}}(?!\d)"),
        # Long numbers, also within words; digits after a decimal point are none
        (DIGIT, r"(?<!\d)(?<!\d\.)\d{6,}+"),
    )


def _dates() -> tuple[str, ...]:
    return (
        rf"(?<!\d){_YEAR}[-./ _]{_MONTH}[-./ _]{_DAY}(?:T[\d:.+Z-]{{2,30}})?(?!\d)",
        rf"(?<!\d)(?<!\d\.){_DAY}([-./_]){_DAY}\1(?:{_YEAR}|\d\d)(?!\d)",
        rf"(?<!\d){_DAY}\. ?{_MONTH}\. ?(?:{_YEAR}|\d\d)(?!\d)",
        rf"(?<!\d)(?<!\d\.){_MONTH}[-/]{_YEAR}(?!\d)",
        rf"(?<!\d){_YEAR}-(?:0[1-9]|1[0-2])(?!\d)",
    )


def _named_dates() -> tuple[str, ...]:
    month = any_of(MONTHS) + _LETTERS_END
    begin = rf"(?<![^\W\d_]){month}\.?"
    return (
        (
            rf"(?<!\d)\d{{1,2}}(?:st|nd|rd|th|er|\.)?[ _./-]{{0,3}}(?:of |de |den )?{month}"
            rf"(?:\.?[ _,./-]{{0,3}}(?:del? )?(?:19|20)?\d\d(?!\d))?"
        ),
        rf"{begin}[ _./-]{{0,3}}\d{{1,2}}(?:st|nd|rd|th)?(?:,?[ _./-]{{1,3}}{_YEAR})?(?!\d)",
        rf"{begin}[ _,./-]{{0,3}}(?:de |del )?{_YEAR}(?!\d)",
    )


def _exact_case() -> tuple[tuple[str, str], ...]:
    return (
        # English addresses; postcodes, with their state or place where they are numbers
        (
            DIGIT,
            (
                rf"(?<!\d)\d{{1,5}}[A-Za-z]?,? (?:{_WORD} ){{1,3}}?"
                rf"(?:{_STREETS}|{_STREETS.upper()})(?!\w)\.?(?:, ?{_NAME}){{0,2}}"
            ),
        ),
        (DIGIT, rf"{_START}[A-Z]{{1,2}}\d[A-Z\d]? \d[A-Z]{{2}}{_END}"),
        (DIGIT, rf"{_START}[A-Z]{{2}},? \d{{5}}(?:-\d{{4}})?(?!\d)"),
        (
            DIGIT,
            (
                rf"(?<!\d)(?:[A-Z]{{1,2}}-)?\d{{4,5}} (?:[A-Z]{{2}} )?[A-Z]{_LOWER}{{2,30}}"
                rf"(?:[ -][A-Z]{_LOWER}{{2,30}})?"
            ),
        ),
        # Institutions, and a name before a degree
        (
            " ",
            (
                rf"(?<![\w'’.-])(?:[A-Z][\w'’.-]{{0,30}} (?:of |de |the |für )?){{1,5}}"
                rf"(?:{_HOUSES})(?!\w)(?: (?:of |de |für )?{_NAME})?"
            ),
        ),
        (
            " ",
            rf"(?<![\w'’.-]){_NAME} {_NAME},? (?:MD|M\.D\.|PhD|Ph\.D\.|RN|FRCR|RT)(?!\w)",
        ),
    )
