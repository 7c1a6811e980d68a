"""By what an object is known: its class and the UIDs it has before and after."""

from collections.abc import Sequence
from functools import lru_cache

from scanloft.core.errors import MalformedDicom
from scanloft.core.identifiers import checked_uid
from scanloft.deid.profiles.profile import Base, Profile
from scanloft.deid.values.actions import Actions
from scanloft.dicom.pixels import Look

_SOP_CLASS_UID = 0x00080016
_NAMES = {
    0x0020000D: ("study_uid", "StudyInstanceUID"),
    0x0020000E: ("series_uid", "SeriesInstanceUID"),
    0x00080018: ("sop_uid", "SOPInstanceUID"),
}
UID_TAGS = tuple(_NAMES)
_SHORT_HEADER_BYTES = 8
_LONGEST_REMEMBERED = 128


def sop_class_of(look: Look) -> str:
    """Return the SOP class.

    Raises MalformedDicom without a usable one.
    """
    return _uid(look(_SOP_CLASS_UID), "SOPClassUID")


def new_uids(look: Look, *, profile: Profile, actions: Actions) -> dict[str, str]:
    """Return the UIDs by which the output is known, the same as the ones inside it.

    Raises MalformedDicom without usable old ones.
    """
    uids = {name: _uid(look(tag), word) for tag, (name, word) in _NAMES.items()}
    if "rtn_uids" in profile.options or profile.base is Base.NONE:
        return uids
    return {name: actions.uids.new(uid) for name, uid in uids.items()}


def written_uids(elements: Sequence[tuple[int, bytes]]) -> dict[str, str]:
    """Return the UIDs of encoded elements.

    Raises MalformedDicom where one is missing or cannot be used.
    """
    values = {tag: raw[_SHORT_HEADER_BYTES:] for tag, raw in elements if tag in _NAMES}
    return {name: _uid(values.get(tag, b""), word) for tag, (name, word) in _NAMES.items()}


def _uid(value: bytes, attribute: str) -> str:
    if len(value) > _LONGEST_REMEMBERED:
        return _checked.__wrapped__(value, attribute)
    return _checked(value, attribute)


@lru_cache(maxsize=1024)
def _checked(value: bytes, attribute: str) -> str:
    uid = value.decode("latin-1").strip(" \0")
    if not uid:
        raise MalformedDicom(
            f"{attribute} is missing, and without it an object cannot be archived: "
            "correct it at the source."
        )
    return checked_uid(uid, attribute=attribute)
