"""Of the table exactly what the chosen options keep is kept, by an oracle of its own."""

from datetime import date
from io import BytesIO

import pydicom
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydicom.dataset import Dataset

from scanloft.core.errors import PixelReview
from scanloft.deid.engine import deidentify
from scanloft.deid.profiles.profile import Profile
from scanloft.deid.values.pseudonyms import Pseudonyms
from tests.support.confidentiality import (
    CODES,
    OPTIONS,
    Attribute,
    attributes,
    expected,
    hidden_how,
)
from tests.support.objects import CLASSES, CT, OLD_UIDS, file_with
from tests.support.plants import Plants
from tests.support.wire import Syntax, Wire, within

PSEUDONYMS = Pseudonyms(b"only for tests, 32 bytes or more")
OUTER, INNER = 0x00081115, 0x00081199
PATIENT_ID = b"TESTID-0815 "
# Whatever is chosen: signatures and replaced values no longer fit, and would tell.
ALWAYS_GONE = frozenset({0x04000561, 0x4FFE0001, 0x04000120, 0x04000520, 0x00880200})
NO_DATA_SET = frozenset({0x0000, 0x0002, 0x0004, 0xFFFA, 0xFFFC})
DUMMIES = frozenset(
    {b"REMOVED", b"19000101", b"000000", b"19000101000000", b"000Y", b"0", b"urn:removed", b""}
)
TEXT = b"Head Testmann"

pytestmark = pytest.mark.filterwarnings("ignore")


def choices() -> st.SearchStrategy[frozenset[str]]:
    """Any options; full and modified dates exclude each other."""
    return st.frozensets(st.sampled_from(OPTIONS)).filter(
        lambda chosen: not {"rtn_long_full_dates", "rtn_long_modif_dates"} <= chosen
    )


def profile_of(options: frozenset[str], **more: object) -> Profile:
    return Profile.from_dict(
        {"name": "options", "version": 1, "options": sorted(options), "pixel_review": False, **more}
    )


def tested() -> list[Attribute]:
    return [
        attribute
        for attribute in attributes()
        if attribute.tag not in ALWAYS_GONE | {0x00420011}
        and attribute.tag >> 16 not in NO_DATA_SET
    ]


def planted(plants: Plants, attribute: Attribute, options: frozenset[str], place: str) -> Wire:
    """A value that fits: text to be cleaned names the patient beside a harmless word."""
    if attribute.tag == 0x00100020:
        return Wire(attribute.tag, "LO", PATIENT_ID)
    if attribute.tag == 0x00100010:
        return Wire(attribute.tag, "PN", b"Testmann^Ottilie")
    if attribute.tag == 0x00080201:
        return Wire(attribute.tag, "SH", b"+0130 ")
    if expected(attribute, options) == "cleaned":
        return Wire(attribute.tag, attribute.vr, TEXT)
    if attribute.vr == "SQ":
        # A UID is replaced and a technical attribute stays: with both one sees who was inside.
        inside = (Wire(0x00189004, "CS", plants.word(place)),)
        return Wire(attribute.tag, "SQ", (inside,))
    if attribute.tag in OLD_UIDS:
        return Wire(attribute.tag, "UI", OLD_UIDS[attribute.tag].encode())
    return Wire(attribute.tag, attribute.vr, plants.value(place, attribute.vr))


def observed(dataset: Dataset, wire: Wire) -> str:
    """The form in which the attribute is in the output."""
    if wire.tag not in dataset:
        return "absent"
    element = dataset.get_item(wire.tag)
    if isinstance(wire.value, tuple):
        items = dataset[wire.tag].value or ()
        if not items:
            return "empty"
        if isinstance(items, bytes):
            # An implicit sequence that pydicom does not know.
            return "entered" if b"QZ" in items else "dummy"
        return "entered" if any(item.get(0x00189004) for item in items) else "dummy"
    value = element.value if isinstance(element.value, bytes) else dataset[wire.tag].value
    new = value.strip(b" \0") if isinstance(value, bytes) else str(value or "").encode()
    old = wire.value.strip(b" \0")
    if not new:
        return "empty"
    if new == old:
        return "kept"
    if wire.value == TEXT and b"head" in new.lower() and b"testmann" not in new.lower():
        return "cleaned"
    if wire.vr == "UI" and new.startswith(b"2.25."):
        return "replaced"
    if new.startswith(b"SL-"):
        return "pseudonymous"
    if new in DUMMIES or not new.strip(b"\0"):
        return "dummy"
    if wire.vr in ("DA", "DT") and _days(new) - _days(old) == shift():
        return "shifted" if new[8:] == old[8:] else "a time of day that moved"
    return "something else"


