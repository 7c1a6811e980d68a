"""What a script hands on of an object's values instead of making something else of them."""

from collections.abc import Sequence
from dataclasses import dataclass

from scanloft.deid.values.mentions import is_telling, words_of
from scanloft.deid.values.spellings import folded

# How many letters and digits tell where they are from: of a value inside of other text, of a part
# that was cut out, and of a word of a name.
_MIN_VALUE, _MIN_PART, _MIN_WORD = 4, 6, 3


@dataclass(frozen=True, slots=True)
class Copy:
    """An element that a function read, and the text that it gave of it.

    `way` are the tags from the top, those of sequences first; `creator` is of a private element's
    block; `in_part` says that the function cuts a part out.
    """

    way: tuple[int, ...]
    vr: str
    creator: str
    text: str
    given: str
    in_part: bool


def tells_sources(copies: Sequence[Copy]) -> bool:
    """Whether texts of one result still say what was in one of the elements that were read.

    Only letters and digits count, without regard to case.
    """
    given = _bare("".join(copy.given for copy in copies))
    return any(_is_whole(copy) or _is_in(copy, given) for copy in copies)


def _is_whole(copy: Copy) -> bool:
    if copy.in_part and is_telling(_bare(copy.given), _MIN_PART):
        return True
    return not _values(copy.given).isdisjoint(_values(copy.text))


def _is_in(copy: Copy, given: str) -> bool:
    values = {value for value in _values(copy.text) if is_telling(value, _MIN_VALUE)}
    return any(text in given for text in values | _words(copy))


def _values(text: str) -> set[str]:
    return {_bare(text), *map(_bare, text.split("\\"))} - {""}


def _words(copy: Copy) -> set[str]:
    if copy.vr != "PN" and "^" not in copy.text:
        return set()
    words = map(_bare, words_of((copy.text.encode("utf-8", "replace"),), ("UTF8",)))
    return {word for word in words if is_telling(word, _MIN_WORD)}


def _bare(text: str) -> str:
    return "".join(filter(str.isalnum, folded(text)))
