"""What the table does not list: all that may identify goes, and technical attributes stay."""

import pytest
from pydicom._dicom_dict import DicomDictionary

from scanloft.deid.engine import deidentify
from scanloft.deid.profiles.profile import Profile
from scanloft.deid.values.pseudonyms import Pseudonyms
from tests.support.confidentiality import attributes
from tests.support.objects import file_with
from tests.support.plants import Plants
from tests.support.wire import Syntax, Wire

PSEUDONYMS = Pseudonyms(b"only for tests, 32 bytes or more")
PROFILE = Profile.from_dict({"name": "unlisted", "version": 1, "pixel_review": False})
ONE = 0x00081115
TELLING = frozenset({"AE", "DA", "DT", "LT", "PN", "ST", "UC", "UI", "UR", "UT"})
SHORT_TEXT = frozenset({"AS", "LO", "SH"})
PERSONAL_GROUPS = frozenset({0x0010, 0x0032, 0x0038, 0x0400, 0x2100, 0x4010})
# Names of kinds of objects, and the values of long codes.
KEPT = frozenset(
    {0x0008001A, 0x0008001B, 0x00080062, 0x00081150, 0x0008115A, 0x00080119, 0x00080120}
)
# Signatures, encrypted originals, what no longer holds, and the pixels inside icons.
REMOVED = frozenset({0x00080001, 0x00287FE0, 0x04000120, 0x04000520})
# Names of persons and groups, IDs and addresses of machines that are not person names by their VR.
REMOVED |= {0x0074100C, 0x00140100, 0x00720008, 0x00720010, 0x0040A074, 0x0040A089, 0x00181803}
# The essentials, stamps, what describes the pixels or makes the object another or none.
SPECIAL = frozenset(
    {0x00080005, 0x00080016, 0x00080104, 0x00120062, 0x00120063, 0x00120064, 0x00280303}
    | {0x00280002, 0x00280004, 0x00280008, 0x00280010, 0x00280011, 0x00280100, 0x00420011}
    | {0x0040A160, 0x00080102}
)
GROUPS_ELSEWHERE = frozenset({0x0000, 0x0002, 0x0004, 0x7FE0, 0xFFFE, 0xFFFA, 0xFFFC})


def unlisted() -> dict[int, str]:
    """The VR of each standard attribute that the table does not list, but sequences."""
    listed = {attribute.tag for attribute in attributes()}
    return {
        tag: entry[0]
        for tag, entry in DicomDictionary.items()
        if tag not in listed | SPECIAL
        and tag >> 16 not in GROUPS_ELSEWHERE
        and entry[0] not in ("SQ", "NONE")
        and " " not in entry[0]
        and tag & 0xFFFF
    }


def has_to_go(tag: int, vr: str) -> bool:
    if tag in KEPT:
        return False
    near = tag >> 16 in PERSONAL_GROUPS or 0x00401000 <= tag <= 0x00402FFF
    return tag in REMOVED or vr in TELLING or (near and vr in SHORT_TEXT)


@pytest.mark.parametrize("syntax", list(Syntax))
@pytest.mark.parametrize("nested", [False, True])
def test_what_may_identify_goes_and_what_is_technical_stays(syntax: Syntax, nested: bool) -> None:
    plants = Plants()
    gone: set[str] = set()
    stayed: set[str] = set()
    wires = []
    for tag, vr in unlisted().items():
        place = f"{tag:08x} {vr}"
        wires.append(Wire(tag, vr, plants.value(place, vr)))
        if vr != "AS":
            (gone if has_to_go(tag, vr) else stayed).add(place)
    elements = [Wire(ONE, "SQ", (tuple(wires),))] if nested else wires
    data = file_with(elements, syntax=syntax)
    output = deidentify(data, profile=PROFILE, pseudonyms=PSEUDONYMS).data
    survivors = set(plants.survivors(output))
    assert len(gone) > 200
    assert len(stayed) > 2500
    assert survivors & gone == set()
    assert stayed - survivors == set()