def shift() -> int:
    return PSEUDONYMS.shift_days(PATIENT_ID.decode().strip())


def _days(value: bytes) -> int:
    try:
        return date(int(value[:4]), int(value[4:6]), int(value[6:8])).toordinal()
    except ValueError:
        return 0


def matches(attribute: Attribute, wanted: str, found: str) -> bool:
    if wanted != "hidden":
        return wanted == found
    forms = hidden_how(attribute)
    # A dummy of bytes or numbers is zeros, which look empty without their padding.
    return found in forms or (found == "empty" and "dummy" in forms)


def differences(options: frozenset[str], syntax: str, sop_class_uid: str = CT) -> list[str]:
    """Where the engine does something else than the table asks for."""
    plants = Plants()
    top = [planted(plants, a, options, f"{a.tag:08x} at the top") for a in tested()]
    nested = [
        planted(plants, a, options, f"{a.tag:08x} nested")
        for a in tested()
        if a.tag not in OLD_UIDS
    ]
    item = Wire(INNER, "SQ", (tuple(nested),))
    data = file_with([*top, within(item, OUTER)], syntax=syntax, sop_class_uid=sop_class_uid)
    result = deidentify(data, profile=profile_of(options), pseudonyms=PSEUDONYMS)
    dataset = pydicom.dcmread(BytesIO(result.data))
    places = (("top", dataset, top), ("nested", dataset[OUTER][0][INNER][0], nested))
    attribute_by_tag = {attribute.tag: attribute for attribute in tested()}
    wrong: dict[str, list[str]] = {}
    for place, found_in, wires in places:
        for wire in wires:
            attribute = attribute_by_tag[wire.tag]
            wanted, found = expected(attribute, options), observed(found_in, wire)
            if not matches(attribute, wanted, found):
                kind = f"{place}: {found} instead of {wanted}; {attribute.vr} {attribute.basic}"
                wrong.setdefault(f"{kind} {dict(attribute.codes)}", []).append(
                    f"{wire.tag:08x} {attribute.name}"
                )
    return [f"{kind}: {len(names)}, such as {names[0]}" for kind, names in wrong.items()]


@pytest.mark.parametrize("option", ["none", *OPTIONS])
@pytest.mark.parametrize("syntax", [Syntax.EXPLICIT, Syntax.IMPLICIT])
def test_each_option_keeps_what_the_table_says_and_nothing_else(option: str, syntax: str) -> None:
    wrong = differences(frozenset({option} - {"none"}), syntax)
    assert not wrong, "\n".join(wrong)


@settings(max_examples=40)
@given(
    options=choices(),
    syntax=st.sampled_from(list(Syntax)),
    sop_class=st.sampled_from(list(CLASSES)),
)
def test_options_together_keep_what_each_of_them_keeps(
    options: frozenset[str], syntax: str, sop_class: str
) -> None:
    wrong = differences(options, syntax, CLASSES[sop_class])
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize(
    "value", [b"20200131101112", b"20200131", b"31.01.2020", b"2020-01-31 10:11", b"Testmann"]
)
def test_what_is_no_time_of_day_goes_with_moved_dates(value: bytes) -> None:
    tags = (0x00080032, 0x00080201)
    wires = [Wire(0x00080032, "TM", value), Wire(0x00080201, "SH", value)]
    assert not [tag for tag in tags if tag in opened(wires, frozenset({"rtn_long_modif_dates"}))]


def opened(elements: list[Wire], options: frozenset[str], **more: object) -> Dataset:
    result = deidentify(
        file_with(elements), profile=profile_of(options, **more), pseudonyms=PSEUDONYMS
    )
    return pydicom.dcmread(BytesIO(result.data))


