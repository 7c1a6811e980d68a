"""Verdicts: what a profile does to an attribute, by tag, written VR and place."""

from io import BytesIO

import pydicom
import pytest
from pydicom.dataset import Dataset

from scanloft.core.errors import PixelReview
from scanloft.deid.engine import by_bytes, by_pydicom
from scanloft.deid.profiles.loosening import loosening_rules
from scanloft.deid.profiles.profile import Base, Profile
from scanloft.deid.profiles.tag_rules import RuleAction, TagRule
from scanloft.deid.results import Deidentified
from scanloft.deid.rules.rules import TOP_LEVEL, Rules, compile_rules
from scanloft.deid.rules.verdicts import Action
from tests.support.objects import COMPREHENSIVE_SR, CT, GRAYSCALE_PRESENTATION, file_with
from tests.support.two_ways import PSEUDONYMS, disagreement
from tests.support.wire import Syntax, Wire, uid, within

OUTER = 0x00081115

both_syntaxes = pytest.mark.parametrize("syntax", [Syntax.EXPLICIT, Syntax.IMPLICIT])


def rules(*options: str, own: tuple[TagRule, ...] = (), sop_class_uid: str = CT) -> Rules:
    return Rules(Profile("test", 1, frozenset(options), rules=own), sop_class_uid)


def result_of(
    *elements: Wire,
    options: tuple[str, ...] = (),
    own: tuple[TagRule, ...] = (),
    syntax: str = Syntax.EXPLICIT,
    sop_class_uid: str = CT,
    pixel_review: bool = True,
) -> Deidentified:
    """The result that both ways agree upon."""
    profile = Profile("test", 1, frozenset(options), pixel_review, rules=own)
    data = file_with(elements, syntax=syntax, sop_class_uid=sop_class_uid)
    difference, result = disagreement(data, profile)
    assert difference == ""
    assert isinstance(result, Deidentified)
    return result


def opened(result: Deidentified, *sequences: int) -> Dataset:
    dataset: Dataset = pydicom.dcmread(BytesIO(result.data))
    for tag in sequences:
        dataset = dataset[tag][0]
    return dataset


@pytest.mark.parametrize(
    ("tag", "action", "options", "expected"),
    [
        (0x00080080, "keep", (), Action.KEEP),
        (0x00080080, "remove", ("rtn_inst_id",), Action.REMOVE),
        (0x0008103E, "hash", ("clean_desc",), Action.HASH),
        (0x00100010, "keep", (), Action.KEEP),
        (0x00100020, "empty", (), Action.EMPTY),
        (0x00080104, "remove", (), Action.REMOVE),
        (0x00080020, "shift", ("rtn_long_full_dates",), Action.SHIFT),
        (0x00200052, "keep", (), Action.KEEP_UID),
        (0x00200052, "hash", ("rtn_uids",), Action.REPLACE_UID),
        (0x00400275, "keep", (), Action.ENTER),
        (0x0040A730, "keep", (), Action.ENTER),
    ],
)
def test_a_rule_comes_before_table_and_options_at_any_depth(
    tag: int, action: str, options: tuple[str, ...], expected: Action
) -> None:
    own = TagRule(tag, RuleAction(action))
    for parent in (TOP_LEVEL, OUTER):
        verdict = rules(*options, own=(own,)).judge(tag, None, parent)
        assert (verdict.action, verdict.otherwise) == (
            expected,
            Action.EMPTY if action == "shift" else Action.REMOVE,
        )
        assert verdict.rule == own or expected is Action.ENTER


def test_what_a_rule_keeps_is_not_searched_for_names() -> None:
    own = TagRule(0x00080070, RuleAction.KEEP)
    assert not rules(own=(own,)).judge(own.tag, "LO", TOP_LEVEL).searched
    assert rules().judge(own.tag, "LO", TOP_LEVEL).searched


@pytest.mark.parametrize(
    "tag",
    [
        0x00880200,
        0x04000561,
        0x4FFE0001,
        0x04000520,
        0x60003000,
        0x60000022,
        0x50003000,
        0x00080001,
    ],
)
def test_no_rule_brings_back_what_always_goes(tag: int) -> None:
    own = TagRule(tag, RuleAction.KEEP)
    for parent in (TOP_LEVEL, OUTER):
        assert rules(own=(own,)).judge(tag, None, parent).action is Action.REMOVE


