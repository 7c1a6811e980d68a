"""The two ways through the engine side by side, and the profiles to take them with."""

from collections.abc import Callable

from scanloft.core.errors import ArchiveError
from scanloft.deid.engine import by_bytes, by_pydicom
from scanloft.deid.profiles.profile import Profile
from scanloft.deid.results import Deidentified
from scanloft.deid.values.pseudonyms import Pseudonyms

PSEUDONYMS = Pseudonyms(b"only for tests, 32 bytes or more")
ALL_OPTIONS = [
    "rtn_uids", "rtn_dev_id", "rtn_inst_id", "rtn_pat_chars", "rtn_long_full_dates", "clean_desc",
    "clean_struct_cont", "clean_graph", "rtn_safe_priv",
]  # fmt: skip
RULES = [
    {"tag": "0008,0080", "action": "keep"},
    {"tag": "0008,0060", "action": "remove"},
    {"tag": "0018,0015", "action": "empty"},
    {"tag": "0008,1030", "action": "replace", "value": "A study"},
    {"tag": "0020,0010", "action": "hash"},
    {"tag": "0020,0052", "action": "hash"},
    {"tag": "0008,0020", "action": "shift"},
    {"tag": "0008,103E", "action": "regex", "pattern": "[0-9]+", "value": "#"},
    {"tag": '0029,"SIEMENS CSA HEADER",08', "action": "keep"},
]


def _profile(name: str, **values: object) -> Profile:
    return Profile.from_dict({"name": name, "version": 1, "pixel_review": False, **values})


PROFILES = {
    "basic": _profile("basic"),
    "all options": _profile("all", options=ALL_OPTIONS),
    "modified dates": _profile("dates", options=["rtn_long_modif_dates", "clean_desc"]),
    "safe private": _profile("private", options=["rtn_safe_priv", "rtn_long_modif_dates"]),
    "rules": _profile("rules", rules=RULES),
}


Way = Callable[..., Deidentified | None]


def outcome(way: Way, data: bytes, profile: Profile) -> Deidentified | str | None:
    """The result of one way, or the code of its refusal; None where it declines."""
    try:
        return way(data, profile=profile, pseudonyms=PSEUDONYMS)
    except ArchiveError as error:
        return error.code


def disagreement(data: bytes, profile: Profile) -> tuple[str, Deidentified | str | None]:
    """What differs between the two ways (blank: nothing), and what the byte-level one gave."""
    quick = outcome(by_bytes, data, profile)
    if quick is None:
        return "", None
    slow = outcome(by_pydicom, data, profile)
    # Of two reasons to refuse an object, either may be found first.
    if quick == slow or (isinstance(quick, str) and isinstance(slow, str)):
        return "", quick
    if isinstance(quick, str) or isinstance(slow, str) or slow is None:
        names = [one if isinstance(one, str) else "a result" for one in (quick, slow)]
        return " instead of ".join(names), quick
    fields = (
        "header_length",
        "account",
        "replaced",
        "patients",
        "sop_class_uid",
        "sop_uid",
        "data",
    )
    for field in fields:
        if getattr(quick, field) != getattr(slow, field):
            return f"another {field}", quick
    return "other facts", quick
