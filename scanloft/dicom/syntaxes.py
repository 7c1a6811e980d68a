"""Transfer syntaxes: the native ones by name, and which of the others can be taken (PS3.5 A)."""

import re

from pydicom._uid_dict import UID_dictionary

from scanloft.core.errors import MalformedDicom

IMPLICIT_LITTLE = "1.2.840.10008.1.2"
EXPLICIT_LITTLE = "1.2.840.10008.1.2.1"
EXPLICIT_BIG = "1.2.840.10008.1.2.2"
DEFLATED = "1.2.840.10008.1.2.1.99"
NATIVE = frozenset({IMPLICIT_LITTLE, EXPLICIT_LITTLE, EXPLICIT_BIG, DEFLATED})

_NO_SYNTAX = re.compile(r"1\.2\.840\.10008\.1\.(2\.(4\.(94|95|204|205)|6\..*|7\..*)|20)")
# Deflated image frames and JPEG XL (PS3.6 A, 2024), which pydicom 3.0 does not list yet.
_NEWER_SYNTAXES = frozenset(
    f"1.2.840.10008.1.2.{suffix}" for suffix in ("8.1", "4.110", "4.111", "4.112")
)
_VIDEO = "1.2.840.10008.1.2.4.10"


def check_syntax(uid: str) -> None:
    """Lets a standard transfer syntax pass whose pixels are in the object itself.

    Raises:
        MalformedDicom: it is another one.
    """
    known = uid in _NEWER_SYNTAXES or UID_dictionary.get(uid, ("", ""))[1] == "Transfer Syntax"
    if not known or _NO_SYNTAX.fullmatch(uid):
        raise MalformedDicom(
            "The transfer syntax is private, retired or refers to pixels elsewhere: "
            "convert it to a standard one, such as Explicit VR Little Endian."
        )


def is_video(uid: str) -> bool:
    """Whether one fragment may hold all frames (PS3.5 A.4.5 to A.4.7)."""
    return uid.startswith(_VIDEO)
