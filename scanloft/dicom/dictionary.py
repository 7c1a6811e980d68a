"""The data dictionary: which VR and which keyword an attribute has (PS3.6 6 to 8, PS3.7 E)."""

from functools import cache
from pathlib import Path
from struct import unpack

_VRS = Path(__file__).with_name("data") / "vrs.tsv"


def vr_of(tag: int) -> str | None:
    """Return the VR of a standard attribute; None for all others, also 50xx, 60xx and private.

    Where the standard leaves a choice it is told, as in "US or SS".
    """
    return _vr_by_tag().get(tag)


def tags_of_vr(vr: str) -> tuple[int, ...]:
    """Return the standard attributes of a VR."""
    return tuple(tag for tag, found in _vr_by_tag().items() if found == vr)


def may_be_sequence(tag: int) -> bool:
    """Whether an attribute of undefined length can be a sequence, by its tag alone.

    Those of repeating groups (PS3.6 6, 50xx and the like) are taken for what they mostly are.
    """
    vr = vr_of(tag)
    return vr == "SQ" or (vr is None and not _is_repeating(tag))


def _is_repeating(tag: int) -> bool:
    group, block = tag >> 16, tag >> 8
    if group & 1:
        return False
    return (
        group >> 8 in (0x50, 0x60, 0x7F)
        or group in (0x1000, 0x1010)
        or block in (0x002031, 0x002804, 0x002808)
    )


def tag_of(keyword: str) -> int | None:
    """Return the tag that a keyword such as "PatientID" names; imports pydicom."""
    from pydicom.datadict import tag_for_keyword

    return tag_for_keyword(keyword)


def keyword_of(tag: int) -> str:
    """Return the keyword of an attribute, "" where it has none; imports pydicom."""
    from pydicom.datadict import keyword_for_tag

    return keyword_for_tag(tag)


@cache
def _vr_by_tag() -> dict[int, str]:
    vr_by_tag: dict[int, str] = {}
    for line in _VRS.read_bytes().decode().splitlines():
        vr, _, tags = line.partition("\t")
        packed = bytes.fromhex(tags)
        vr_by_tag.update(dict.fromkeys(unpack(f">{len(packed) // 4}L", packed), vr))
    return vr_by_tag