@both_syntaxes
def test_icons_and_overlays_go_whatever_their_rules(syntax: str) -> None:
    elements = (
        Wire(0x00880200, "SQ", ((Wire(0x7FE00010, "OW", b"Secret"),),)),
        Wire(0x60000010, "US", b"\1\0"),
        Wire(0x60000022, "LO", b"Secret"),
        Wire(0x60003000, "OW", b"Secret"),
        within(Wire(0x60003000, "OW", b"Secret"), OUTER),
    )
    own = tuple(TagRule(tag, RuleAction.KEEP) for tag in (0x00880200, 0x60000022, 0x60003000))
    assert b"Secret" not in result_of(*elements, own=own, syntax=syntax).data


def test_the_base_none_keeps_everything() -> None:
    judge = Rules(Profile("p", 1, base=Base.NONE), CT).judge
    for tag in (0x00100010, 0x00091001, 0x60003000, 0x00880200, 0x00080000, 0x00120063):
        assert judge(tag, "LO", TOP_LEVEL).action is Action.KEEP


@pytest.mark.parametrize(
    ("vr", "tag", "action"),
    [
        ("PN", 0x00180015, Action.REMOVE),
        ("AE", 0x00741234, Action.REMOVE),
        ("UI", 0x00083012, Action.REPLACE_UID),
        ("DA", 0x00141020, Action.REMOVE),
        ("SQ", OUTER, Action.ENTER),
        ("CS", 0x00180015, Action.KEEP),
        ("LT", 0x00080418, Action.REMOVE),
    ],
)
def test_what_the_table_does_not_list_goes_by_its_vr(vr: str, tag: int, action: Action) -> None:
    assert rules().judge(tag, vr, TOP_LEVEL).action is action


@pytest.mark.parametrize("written", ["PN", "AE", "UR", "LT", "DA", "SQ", "UI"])
def test_the_stricter_of_two_vrs_wins(written: str) -> None:
    assert rules().judge(0x00180050, written, TOP_LEVEL).action not in (Action.KEEP, Action.ENTER)
    assert rules().judge(0x00180050, "DS", TOP_LEVEL).action is Action.KEEP


@pytest.mark.parametrize("written", ["LO", "OB", "PN"])
def test_a_sequence_that_is_written_as_none_goes(written: str) -> None:
    assert rules().judge(OUTER, written, TOP_LEVEL).action is Action.REMOVE
    own = TagRule(OUTER, RuleAction.KEEP)
    assert rules(own=(own,)).judge(OUTER, written, TOP_LEVEL).action is Action.REMOVE


def test_a_value_that_is_written_as_a_sequence_goes_whatever_its_rule() -> None:
    for action in (RuleAction.KEEP, RuleAction.EMPTY, RuleAction.HASH):
        own = TagRule(0x00080080, action)
        assert rules(own=(own,)).judge(own.tag, "SQ", TOP_LEVEL).action is Action.REMOVE


def test_what_is_stamped_goes_at_the_top_and_stays_in_items() -> None:
    assert rules().judge(0x00120062, "CS", TOP_LEVEL).action is Action.REMOVE
    assert rules().judge(0x00120062, "CS", OUTER).action is not Action.REMOVE


def test_the_type_in_the_iod_settles_what_the_table_leaves_open() -> None:
    # Institution Name is X/Z/D and optional in a CT image (PS3.3 C.7.5.1).
    assert rules().judge(0x00080080, "LO", TOP_LEVEL).action is Action.REMOVE
    unknown = rules(sop_class_uid="1.2.3").judge(0x00080080, "LO", TOP_LEVEL)
    assert unknown.action is Action.DUMMY


@pytest.mark.parametrize(
    ("options", "needed"),
    [
        ((), False), (("rtn_uids",), False), (("rtn_long_full_dates",), False),
        (("clean_desc",), True), (("rtn_long_modif_dates",), True), (("rtn_safe_priv",), True),
    ],
)  # fmt: skip
def test_the_patient_is_only_looked_for_where_something_depends_on_it(
    options: tuple[str, ...], needed: bool
) -> None:
    assert rules(*options).needs_patient is needed
    assert rules(*options, own=(TagRule(0x00080020, RuleAction.SHIFT),)).needs_patient


def test_rules_are_compiled_once_for_a_profile_and_a_class() -> None:
    one, same = (compile_rules(Profile("p", 1, frozenset({"rtn_uids"})), CT) for _ in range(2))
    assert one is same
    assert compile_rules(Profile("p", 2, frozenset({"rtn_uids"})), CT) is not one


