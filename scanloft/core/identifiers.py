"""What may become part of a key: UIDs, project names, upload names and numbers, checked."""

import re

from scanloft.core.errors import InvalidRequest, MalformedDicom

UID = re.compile(r"[0-9]+(?:\.[0-9]+)*")
UID_LENGTH_LIMIT = 64
PROJECT = re.compile(r"[a-z](?:[a-z0-9-]{0,30}[a-z0-9])")
UPLOAD = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,63}")
SITE = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,30}[a-z0-9])?")
USER = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,63})")
_PLACE = r"(?:0|[1-9][0-9]{0,8})"
NUMBER = re.compile(rf"{_PLACE}(?:\.{_PLACE}){{0,2}}")
"""Without leading zeros: each number of an upload is written in one way."""
LABEL = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]{0,62}[A-Za-z0-9])?")
RECEIVER = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,15}")
AE_TITLE = re.compile(r"[\x21-\x5b\x5d-\x7e](?:[\x20-\x5b\x5d-\x7e]{0,14}[\x21-\x5b\x5d-\x7e])?")


def is_uid(text: str) -> bool:
    """Whether the text may be used as a UID: digits and dots, at most 64.

    Leading zeros in a component break PS3.5 9.1 but are common and harmless, so they pass.
    """
    return len(text) <= UID_LENGTH_LIMIT and UID.fullmatch(text) is not None


def checked_uid(text: str, *, attribute: str) -> str:
    """The text, if it is a UID; `attribute` is the keyword that the error names.

    Raises:
        MalformedDicom: it is not.
    """
    if not is_uid(text):
        raise MalformedDicom(
            f"{attribute} is not a UID (digits and dots, at most 64): correct it at the source.",
            attribute=attribute,
        )
    return text


def checked_project(text: str) -> str:
    """The text, if it may name a project.

    Raises:
        InvalidRequest: it may not.
    """
    if PROJECT.fullmatch(text) is None:
        raise InvalidRequest(
            "A project name has 2 to 32 small letters, digits and hyphens, starts with a letter "
            "and does not end with a hyphen."
        )
    return text


def checked_ae_title(text: str) -> str:
    """The text without surrounding blanks, if it is an AE title (PS3.5 6.2, VR AE).

    Raises:
        InvalidRequest: it is not.
    """
    stripped = text.strip(" ")
    if AE_TITLE.fullmatch(stripped) is None:
        raise InvalidRequest("An AE title has 1 to 16 printable ASCII characters, no backslash.")
    return stripped
