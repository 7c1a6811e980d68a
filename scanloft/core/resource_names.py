"""The names of resources and of the files in them: what their owners may choose, and no more."""

import re
from pathlib import PurePosixPath

from scanloft.core.annotations import Level

LABEL = r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$"
"""The label of a resource."""

_ANY = (
    r"[^\x00-\x1f\x7f-\x9f\\/\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff"
    r"\ufff0-\uffff]"
)
"""A character of a name: nothing that controls, hides or turns round what is shown."""
PATH_LIMIT = 250
"""With four bytes for each character a path still fits into a sort key of DynamoDB."""
PACKED_ENDINGS = ([".gz"], [".bz2"], [".xz"])
NUMBERED_LIMIT = 100
"""How many files of one path are put beside each other."""


def _without(characters: str) -> str:
    return _ANY.replace("[^", f"[^{characters}", 1)


_SEGMENT = rf"(?:{_without('.')}{_ANY}*|\.{_without('.')}{_ANY}*|\.\.{_ANY}+)"
FILE_PATH = rf"^{_SEGMENT}(?:/{_SEGMENT})*$"
"""The path of a file: names with slashes between them, none of them empty, "." or ".."."""

_LABEL = re.compile(LABEL.removesuffix("$") + r"\Z")
_FILE_PATH = re.compile(FILE_PATH.removesuffix("$") + r"\Z")
_FOLDER_BY_LEVEL = {Level.SUBJECT: "subjects", Level.SESSION: "sessions"}


def is_label(text: str) -> bool:
    """Whether a resource may have this label."""
    return _LABEL.match(text) is not None


def is_file_path(text: str) -> bool:
    """Whether a file of a resource may have this path."""
    if len(text) > PATH_LIMIT or _FILE_PATH.match(text) is None:
        return False
    return not any("\ud800" <= character <= "\udfff" for character in text)


def numbered(path: str, number: int) -> str:
    """The path for the n-th file of a path: "a/b.nii.gz" becomes "a/b-2.nii.gz"."""
    if number == 1:
        return path
    folder, slash, name = path.rpartition("/")
    suffixes = PurePosixPath(name).suffixes
    ending = "".join(suffixes[-2:] if suffixes[-1:] in PACKED_ENDINGS else suffixes[-1:])
    stem = name.removesuffix(ending)
    room = PATH_LIMIT - len(folder) - len(slash) - len(ending) - len(f"-{number}")
    return f"{folder}{slash}{stem[: max(room, 1)]}-{number}{ending}"


def resource_name(level: Level, owner: str, label: str) -> str:
    """What the change feed calls a resource, as "sessions/1.2.3/resources/QC"."""
    if level is Level.PROJECT:
        return f"resources/{label}"
    if level is Level.SCAN:
        study, _, series = owner.partition("/")
        return f"sessions/{study}/scans/{series}/resources/{label}"
    return f"{_FOLDER_BY_LEVEL[level]}/{owner}/resources/{label}"