@pytest.mark.parametrize(
    ("own", "options", "loosens"),
    [
        (TagRule(0x00080080, RuleAction.KEEP), (), True),
        (TagRule(0x00080080, RuleAction.KEEP), ("rtn_inst_id",), False),
        (TagRule(0x00180050, RuleAction.KEEP), (), False),
        (TagRule(0x0008103E, RuleAction.HASH), (), True),
        (TagRule(0x0008103E, RuleAction.REGEX, pattern="x"), ("clean_desc",), True),
        (TagRule(0x00080020, RuleAction.SHIFT), (), True),
        (TagRule(0x00080020, RuleAction.SHIFT), ("rtn_long_full_dates",), False),
        (TagRule(0x00080080, RuleAction.REMOVE), ("rtn_inst_id",), False),
        (TagRule(0x00080080, RuleAction.EMPTY), (), False),
        (TagRule(0x00080080, RuleAction.REPLACE, value="x"), (), False),
        (TagRule(0x00290001, RuleAction.KEEP, creator="ACME"), ("rtn_safe_priv",), True),
        (TagRule(0x001900F6, RuleAction.KEEP, creator="Agfa ADC NX"), (), True),
        (TagRule(0x001900F6, RuleAction.KEEP, creator="Agfa ADC NX"), ("rtn_safe_priv",), False),
    ],
)
def test_a_rule_loosens_that_keeps_what_would_go_without_it(
    own: TagRule, options: tuple[str, ...], loosens: bool
) -> None:
    profile = Profile("p", 1, frozenset(options), rules=(own,))
    assert loosening_rules(profile) == ((own,) if loosens else ())


@both_syntaxes
def test_clean_struct_cont_keeps_the_tree_of_a_report_and_cleans_it(syntax: str) -> None:
    def item(*elements: Wire) -> tuple[Wire, ...]:
        return tuple(sorted(elements, key=lambda element: element.tag))

    code = (
        Wire(0x00080100, "SH", b"121071"),
        Wire(0x00080102, "SH", b"DCM "),
        Wire(0x00080104, "LO", b"Finding "),
    )
    text = item(
        Wire(0x0040A010, "CS", b"CONTAINS"),
        Wire(0x0040A040, "CS", b"TEXT"),
        Wire(0x0040A043, "SQ", (code,)),
        Wire(0x0040A160, "UT", b"Lesion of 5 mm, seen by Dr. Meier, in Testmann "),
    )
    person = item(
        Wire(0x0040A010, "CS", b"HAS OBS CONTEXT "),
        Wire(0x0040A040, "CS", b"PNAME "),
        Wire(0x0040A123, "PN", b"Meier^Ida "),
    )
    elements = (
        Wire(0x0040A040, "CS", b"CONTAINER "),
        Wire(0x0040A730, "SQ", (person, (*item(Wire(0x0040A730, "SQ", (text,))),))),
    )
    result = result_of(
        *elements, options=("clean_struct_cont",), syntax=syntax, sop_class_uid=COMPREHENSIVE_SR
    )
    observer, container = opened(result).ContentSequence
    finding = container.ContentSequence[0]
    assert observer.PersonName == "REMOVED"
    assert finding.ConceptNameCodeSequence[0].CodeMeaning == "Finding"
    assert finding.TextValue.startswith("Lesion of 5 mm, seen by Dr. [removed]")
    assert b"Meier" not in result.data
    assert b"Testmann" not in result.data
    bare = result_of(*elements, syntax=syntax, sop_class_uid=COMPREHENSIVE_SR)
    assert b"Lesion" not in bare.data


OVERLAY = (
    Wire(0x60000010, "US", b"\1\0"),
    Wire(0x60000011, "US", b"\1\0"),
    Wire(0x60000022, "LO", b"drawn for Testmann"),
    Wire(0x60000040, "CS", b"G "),
    Wire(0x60000102, "US", b"\0\0"),
    Wire(0x60001001, "LO", b"Secret"),
    Wire(0x60003000, "OW", b"\1\0"),
    Wire(0x60004000, "LT", b"T1 Testmann "),
)


@both_syntaxes
def test_clean_graph_keeps_overlays_and_cleans_their_texts(syntax: str) -> None:
    result = result_of(*OVERLAY, options=("clean_graph",), syntax=syntax, pixel_review=False)
    dataset = opened(result)
    assert dataset[0x60003000].value == b"\1\0"
    assert dataset[0x60000040].value == "G"
    assert b"Testmann" not in result.data
    assert b"[removed]" in result.data
    assert b"Secret" not in result.data


@pytest.mark.parametrize("way", [by_bytes, by_pydicom])
def test_overlays_that_clean_graph_keeps_wait_for_a_person(way: type) -> None:
    profile = Profile("test", 1, frozenset({"clean_graph"}))
    with pytest.raises(PixelReview, match="Overlays are kept"):
        way(file_with(OVERLAY), profile=profile, pseudonyms=PSEUDONYMS)
    without = result_of(options=("clean_graph",))
    assert without.account.counts["kept"] > 0


