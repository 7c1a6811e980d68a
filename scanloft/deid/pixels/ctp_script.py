"""Reads CTP's DicomPixelAnonymizer scripts as they are: signatures in braces, then regions.

The language is documented in the RSNA's MIRC wiki, "The CTP DICOM Pixel Anonymizer" and "The CTP
DICOM Filter": `+` is or, `*` is and, `!` is not, in order of increasing precedence. What CTP
passes over with a warning, or would fail at with each object, is refused here.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from scanloft.core.errors import InvalidProfile
from scanloft.deid.pixels.conditions import Look
from scanloft.deid.pixels.ctp_expressions import Expression, line_of, parse_expression, refuse_at
from scanloft.deid.pixels.devices import Rectangle

_LONGEST = 1 << 18
_MOST_SIGNATURES = 2_000
_REGION = re.compile(r"\s*(\d{1,5})\s*,\s*(\d{1,5})\s*,\s*(\d{1,5})\s*,\s*(\d{1,5})\s*")


@dataclass(frozen=True, slots=True)
class Signature:
    """What tells the images of one device, and their regions with text; `line` counts from 1."""

    expression: Expression
    blank: tuple[Rectangle, ...]
    line: int

    def matches(self, look: Look) -> bool:
        """Whether an object, whose attributes `look` returns as text, is from this device."""
        return self.expression.holds(look)


@lru_cache(maxsize=16)
def parse_pixel_script(text: str) -> tuple[Signature, ...]:
    """Return the signatures of a script in their order.

    Text outside of braces and parentheses is comment, and so is all before the first brace.

    Raises InvalidProfile, naming the line.
    """
    if len(text) > _LONGEST or text.count("{") > _MOST_SIGNATURES:
        raise InvalidProfile(
            f"The pixel script has more than {_LONGEST} characters or {_MOST_SIGNATURES} "
            "signatures: use a shorter one."
        )
    signatures: list[Signature] = []
    for script, start, after, end in _sections(text):
        line = line_of(text, start)
        blank = tuple(_regions(text, after, end))
        if not blank:
            refuse_at(text, start, "the signature has no regions: add them, as (0,0,640,40)")
        signatures.append(Signature(parse_expression(script, text=text, start=start), blank, line))
    if not signatures:
        raise InvalidProfile("The pixel script has no signature in braces: check the file.")
    return tuple(signatures)


def _sections(text: str) -> Iterator[tuple[str, int, int, int]]:
    """Yield each signature's inside, where it starts, and where its regions start and end."""
    opened = text.find("{")
    _no_stray(text, "}", 0, opened if opened >= 0 else len(text))
    while opened >= 0:
        closed = text.find("}", opened)
        following = text.find("{", opened + 1)
        if closed < 0 or 0 <= following < closed:
            refuse_at(text, opened, "the brace is never closed: add }")
        end = following if following >= 0 else len(text)
        _no_stray(text, "}", closed + 1, end)
        yield text[opened + 1 : closed], opened + 1, closed + 1, end
        opened = following


def _regions(text: str, start: int, end: int) -> Iterator[Rectangle]:
    opened = text.find("(", start, end)
    _no_stray(text, ")", start, opened if opened >= 0 else end)
    while opened >= 0:
        closed = text.find(")", opened, end)
        numbers = _REGION.fullmatch(text, opened + 1, closed) if closed >= 0 else None
        if numbers is None:
            refuse_at(
                text,
                opened,
                "this is no region, such as (0,0,640,40); comments may not have parentheses",
            )
        try:
            yield Rectangle(*map(int, numbers.groups()))
        except InvalidProfile as error:
            refuse_at(text, opened, error.message)
        opened = text.find("(", closed, end)
        _no_stray(text, ")", closed + 1, opened if opened >= 0 else end)


def _no_stray(text: str, bracket: str, start: int, end: int) -> None:
    stray = text.find(bracket, start, end)
    if stray >= 0:
        refuse_at(text, stray, f"{bracket} closes nothing: remove it")
