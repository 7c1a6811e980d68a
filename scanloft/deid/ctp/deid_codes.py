"""De-identification Method Code Sequence (0012,0064): codes of CID 7050, joined by slashes."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from scanloft.deid.ctp.expressions import Expression
from scanloft.deid.ctp.refusal import script_refused

if TYPE_CHECKING:
    from pydicom.sequence import Sequence

METHOD_CODES = 0x00120064
RESET = "reset"

# PS3.16 CID 7050.
MEANINGS = {
    "113100": "Basic Application Confidentiality Profile",
    "113101": "Clean Pixel Data Option",
    "113102": "Clean Recognizable Visual Features Option",
    "113103": "Clean Graphics Option",
    "113104": "Clean Structured Content Option",
    "113105": "Clean Descriptors Option",
    "113106": "Retain Longitudinal Temporal Information Full Dates Option",
    "113107": "Retain Longitudinal Temporal Information Modified Dates Option",
    "113108": "Retain Patient Characteristics Option",
    "113109": "Retain Device Identity Option",
    "113110": "Retain UIDs Option",
    "113111": "Retain Safe Private Option",
    "113112": "Retain Institution Identity Option",
}


def refuse_unknown_codes(expression: Expression, line: int) -> None:
    """Check the codes of a script that holds nothing but text; raises InvalidProfile."""
    if not all(isinstance(piece, str) for piece in expression):
        return
    text = "".join(piece for piece in expression if isinstance(piece, str))
    if any(code != RESET and code not in MEANINGS for code in split_codes(text)):
        raise script_refused(line, "an unknown code: use those of CID 7050, 113100/113105 for two.")


def split_codes(text: str) -> Iterator[str]:
    """Yield the codes; "reset" means to begin anew."""
    for part in text.split("/"):
        if code := part.strip().lower():
            yield code


def method_codes(text: str, existing: "Sequence | None") -> "Sequence":
    """Return the items that were there and one for each code.

    Raises KeyError for a code that CID 7050 does not have.
    """
    from pydicom.dataset import Dataset
    from pydicom.sequence import Sequence

    items = list(existing or ())
    for code in split_codes(text):
        if code == RESET:
            items = []
            continue
        item = Dataset()
        item.CodeValue = code
        item.CodingSchemeDesignator = "DCM"
        item.CodeMeaning = MEANINGS[code]
        items.append(item)
    return Sequence(items)