def test_clean_graph_keeps_no_overlay_in_an_item_and_no_curve() -> None:
    elements = (
        Wire(OUTER, "SQ", (OVERLAY,)),
        Wire(0x50000010, "US", b"\1\0"),
        Wire(0x50003000, "OW", b"Secret"),
    )
    result = result_of(*elements, options=("clean_graph",))
    assert len(opened(result, OUTER)) == 0
    assert not [element for element in opened(result) if element.tag.group == 0x5000]


@both_syntaxes
def test_clean_graph_keeps_annotations_and_cleans_their_texts(syntax: str) -> None:
    text = (
        Wire(0x00700006, "ST", b"T1 Testmann "),
        Wire(0x00700010, "FL", bytes(8)),
    )
    annotation = (Wire(0x00700002, "CS", b"LAYER1"), Wire(0x00700008, "SQ", (text,)))
    element = Wire(0x00700001, "SQ", (annotation,))
    results = {
        options: result_of(
            element, options=options, syntax=syntax, sop_class_uid=GRAYSCALE_PRESENTATION
        )
        for options in (("clean_graph",), ("clean_graph", "clean_desc"))
    }
    for options, text_value in (
        # The table lets Clean Descriptors clean this text, else it gets a dummy.
        (("clean_graph",), "REMOVED"),
        (("clean_graph", "clean_desc"), "T1 [removed]"),
    ):
        kept = opened(results[options], 0x00700001)
        assert kept.GraphicLayer == "LAYER1"
        assert kept.TextObjectSequence[0].UnformattedTextValue == text_value
    assert kept.TextObjectSequence[0].BoundingBoxTopLeftHandCorner == [0, 0]
    bare = result_of(element, syntax=syntax, sop_class_uid=GRAYSCALE_PRESENTATION)
    assert b"LAYER1" not in bare.data


@both_syntaxes
def test_rtn_inst_id_keeps_the_institution_and_nothing_else(syntax: str) -> None:
    elements = (
        Wire(0x00080080, "LO", b"Clinic"),
        Wire(0x00081010, "SH", b"CT01"),
        Wire(0x00081050, "PN", b"Meier "),
    )
    dataset = opened(result_of(*elements, options=("rtn_inst_id",), syntax=syntax))
    assert dataset.InstitutionName == "Clinic"
    assert dataset.get("StationName", "") != "CT01"
    assert "PerformingPhysicianName" not in dataset


@both_syntaxes
def test_kept_text_that_names_the_patient_goes_even_where_an_option_keeps_it(
    syntax: str,
) -> None:
    elements = (Wire(0x00080080, "LO", b"Testmann Clinic "), Wire(0x00081040, "LO", b"Unit"))
    dataset = opened(result_of(*elements, options=("rtn_inst_id",), syntax=syntax))
    assert dataset.InstitutionName in ("", "REMOVED")
    assert dataset.InstitutionalDepartmentName == "Unit"


@pytest.mark.parametrize(
    ("options", "kept"), [((), False), (("rtn_uids",), True), (("rtn_dev_id",), False)]
)
def test_rtn_uids_keeps_those_of_the_table_and_unlisted_ones(
    options: tuple[str, ...], kept: bool
) -> None:
    elements = (Wire(0x00200052, "UI", uid("1.2.826.7")), Wire(0x00083012, "UI", uid("1.2.826.8")))
    dataset = opened(result_of(*elements, options=options))
    assert (dataset.FrameOfReferenceUID == "1.2.826.7") is kept
    assert (dataset[0x00083012].value == "1.2.826.8") is kept


@pytest.mark.parametrize(
    ("keyword", "action"),
    [
        ("ContactDisplayName", Action.REMOVE),
        ("ComponentWelderIDs", Action.REMOVE),
        ("HangingProtocolUserGroupName", Action.REMOVE),
        ("HangingProtocolCreator", Action.DUMMY),
        ("NTPSourceAddress", Action.REMOVE),
        ("ObjectBinaryIdentifierTrial", Action.REMOVE),
        ("ObjectDirectoryBinaryIdentifierTrial", Action.REMOVE),
    ],
)
def test_who_and_where_goes_though_the_table_does_not_list_it(keyword: str, action: Action) -> None:
    tag = pydicom.datadict.tag_for_keyword(keyword)
    assert tag is not None
    vr = pydicom.datadict.dictionary_VR(tag)
    assert {rules().judge(tag, written, OUTER).action for written in (vr, None)} == {action}
