"""The slow way: what only it can take, done as the quick way would."""

from io import BytesIO

import pydicom
import pytest
from pydicom.dataset import Dataset

from scanloft.core.errors import (
    ArchiveError,
    MalformedDicom,
    NotAnInstance,
    NotDicom,
    PixelReview,
    UnlistedSubject,
)
from scanloft.deid.parsed import by_pydicom as slow
from scanloft.deid.parsed.by_pydicom import deidentify_by_pydicom
from scanloft.deid.profiles.profile import Base, Profile
from scanloft.deid.profiles.tag_rules import RuleAction, TagRule
from scanloft.deid.results import Deidentified
from scanloft.deid.values.pseudonyms import Pseudonyms
from tests.support.objects import OLD_UIDS, SOP, file_with
from tests.support.two_ways import PSEUDONYMS
from tests.support.wire import Syntax, Wire, uid, within

OUTER, INNER = 0x00081115, 0x00081199
odd_syntaxes = pytest.mark.parametrize("syntax", [Syntax.BIG, Syntax.DEFLATED])


def run(data: bytes, profile: Profile | None = None) -> Deidentified:
    return deidentify_by_pydicom(
        data, profile=profile or Profile.basic(), pseudonyms=PSEUDONYMS, site=""
    )


def opened(result: Deidentified, *sequences: int) -> Dataset:
    dataset: Dataset = pydicom.dcmread(BytesIO(result.data))
    for tag in sequences:
        dataset = dataset[tag][0]
    return dataset


def profile_of(*options: str, rules: tuple[TagRule, ...] = (), review: bool = True) -> Profile:
    return Profile("test", 1, frozenset(options), review, rules=rules)


@odd_syntaxes
def test_rules_do_the_same_in_each_encoding(syntax: str) -> None:
    rules = (
        TagRule(0x00080080, RuleAction.KEEP),
        TagRule(0x00180050, RuleAction.REMOVE),
        TagRule(0x00180015, RuleAction.EMPTY),
        TagRule(0x00280106, RuleAction.REPLACE, value="515"),
        TagRule(0x00081010, RuleAction.HASH),
        TagRule(0x00080020, RuleAction.SHIFT),
        TagRule(0x0008103E, RuleAction.REGEX, pattern="op=[a-z]+", value="op"),
        TagRule(0x00290001, RuleAction.KEEP, creator="ACME 1.0"),
    )
    elements = (
        Wire(0x00080020, "DA", b"20200301"),
        Wire(0x00080080, "LO", b"Clinic"),
        Wire(0x00081010, "SH", b"CT01"),
        Wire(0x0008103E, "LO", b"T1 op=ana "),
        Wire(0x00180015, "CS", b"HEAD"),
        Wire(0x00180050, "DS", b"2.5 "),
        Wire(0x00280106, "US", b"\0\1"),
        Wire(0x00290010, "LO", b"ACME 1.0"),
        Wire(0x00291001, "LO", b"private "),
        Wire(0x00291002, "LO", b"Secret"),
    )
    nested = Wire(OUTER, "SQ", (elements,))
    for wires, sequences in ((elements, ()), ((nested,), (OUTER,))):
        result = run(file_with(wires, syntax=syntax), profile_of(rules=rules))
        found = opened(result, *sequences)
        assert (found.InstitutionName, found.BodyPartExamined) == ("Clinic", "")
        assert found.SmallestImagePixelValue == 515
        assert found.StationName == PSEUDONYMS.text_hash("CT01")
        assert found.SeriesDescription == "T1 op"
        assert found.StudyDate not in ("", "20200301")
        assert "SliceThickness" not in found
        assert found[0x00291001].value in ("private", b"private ")
        assert b"Secret" not in result.data


@odd_syntaxes
@pytest.mark.parametrize(
    ("option", "tag", "vr", "value"),
    [
        ("rtn_inst_id", 0x00080080, "LO", b"Clinic"),
        ("rtn_dev_id", 0x00081010, "SH", b"CT01"),
        ("rtn_pat_chars", 0x00101010, "AS", b"045Y"),
        ("rtn_long_full_dates", 0x00080020, "DA", b"20200301"),
        ("rtn_uids", 0x00200052, "UI", b"1.2.826."),
        ("clean_desc", 0x0008103E, "LO", b"T1 MPRAGE "),
    ],
)
def test_options_keep_what_they_are_for_in_each_encoding(
    syntax: str, option: str, tag: int, vr: str, value: bytes
) -> None:
    value = b"1.2.826.7\0" if vr == "UI" else value
    data = file_with([Wire(tag, vr, value)], syntax=syntax)
    assert value in run(data, profile_of(option)).data
    assert value not in run(data, profile_of()).data


