"""The quick way: what it takes and declines, and that it never confuses one object with another."""

import struct
import subprocess
import sys

import pytest

from scanloft.core.errors import ArchiveError, MalformedDicom, PixelReview
from scanloft.deid.engine import by_bytes, by_pydicom, deidentify, plan
from scanloft.deid.profiles.profile import Base, Profile
from scanloft.deid.profiles.tag_rules import RuleAction, TagRule
from scanloft.deid.results import Deidentified, Plan
from scanloft.deid.source import NeedsWhole, Span, WholeSource
from tests.support.objects import SOP, file_with
from tests.support.two_ways import PSEUDONYMS, disagreement
from tests.support.wire import Syntax, Wire, part10, uid, within

BASIC = Profile.basic()
NONE = Profile("none", 1, base=Base.NONE)
OUTER = 0x00081115
PIXELS = b"\xe0\x7f\x10\0OW"
both_syntaxes = pytest.mark.parametrize("syntax", [Syntax.EXPLICIT, Syntax.IMPLICIT])


def run(data: bytes, profile: Profile = BASIC) -> Deidentified | None:
    return by_bytes(data, profile=profile, pseudonyms=PSEUDONYMS)


def taken(data: bytes, profile: Profile = BASIC) -> Deidentified:
    """The result that both ways agree upon."""
    difference, result = disagreement(data, profile)
    assert difference == ""
    assert isinstance(result, Deidentified)
    return result


def code_of(data: bytes, profile: Profile) -> str:
    """The code of a refusal, blank for a result."""
    try:
        deidentify(data, profile=profile, pseudonyms=PSEUDONYMS)
    except ArchiveError as error:
        return error.code
    return ""


def joined(found: Plan, data: bytes) -> bytes:
    return b"".join(
        data[part.offset : part.offset + part.length] if isinstance(part, Span) else part
        for part in found.parts
    )


@pytest.mark.parametrize("syntax", [Syntax.BIG, Syntax.DEFLATED])
def test_what_is_not_plain_is_declined_and_a_plan_needs_all_of_it(syntax: str) -> None:
    data = file_with([], syntax=syntax)
    assert run(data) is None
    with pytest.raises(NeedsWhole):
        plan(WholeSource(data), profile=BASIC, pseudonyms=PSEUDONYMS)


def test_a_data_set_without_a_head_is_declined_and_still_de_identified() -> None:
    data = file_with([])
    alone = data[data.index(b"\x08\0\x05\0CS") :]
    assert run(alone) is None
    assert deidentify(alone, profile=BASIC, pseudonyms=PSEUDONYMS).data == taken(data).data


@pytest.mark.parametrize(
    "elements",
    [
        (Wire(0x00180050, "DS", b"2.5 "), Wire(0x00180015, "CS", b"HEAD")),
        (Wire(0x00180050, "DS", b"2.5 "), Wire(0x00180050, "DS", b"2.5 ")),
    ],
)
def test_elements_out_of_order_or_twice_are_declined(elements: tuple[Wire, ...]) -> None:
    data = file_with([])
    at = data.index(b"\x28\0\x02\0US")
    body = b"".join(
        struct.pack("<HH2sH", wire.tag >> 16, wire.tag & 0xFFFF, wire.vr.encode(), 4)
        + bytes(wire.value)  # type: ignore[arg-type]  # bytes in all of these
        for wire in elements
    )
    odd = data[:at] + body + data[at:]
    assert run(odd) is None
    assert b"2.5 " in deidentify(odd, profile=BASIC, pseudonyms=PSEUDONYMS).data


def test_a_curve_that_looks_like_a_sequence_is_refused() -> None:
    code = Wire(0x0040A043, "SQ", ((Wire(0x00080100, "SH", b"CODEX123"),),))
    request = Wire(0x00400275, "SQ", ((),), undefined=True)
    curve = Wire(0x50003000, "SQ", ((request, code, Wire(0x00101040, "LO", b"A street")),), True)
    data = file_with([curve], syntax=Syntax.IMPLICIT)
    assert run(data) is None
    with pytest.raises(MalformedDicom):
        deidentify(data, profile=BASIC, pseudonyms=PSEUDONYMS)


def test_a_script_is_never_run_by_bytes() -> None:
    script = Profile("c", 1, base=Base.CTP, ctp_script="<script></script>")
    assert run(file_with([]), script) is None


