"""Objects of several SOP classes, written byte by byte, into which plants are set."""

from collections.abc import Iterable
from typing import Literal

from tests.support.wire import Syntax, Wire, part10, sorted_set, uid

CT = "1.2.840.10008.5.1.4.1.1.2"
ENHANCED_MR = "1.2.840.10008.5.1.4.1.1.4.1"
COMPREHENSIVE_SR = "1.2.840.10008.5.1.4.1.1.88.33"
GRAYSCALE_PRESENTATION = "1.2.840.10008.5.1.4.1.1.11.1"
RT_STRUCTURE_SET = "1.2.840.10008.5.1.4.1.1.481.3"
UNKNOWN = "1.2.826.0.1.3680043.98.7"
CLASSES = {
    "CT": CT,
    "enhanced MR": ENHANCED_MR,
    "SR": COMPREHENSIVE_SR,
    "presentation state": GRAYSCALE_PRESENTATION,
    "structure set": RT_STRUCTURE_SET,
    "unknown class": UNKNOWN,
}
SOP_CLASS, SOP, STUDY, SERIES = 0x00080016, 0x00080018, 0x0020000D, 0x0020000E
OLD_UIDS = {
    SOP: "1.2.826.0.1.3680043.97.3",
    STUDY: "1.2.826.0.1.3680043.97.1",
    SERIES: "1.2.826.0.1.3680043.97.2",
}
_WITH_PIXELS = frozenset({CT, ENHANCED_MR, UNKNOWN})


def essentials(sop_class_uid: str = CT, syntax: str = Syntax.EXPLICIT) -> tuple[Wire, ...]:
    """What an object needs to be one, with two by two pixels where its class has any."""
    order: Literal["big", "little"] = "big" if syntax == Syntax.BIG else "little"
    found = [
        Wire(0x00080005, "CS", b"ISO_IR 192"),
        Wire(SOP_CLASS, "UI", uid(sop_class_uid)),
        *(Wire(tag, "UI", uid(old)) for tag, old in OLD_UIDS.items()),
        Wire(0x00080060, "CS", b"OT"),
        Wire(0x00100010, "PN", b"Testmann^Ottilie"),
        Wire(0x00100020, "LO", b"TESTID-0815 "),
    ]
    if sop_class_uid in _WITH_PIXELS:
        numbers = {
            0x00280002: 1, 0x00280010: 2, 0x00280011: 2, 0x00280100: 8, 0x00280101: 8,
            0x00280102: 7, 0x00280103: 0,
        }  # fmt: skip
        found += [Wire(tag, "US", number.to_bytes(2, order)) for tag, number in numbers.items()]
        found.append(Wire(0x00280004, "CS", b"MONOCHROME2 "))
        found.append(Wire(0x7FE00010, "OW", b"\1\2\3\4"))
    return tuple(found)


def file_with(
    elements: Iterable[Wire],
    *,
    sop_class_uid: str = CT,
    syntax: str = Syntax.EXPLICIT,
    meta: Iterable[Wire] = (),
    preamble: bytes = bytes(128),
) -> bytes:
    """A file of the essentials and the elements, which replace essentials of the same tag."""
    added = tuple(elements)
    tags = {element.tag for element in added}
    kept = [wire for wire in essentials(sop_class_uid, syntax) if wire.tag not in tags]
    return part10(sorted_set([*kept, *added]), syntax, meta=meta, preamble=preamble)