@odd_syntaxes
def test_safe_private_elements_stay_in_each_encoding(syntax: str) -> None:
    elements = (
        Wire(0x00190010, "LO", b"Agfa ADC NX "),
        Wire(0x00191001, "DS", b"9.75"),
        Wire(0x001910F6, "DS", b"1.5 "),
    )
    for wires, sequences in ((elements, ()), ((Wire(OUTER, "SQ", (elements,)),), (OUTER,))):
        found = opened(
            run(file_with(wires, syntax=syntax), profile_of("rtn_safe_priv")), *sequences
        )
        assert 0x001910F6 in found
        assert 0x00191001 not in found


def test_overlays_that_clean_graph_keeps_stay_in_big_endian() -> None:
    elements = (Wire(0x60000010, "US", b"\0\1"), Wire(0x60003000, "OW", b"\1\2"))
    data = file_with(elements, syntax=Syntax.BIG)
    assert opened(run(data, profile_of("clean_graph", review=False)))[0x60003000].value == b"\1\2"
    with pytest.raises(PixelReview):
        run(data, profile_of("clean_graph"))


@odd_syntaxes
def test_a_lookup_table_holds_in_each_encoding(syntax: str) -> None:
    listed = Pseudonyms(b"s" * 32, lookup={"ptid/site:A/TESTID-0815": "SUBJ-1"})
    profile = Profile.from_dict(
        {"name": "l", "version": 1, "patient_ids": "lookup", "subjects": "site"}
    )
    data = file_with([], syntax=syntax)
    result = deidentify_by_pydicom(data, profile=profile, pseudonyms=listed, site="A")
    assert result.patients == {"TESTID-0815": "SUBJ-1"}
    with pytest.raises(UnlistedSubject):
        deidentify_by_pydicom(data, profile=profile, pseudonyms=listed, site="B")


def test_the_base_none_keeps_the_bytes_of_a_big_endian_data_set() -> None:
    elements = [
        Wire(0x00091001, "LO", b"private "),
        within(Wire(0x00100010, "PN", b"Testmann"), OUTER, INNER, undefined=True),
    ]
    data = file_with(elements, syntax=Syntax.BIG, preamble=b"Testmann" * 16)
    result = run(data + b"Secret", Profile("n", 1, base=Base.NONE))
    first = b"\0\x08\0\x05CS"
    assert result.data.partition(first)[2] == data.partition(first)[2]
    assert result.data[:128] == bytes(128)
    assert result.account.counts["removed"] == 0


def test_the_base_none_keeps_even_elements_that_are_out_of_order() -> None:
    data = file_with([])
    at = data.index(b"\x28\0\x02\0US")
    odd = data[:at] + b"\x18\0\x50\0DS\4\x002.5 " + b"\x18\0\x15\0CS\4\0HEAD" + data[at:]
    result = run(odd, Profile("n", 1, base=Base.NONE))
    first = b"\x08\0\x05\0CS"
    assert result.data.partition(first)[2] == odd.partition(first)[2]


def test_elements_out_of_order_are_put_into_order() -> None:
    data = file_with([])
    at = data.index(b"\x28\0\x02\0US")
    odd = data[:at] + b"\x18\0\x50\0DS\4\x002.5 " + b"\x18\0\x15\0CS\4\0HEAD" + data[at:]
    result = run(odd)
    assert result.data.index(b"HEAD") < result.data.index(b"2.5 ")
    assert opened(result).SliceThickness == 2.5