def codes_of(dataset: Dataset) -> list[str]:
    return [item.CodeValue for item in dataset.get("DeidentificationMethodCodeSequence") or ()]


@given(options=choices())
def test_the_method_codes_are_those_of_the_options(options: frozenset[str]) -> None:
    dataset = opened([], options)
    assert sorted(codes_of(dataset)) == ["113100", *sorted(CODES[option] for option in options)]
    assert dataset.PatientIdentityRemoved == "YES"
    stated = dataset.LongitudinalTemporalInformationModified
    wanted = {"rtn_long_full_dates": "UNMODIFIED", "rtn_long_modif_dates": "MODIFIED"}
    assert [stated] == [wanted[o] for o in options if o in wanted] or stated == "REMOVED"
    for item in dataset.DeidentificationMethodCodeSequence:
        assert item.CodingSchemeDesignator == "DCM"
        assert item.CodeMeaning


@pytest.mark.parametrize(
    "rule",
    [
        {"tag": "0010,4000", "action": "keep"},
        {"tag": "0008,0080", "action": "keep"},
        {"tag": "0010,1000", "action": "regex", "pattern": "[0-9]", "value": "x"},
        {"tag": '0009,"ACME",01', "action": "keep"},
    ],
)
def test_a_rule_that_keeps_more_takes_the_code_of_the_basic_profile_away(
    rule: dict[str, str],
) -> None:
    assert "113100" not in codes_of(opened([], frozenset(), rules=[rule]))


@pytest.mark.parametrize(
    "rule",
    [
        {"tag": "0008,0070", "action": "remove"},
        {"tag": "0008,1090", "action": "empty"},
        {"tag": "0018,0015", "action": "remove"},
    ],
)
def test_a_rule_that_keeps_less_leaves_the_code_of_the_basic_profile(rule: dict[str, str]) -> None:
    assert "113100" in codes_of(opened([], frozenset(), rules=[rule]))


@pytest.mark.parametrize("group", [0x6000, 0x6002, 0x601E])
def test_clean_graphics_keeps_overlays_and_no_curves(group: int) -> None:
    plane = [
        Wire(group << 16 | 0x0010, "US", b"\4\0"),
        Wire(group << 16 | 0x0011, "US", b"\4\0"),
        Wire(group << 16 | 0x0022, "LO", TEXT + b" "),
        Wire(group << 16 | 0x0040, "CS", b"G "),
        Wire(group << 16 | 0x0050, "SS", b"\1\0\1\0"),
        Wire(group << 16 | 0x0100, "US", b"\1\0"),
        Wire(group << 16 | 0x0102, "US", b"\0\0"),
        Wire(group << 16 | 0x1500, "LO", TEXT + b" "),
        Wire(group << 16 | 0x3000, "OW", b"\1\2"),
        Wire(group << 16 | 0x4000, "LT", TEXT + b" "),
        Wire(group << 16 | 0x4444, "LO", b"unknown "),
        Wire(group - 0x1000 << 16 | 0x3000, "OW", b"\1\2"),
        Wire(group - 0x1000 << 16 | 0x0022, "LO", TEXT + b" "),
    ]
    cleaned = opened(plane, frozenset({"clean_graph"}))
    for number in (0x0010, 0x0011, 0x0040, 0x0050, 0x0100, 0x0102, 0x3000):
        assert group << 16 | number in cleaned, f"{number:04x}"
    for number in (0x0022, 0x1500, 0x4000):
        text = str(cleaned[group << 16 | number].value)
        assert "Head" in text
        assert "Testmann" not in text
    assert group << 16 | 0x4444 not in cleaned
    assert not [element for element in cleaned if element.tag.group >> 8 == 0x50]
    basic = opened(plane, frozenset())
    assert not [element for element in basic if element.tag.group >> 8 in (0x50, 0x60)]


def test_overlays_wait_for_a_person_where_pixels_do() -> None:
    profile = Profile.from_dict({"name": "strict", "version": 1, "options": ["clean_graph"]})
    data = file_with([Wire(0x60000010, "US", b"\4\0"), Wire(0x60003000, "OW", b"\1\2")])
    with pytest.raises(PixelReview):
        deidentify(data, profile=profile, pseudonyms=PSEUDONYMS)