def test_the_quick_way_loads_no_library_for_dicom() -> None:
    data = file_with([Wire(0x0008103E, "LO", b"T1 Testmann ")]).hex()
    program = (
        "import sys; from scanloft.deid.engine import deidentify;"
        "from scanloft.deid.profiles.profile import Profile;"
        "from scanloft.deid.values.pseudonyms import Pseudonyms;"
        f"data = bytes.fromhex('{data}');"
        "profile = Profile('p', 1, frozenset({'clean_desc', 'rtn_long_modif_dates'}));"
        "deidentify(data, profile=profile, pseudonyms=Pseudonyms(b's' * 32));"
        "print([name for name in ('pydicom', 'numpy', 'yaml', 're2') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True)
    assert done.stdout.strip() == b"[]"


@both_syntaxes
@pytest.mark.parametrize("size", [30_000, 32_700, 66_000, 140_000, 700_000])
def test_a_header_may_be_longer_than_what_is_read_first(syntax: str, size: int) -> None:
    filler = Wire(0x00091001, "OB", bytes(size))
    data = file_with([filler, Wire(0x00200052, "UI", uid("1.2.826.7"))], syntax=syntax)
    result = taken(data)
    assert result.replaced["1.2.826.7"]
    found = plan(WholeSource(data), profile=BASIC, pseudonyms=PSEUDONYMS)
    assert joined(found, data) == result.data


@both_syntaxes
def test_the_issuer_is_found_wherever_the_bytes_read_first_end(syntax: str) -> None:
    profile = Profile.from_dict({"name": "i", "version": 1, "subjects": "issuer"})
    issuer = Wire(0x00100021, "LO", b"Toboso")
    expected = {"TESTID-0815": PSEUDONYMS.patient_id("TESTID-0815", within="issuer:Toboso")}
    probe = file_with([Wire(0x00091001, "OB", b""), issuer], syntax=syntax)
    after_id = probe.index(b"\x10\0\x21\0")
    for beyond in (-12, -2, 0, 2, 8, 14):
        filler = Wire(0x00091001, "OB", bytes(32 * 1024 - after_id + beyond))
        result = taken(file_with([filler, issuer], syntax=syntax), profile)
        assert result.patients == expected


@both_syntaxes
def test_a_plan_put_together_is_what_deidentify_gives(syntax: str) -> None:
    for elements in ([], [within(Wire(0x00081150, "UI", b"1.2\0"), OUTER, undefined=True)]):
        data = file_with(elements, syntax=syntax)
        found = plan(WholeSource(data), profile=BASIC, pseudonyms=PSEUDONYMS)
        assert joined(found, data) == taken(data).data
        assert found.header_length == taken(data).header_length


# Elements of one length and two values; what is decided by the value must not be remembered.
PAIRS: dict[str, tuple[Wire, Wire]] = {
    "burned in": (Wire(0x00280301, "CS", b"NO  "), Wire(0x00280301, "CS", b"YES ")),
    "recognisable": (Wire(0x00280302, "CS", b"NO  "), Wire(0x00280302, "CS", b"YES ")),
    "modality": (Wire(0x00080060, "CS", b"CT"), Wire(0x00080060, "CS", b"US")),
    "screens": (
        Wire(0x00080008, "CS", b"DERIVED\\SECONDARY\\AXIAL SAVED "),
        Wire(0x00080008, "CS", b"DERIVED\\SECONDARY\\SCREEN SAVE "),
    ),
    "conversion": (Wire(0x00080064, "CS", b"    "), Wire(0x00080064, "CS", b"WSD ")),
    "class": (
        Wire(0x00080016, "UI", uid("1.2.840.10008.5.1.4.1.1.2")),
        Wire(0x00080016, "UI", uid("1.2.840.10008.5.1.4.1.1.7")),
    ),
    "rows": (Wire(0x00280010, "US", b"\2\0"), Wire(0x00280010, "US", b"\2\1")),
    "frames": (Wire(0x00280008, "IS", b"1 "), Wire(0x00280008, "IS", b"9 ")),
}  # fmt: skip


@both_syntaxes
@pytest.mark.parametrize("pair", PAIRS)
def test_an_object_is_refused_though_one_of_its_kind_has_passed(syntax: str, pair: str) -> None:
    profile = Profile("kinds", 1)
    passing, waiting = (file_with([element], syntax=syntax) for element in PAIRS[pair])
    for _ in range(3):
        assert code_of(passing, profile) == ""
    assert code_of(waiting, profile) in ("pixel_review", "malformed_dicom")
    assert code_of(passing, profile) == ""


CODE = (0x00080100, 0x00080102, 0x00080104)


def coded(scheme: bytes, meaning: bytes) -> Wire:
    item = tuple(
        Wire(tag, "SH" if tag != 0x00080104 else "LO", value)
        for tag, value in zip(CODE, (b"T-1 ", scheme, meaning), strict=True)
    )
    return Wire(0x00082218, "SQ", (item,))


def private(creator: bytes, value: bytes) -> tuple[Wire, Wire]:
    return Wire(0x00190010, "LO", creator), Wire(0x001910F6, "DS", value)


VARIANTS: dict[str, tuple[tuple[Wire, ...], ...]] = {
    "schemes": ((coded(b"SCT ", b"Heart "),), (coded(b"99AB", b"Heart "),)),
    "names in texts": (
        (Wire(0x00080070, "LO", b"ACME-One"),),
        (Wire(0x00080070, "LO", b"Testmann"),),
    ),
    "names in meanings": ((coded(b"SCT ", b"AVentric"),), (coded(b"SCT ", b"Testmann"),)),
    "creators": (private(b"Agfa ADC NX ", b"1.5 "), private(b"Ogfa ADC NX ", b"1.5 ")),
    "dates": (
        (Wire(0x00080020, "DA", b"20200301"),),
        (Wire(0x00080020, "DA", b"Testmann"),),
        (Wire(0x00080020, "DA", b"20200302"),),
    ),
    "patients": ((Wire(0x00100020, "LO", b"ONE "),), (Wire(0x00100020, "LO", b"TWO "),)),
    "issuers": ((Wire(0x00100021, "LO", b"ONE "),), (Wire(0x00100021, "LO", b"TWO "),)),
    "descriptions": (
        (Wire(0x0008103E, "LO", b"T1 MPRAGE sag "),),
        (Wire(0x0008103E, "LO", b"T1 Testmann sa"),),
    ),
    "character sets": (
        (Wire(0x00080005, "CS", b"ISO_IR 100"), Wire(0x00100020, "LO", b"\xc3\x84")),
        (Wire(0x00080005, "CS", b"ISO_IR 192"), Wire(0x00100020, "LO", b"\xc3\x84")),
    ),
    "uids": (
        (Wire(0x00200052, "UI", uid("1.2.840.10008.1.4.1.1")),),
        (Wire(0x00200052, "UI", uid("1.2.826.10008.1.4.1.1")),),
        (Wire(0x00200052, "UI", b"1.2.826.1\\1.2.840.10008"),),
    ),
    "other IDs": tuple(
        (
            within(Wire(0x00100020, "UN", number), 0x00101002, undefined=undefined),
            Wire(0x00081090, "LO", b"was OTHER12345"),
        )
        for undefined in (False, True)
        for number in (b"OTHER12345", b"OTHER12346")
    ),
    "frames": (
        (Wire(0x00280008, "IS", b"1 "), Wire(0x7FE00010, "OW", b"\1\2\3\4Secret")),
        (Wire(0x00280008, "IS", b"x "), Wire(0x7FE00010, "OW", b"\1\2\3\4Secret")),
    ),
}  # fmt: skip
PROFILES = (
    Profile("kinds", 2),
    Profile("kinds", 3, frozenset({"rtn_long_modif_dates", "clean_desc", "rtn_safe_priv"})),
    Profile.from_dict({"name": "kinds", "version": 4, "subjects": "issuer"}),
    Profile("kinds", 5, rules=(TagRule(0x0008103E, RuleAction.HASH),)),
    NONE,
)


@both_syntaxes
@pytest.mark.parametrize("variants", VARIANTS)
@pytest.mark.parametrize("profile", PROFILES, ids=lambda profile: f"v{profile.version}")
def test_objects_of_one_kind_in_any_order_give_what_each_gives_alone(
    syntax: str, variants: str, profile: Profile
) -> None:
    files = [file_with(elements, syntax=syntax) for elements in VARIANTS[variants]]
    expected = [by_pydicom(data, profile=profile, pseudonyms=PSEUDONYMS) for data in files]
    for turn in range(3):
        order = range(len(files)) if turn != 1 else reversed(range(len(files)))
        for number in order:
            found = deidentify(files[number], profile=profile, pseudonyms=PSEUDONYMS)
            assert found == expected[number]


PIXEL_DATA = 0x7FE00010
ENDINGS: dict[str, tuple[tuple[Wire, ...], bytes]] = {
    "shorter": ((Wire(PIXEL_DATA, "OW", b"ab"),), b""),
    "shorter, with bytes behind it": ((Wire(PIXEL_DATA, "OW", b"ab"),), b"zzzz"),
    "longer": ((Wire(PIXEL_DATA, "OW", b"abcdefgh"),), b""),
    "bytes": ((Wire(PIXEL_DATA, "OB", b"wxyz"),), b""),
    "text": ((Wire(PIXEL_DATA, "UT", b"wxyz"),), b""),
    "floats": ((Wire(0x7FE00008, "OF", b"wxyz"),), b""),
    "offsets": ((Wire(0x7FE00001, "OV", bytes(8)), Wire(PIXEL_DATA, "OW", b"wxyz")), b""),
}


@both_syntaxes
@pytest.mark.parametrize("ending", ENDINGS)
def test_another_pixel_data_element_makes_it_another_kind(syntax: str, ending: str) -> None:
    profile = Profile("kinds", 7)
    usual = file_with([Wire(PIXEL_DATA, "OW", b"abcd")], syntax=syntax)
    elements, behind = ENDINGS[ending]
    data = file_with(elements, syntax=syntax)
    if elements[-1].tag != PIXEL_DATA:
        # The essentials bring their own pixel data.
        data = data[: data.rindex(b"\xe0\x7f\x10\0")]
    for _ in range(3):
        assert code_of(usual, profile) == ""
    difference, _ = disagreement(data + behind, profile)
    assert difference == ""
    assert taken(usual, profile).data.endswith(b"abcd")


def test_objects_of_one_kind_in_other_transfer_syntaxes_stay_apart() -> None:
    items = (
        struct.pack("<HHL", 0xFFFE, 0xE000, 0),
        struct.pack("<HHL4s", 0xFFFE, 0xE000, 4, b"JJJJ"),
        struct.pack("<HHL", 0xFFFE, 0xE0DD, 0),
    )
    pixels = PIXELS[:4] + b"OB\0\0\xff\xff\xff\xff" + b"".join(items)
    files = {}
    for syntax in ("1.2.840.10008.1.2.4.50", "1.2.840.10008.1.2.4.57"):
        data = file_with([], syntax=syntax)
        files[syntax] = data[: data.index(PIXELS)] + pixels
    for _ in range(3):
        for syntax, data in files.items():
            assert taken(data, Profile("kinds", 6)).transfer_syntax_uid == syntax


@both_syntaxes
def test_the_base_none_leaves_each_byte_of_the_data_set(syntax: str) -> None:
    elements = [
        Wire(0x00090010, "LO", b"ACME"),
        Wire(0x00091001, "LO", b"private "),
        within(Wire(0x00100010, "PN", b"Testmann"), OUTER, undefined=True),
        Wire(0x00280301, "CS", b"YES "),
        Wire(0x60003000, "OW", b"\1\2"),
    ]
    data = file_with(
        elements, syntax=syntax, preamble=b"Testmann" * 16, meta=[Wire(0x00020016, "AE", b"SECRET")]
    )
    first = b"\x08\0\x05\0"
    result = taken(data, NONE)
    assert result.data.partition(first)[2] == data.partition(first)[2]
    assert result.data[:128] == bytes(128)
    assert b"SECRET" not in result.data
    assert result.sop_uid == "1.2.826.0.1.3680043.97.3"
    assert (result.replaced, result.patients) == ({}, {})
    assert b"\x12\0\x62\0" not in result.data


@both_syntaxes
@pytest.mark.parametrize("trailer", [b"Secret", b"\xfc\xff\xfc\xff" + b"OB\0\0\6\0\0\0Secret"])
def test_the_base_none_ends_with_the_pixel_data(syntax: str, trailer: bytes) -> None:
    data = file_with([], syntax=syntax)
    assert taken(data + trailer, NONE).data == taken(data, NONE).data


def test_the_base_none_holds_nothing_back_for_review() -> None:
    for element in (Wire(0x00080060, "CS", b"US"), Wire(0x00280301, "CS", b"YES ")):
        data = file_with([element])
        assert taken(data, NONE).data
        with pytest.raises(PixelReview):
            run(data)


def test_the_base_none_still_refuses_what_is_cut_off() -> None:
    assert code_of(file_with([])[:-2], NONE) == "malformed_dicom"
    assert code_of(part10([Wire(SOP, "UI", uid("1.2.3"))]), NONE) == "malformed_dicom"