@pytest.mark.parametrize("vr", ["UN", "SQ"])
def test_a_sequence_that_is_written_as_unknown_is_entered_and_cleaned(vr: str) -> None:
    inner = (Wire(0x00081150, "UI", b"1.2\0"), Wire(0x00100010, "PN", b"Somebody"))
    data = file_with([Wire(OUTER, "SQ", (inner,))])
    if vr == "UN":
        # Its items are then in Implicit VR (PS3.5 6.2.2).
        implicit = file_with([Wire(OUTER, "SQ", (inner,))], syntax=Syntax.IMPLICIT)
        start = implicit.index(b"\x08\0\x15\x11") + 8
        value = implicit[start : implicit.index(b"\x10\0\x10\0\x10\0\0\0Testmann")]
        data = file_with([Wire(OUTER, "UN", value)])
    result = run(data)
    assert b"Somebody" not in result.data
    assert opened(result, OUTER).ReferencedSOPClassUID == "1.2"


@pytest.mark.parametrize(
    ("data", "error"),
    [
        (b"", NotDicom),
        (b"%PDF-1.7" + bytes(1000), NotDicom),
        (file_with([])[:-2], MalformedDicom),
        (file_with([])[:300], MalformedDicom),
        (file_with([], sop_class_uid="1.2.840.10008.1.3.10"), NotAnInstance),
        (file_with([], syntax="1.2.826.0.1.3680043.1"), MalformedDicom),
        (file_with([Wire(SOP, "UI", b"")], syntax=Syntax.BIG), MalformedDicom),
        (file_with([Wire(0x00280010, "US", b"\2\1")]), MalformedDicom),
    ],
)
def test_what_cannot_be_done_safely_is_refused(data: bytes, error: type[ArchiveError]) -> None:
    with pytest.raises(error) as caught:
        run(data)
    assert "TESTID" not in str(caught.value)
    assert OLD_UIDS[SOP] not in str(caught.value)


@pytest.mark.parametrize("undefined", [False, True])
def test_deeper_nesting_than_anybody_writes_is_refused(undefined: bool) -> None:
    element = Wire(0x00081150, "UI", b"1.2\0")
    assert run(file_with([within(element, *[OUTER] * 60, undefined=undefined)]))
    with pytest.raises(MalformedDicom, match="64"):
        run(file_with([within(element, *[OUTER] * 66, undefined=undefined)]))


def test_more_pixels_than_can_be_blanked_at_once_are_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    device = {"manufacturer": "ACME", "blank": [[0, 0, 1, 1]]}
    profile = Profile.from_dict(
        {"name": "d", "version": 1, "options": ["clean_pixel"], "devices": [device]}
    )
    data = file_with([Wire(0x00080070, "LO", b"ACME")])
    monkeypatch.setattr(slow, "CLEANED_PIXELS_LIMIT_BYTES", 3)
    with pytest.raises(PixelReview, match="too many"):
        run(data, profile)
    monkeypatch.setattr(slow, "CLEANED_PIXELS_LIMIT_BYTES", 4)
    assert run(data, profile).data.endswith(b"\0\2\3\4")


def test_stamps_take_the_place_of_what_said_the_like_before() -> None:
    elements = (
        Wire(0x00120062, "CS", b"NO"),
        Wire(0x00120063, "LO", b"Testmann"),
        Wire(0x00120064, "SQ", ((Wire(0x00080100, "SH", b"OLD "),),)),
    )
    result = run(file_with(elements, syntax=Syntax.BIG))
    dataset = opened(result)
    assert dataset.PatientIdentityRemoved == "YES"
    assert [item.CodeValue for item in dataset.DeidentificationMethodCodeSequence] == ["113100"]
    assert b"Testmann" not in result.data


def test_header_length_is_where_the_pixels_begin() -> None:
    result = run(file_with([], syntax=Syntax.BIG))
    assert result.data[result.header_length :].startswith(b"\x7f\xe0\0\x10OW")
    report = run(file_with([], sop_class_uid="1.2.840.10008.5.1.4.1.1.88.33", syntax=Syntax.BIG))
    assert report.header_length == len(report.data)


def test_well_known_uids_stay_in_big_endian() -> None:
    known = within(Wire(0x00081155, "UI", uid("1.2.840.10008.1.20.1")), OUTER)
    found = opened(run(file_with([known], syntax=Syntax.BIG)), OUTER)
    assert found.ReferencedSOPInstanceUID == "1.2.840.10008.1.20.1"
