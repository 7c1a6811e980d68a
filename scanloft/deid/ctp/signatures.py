"""The functions of CTP: what each takes, and which are refused and why."""

from collections.abc import Sequence
from enum import Enum, auto


class Kind(Enum):
    """What an argument is, and so how it is checked when the script is read."""

    ELEMENT = auto()
    ELEMENTS = auto()  # several, joined by |
    TEXT = auto()
    WORD = auto()  # one of the words that chose this form of the function
    REGEX = auto()
    REPLACEMENT = auto()
    PARAMETER = auto()  # @NAME
    COUNT = auto()
    SIZE = auto()
    DAYS = auto()
    FIELD = auto()  # of a date; * keeps it
    ROOT = auto()  # of UIDs
    DATE = auto()


Form = tuple[Kind, ...]
_E, _T = Kind.ELEMENT, Kind.TEXT

_FORMS: dict[str, tuple[Form, ...]] = {
    "always": ((),),
    "append": ((),),
    "blank": ((), (Kind.COUNT,)),
    "contents": ((_E,), (_E, Kind.REGEX), (_E, Kind.REGEX, Kind.REPLACEMENT)),
    "date": ((), (_T,)),
    "dateinterval": ((_E, _T, _E), (_E, _T, _E, Kind.DATE)),
    "empty": ((),),
    "hash": ((_E,), (_E, Kind.COUNT)),
    "hashdate": ((_E, _E),),
    "hashname": ((_E, Kind.COUNT), (_E, Kind.COUNT, Kind.COUNT)),
    "hashptid": ((_T, _E), (_T, _E, Kind.COUNT)),
    "hashuid": ((Kind.ROOT, _E), (Kind.ROOT, _E, _E)),
    "incrementdate": ((_E, Kind.DAYS), (_E, _E, _T)),
    "initials": ((_E,), (_E, Kind.DAYS)),
    "keep": ((),),
    "lowercase": ((_E,),),
    "modifydate": ((_E, Kind.FIELD, Kind.FIELD, Kind.FIELD),),
    "param": ((Kind.PARAMETER,),),
    "pathelement": ((_E, Kind.DAYS),),
    "process": ((),),
    "quarantine": ((),),
    "remove": ((),),
    "require": ((), (_E,), (_E, _T)),
    "round": ((_E, Kind.SIZE),),
    "select": ((),),
    "time": ((), (_T,)),
    "truncate": ((_E,), (_E, Kind.DAYS)),
    "uppercase": ((_E,),),
    "value": ((_E,), (_E, _T)),
}
_LOOKUP = (Kind.ELEMENTS, _T)
_LOOKUP_FORMS: dict[str, Form] = {
    "keep": (*_LOOKUP, Kind.WORD),
    "remove": (*_LOOKUP, Kind.WORD),
    "empty": (*_LOOKUP, Kind.WORD),
    "default": (*_LOOKUP, Kind.WORD, _T),
    "ignore": (*_LOOKUP, Kind.WORD, Kind.REGEX),
}
_IF_FORMS: dict[str, Form] = {
    "exists": (_E, Kind.WORD),
    "isblank": (_E, Kind.WORD),
    "equals": (_E, Kind.WORD, _T),
    "contains": (_E, Kind.WORD, _T),
    "matches": (_E, Kind.WORD, Kind.REGEX),
    "greaterthan": (_E, Kind.WORD, _T),
}
CLAUSES = {"if": 2, "select": 2, "append": 1}

REFUSED = {
    "call": "runs Java code that is not here: write what it did with other functions",
    "encrypt": "needs a key, which has no place in a profile: use @hash or @hashptid",
    "decrypt": "needs a key, which has no place in a profile: use @remove",
    "integer": "counts in the order of arrival, which is nobody's here: use @lookup or @hashptid",
    "skip": "would hand the object on as it is: use @quarantine or @remove",
    "uid": "is of the RSNA Anonymizer, not of CTP: use @hashuid(@UIDROOT,this)",
    "ptid": "is of the RSNA Anonymizer, not of CTP: use @hashptid(@SITEID,PatientID)",
    "acc": "is of the RSNA Anonymizer, not of CTP: use @hash(this,16)",
}
FUNCTIONS = frozenset({*_FORMS, "if", "lookup"})


def form_of(name: str, arguments: Sequence[str]) -> Form | str:
    """Return what the arguments of a function have to be, or why these cannot be right."""
    if name == "if":
        return _chosen("condition", _IF_FORMS, arguments, 1)
    if name == "lookup" and len(arguments) > 2:
        return _chosen("action", _LOOKUP_FORMS, arguments, 2)
    forms = (_LOOKUP,) if name == "lookup" else _FORMS[name]
    for form in forms:
        if len(form) == len(arguments):
            return form
    counts = " or ".join(str(len(form)) for form in forms)
    return f"@{name} takes {counts} arguments, here are {len(arguments)}"


def _chosen(what: str, forms: dict[str, Form], arguments: Sequence[str], at: int) -> Form | str:
    word = arguments[at].strip().strip('"').lower() if len(arguments) > at else ""
    form = forms.get(word)
    if form is None:
        return f"this {what} is unknown: there are {', '.join(forms)}"
    if len(form) != len(arguments):
        return f"{word} takes {len(form)} arguments in all, here are {len(arguments)}"
    return form
