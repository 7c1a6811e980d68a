"""What an output says of how it was de-identified."""

from io import BytesIO

import pytest
from pydicom.dataset import Dataset
from pydicom.filereader import read_dataset

from scanloft.deid.profiles.options import OPTIONS
from scanloft.deid.profiles.profile import Base, Profile
from scanloft.deid.profiles.tag_rules import RuleAction, TagRule
from scanloft.deid.stamps import stamps
from scanloft.deid.values.encode import Encoding

KEEP_NAME = TagRule(0x00100010, RuleAction.KEEP)
KEEP_THICKNESS = TagRule(0x00180050, RuleAction.KEEP)
KEEP_INSTITUTION = TagRule(0x00080080, RuleAction.KEEP)
KEEP_PRIVATE = TagRule(0x00290008, RuleAction.KEEP, creator="SIEMENS CSA HEADER")
KEEP_PRIVATE_DATE = TagRule(0x0009000D, RuleAction.KEEP, creator="GEMS_PETD_01")
KEEP_DATE = TagRule(0x00080020, RuleAction.KEEP)
SHIFT_DATE = TagRule(0x00080021, RuleAction.SHIFT)
BASIC = "PS3.15 Basic Application Level Confidentiality Profile"
CTP = "<script></script>"


def stamped(
    profile: Profile,
    *,
    implicit: bool = False,
    little: bool = True,
    pixels_known: bool = True,
    pixels_cleaned: bool = False,
) -> Dataset:
    elements = stamps(
        profile,
        Encoding(implicit, little),
        pixels_known=pixels_known,
        pixels_cleaned=pixels_cleaned,
    )
    body = b"".join(raw for _, raw in elements)
    return read_dataset(BytesIO(body), implicit, little)


def profile_of(*options: str, rules: tuple[TagRule, ...] = ()) -> Profile:
    return Profile("trial", 7, frozenset(options), rules=rules)


def codes(dataset: Dataset) -> list[str]:
    return [item.CodeValue for item in dataset.get("DeidentificationMethodCodeSequence", ())]


@pytest.mark.parametrize(("option", "code"), [(name, code) for name, (code, _) in OPTIONS.items()])
def test_each_option_states_its_code_beside_that_of_the_profile(option: str, code: str) -> None:
    dataset = stamped(profile_of(option))
    assert codes(dataset) == ["113100", code]
    _, item = dataset.DeidentificationMethodCodeSequence
    assert item.CodeMeaning == OPTIONS[option][1]
    assert len(item.CodeMeaning) <= 64
    assert item.CodingSchemeDesignator == "DCM"


def test_codes_of_several_options_stand_in_order() -> None:
    dataset = stamped(profile_of("rtn_uids", "clean_desc", "clean_pixel", "rtn_safe_priv"))
    assert codes(dataset) == ["113100", "113101", "113105", "113110", "113111"]


def test_the_method_names_profile_and_version() -> None:
    dataset = stamped(profile_of())
    assert dataset.PatientIdentityRemoved == "YES"
    assert list(dataset.DeidentificationMethod) == ["scanloft trial v7", BASIC]


def test_the_longest_names_of_profiles_fit() -> None:
    longest = Profile("x" * 32, 999_999, rules=(KEEP_NAME,))
    assert all(len(method) <= 64 for method in stamped(longest).DeidentificationMethod)


@pytest.mark.parametrize(
    "rule",
    [
        KEEP_NAME,
        KEEP_INSTITUTION,
        KEEP_PRIVATE,
        TagRule(0x0008103E, RuleAction.HASH),
        TagRule(0x0008103E, RuleAction.REGEX, pattern="x"),
        TagRule(0x00080020, RuleAction.SHIFT),
    ],
)
def test_a_loosening_rule_takes_the_claim_of_the_basic_profile_away(rule: TagRule) -> None:
    dataset = stamped(profile_of("rtn_uids", rules=(rule,)))
    assert codes(dataset) == ["113110"]
    assert BASIC not in list(dataset.DeidentificationMethod)
    assert "Rules of the project" in dataset.DeidentificationMethod[1]


def test_without_any_code_there_is_no_sequence_of_codes() -> None:
    assert "DeidentificationMethodCodeSequence" not in stamped(profile_of(rules=(KEEP_NAME,)))


@pytest.mark.parametrize(
    ("rule", "options"),
    [
        (KEEP_THICKNESS, ()),
        (KEEP_INSTITUTION, ("rtn_inst_id",)),
        (TagRule(0x00100010, RuleAction.REMOVE), ()),
        (TagRule(0x00180050, RuleAction.EMPTY), ()),
        (TagRule(0x0008103E, RuleAction.REPLACE, value="x"), ()),
    ],
)
def test_a_rule_that_loosens_nothing_leaves_the_claim(
    rule: TagRule, options: tuple[str, ...]
) -> None:
    dataset = stamped(profile_of(*options, rules=(rule,)))
    assert codes(dataset)[0] == "113100"
    assert dataset.DeidentificationMethod[1] == BASIC


@pytest.mark.parametrize(
    ("profile", "expected"),
    [
        (profile_of(), "REMOVED"),
        (profile_of("rtn_long_full_dates"), "UNMODIFIED"),
        (profile_of("rtn_long_modif_dates"), "MODIFIED"),
        (Profile("c", 1, base=Base.CTP, ctp_script=CTP), "MODIFIED"),
        (profile_of(rules=(KEEP_DATE,)), "UNMODIFIED"),
        (profile_of(rules=(SHIFT_DATE,)), "MODIFIED"),
        (profile_of(rules=(KEEP_DATE, SHIFT_DATE)), "MODIFIED"),
        (profile_of("rtn_long_full_dates", rules=(SHIFT_DATE,)), "MODIFIED"),
        (profile_of("rtn_long_modif_dates", rules=(KEEP_DATE,)), "MODIFIED"),
        (profile_of(rules=(KEEP_PRIVATE_DATE,)), "UNMODIFIED"),
        (profile_of(rules=(TagRule(0x00290001, RuleAction.SHIFT, creator="ACME"),)), "MODIFIED"),
        (profile_of(rules=(KEEP_NAME, KEEP_PRIVATE)), "REMOVED"),
        (profile_of(rules=(TagRule(0x00080020, RuleAction.EMPTY),)), "REMOVED"),
    ],
)
def test_what_became_of_dates_is_told(profile: Profile, expected: str) -> None:
    assert stamped(profile).LongitudinalTemporalInformationModified == expected


@pytest.mark.parametrize("floor", [True, False])
def test_a_script_never_claims_the_basic_profile(floor: bool) -> None:
    profile = Profile(
        "c", 1, frozenset({"clean_pixel"}), base=Base.CTP, ctp_script=CTP, floor=floor
    )
    dataset = stamped(profile)
    assert codes(dataset) == ["ctp-script", "113101"]
    assert "CTP DicomAnonymizer script" in dataset.DeidentificationMethod[1]


def test_scripts_applied_are_recorded_in_order_in_0012_0064() -> None:
    profile = Profile(
        "c",
        1,
        frozenset({"clean_pixel", "rtn_uids"}),
        base=Base.CTP,
        ctp_script=CTP,
        pixel_script='{ Modality.equals("US") } (0,0,1,1)',
    )
    dataset = stamped(profile, pixels_cleaned=True)
    assert codes(dataset) == ["ctp-script", "113101", "113110", "ctp-pixel-script"]
    items = dataset.DeidentificationMethodCodeSequence
    assert [item.CodingSchemeDesignator for item in items] == [
        "99SCANLOFT",
        "DCM",
        "DCM",
        "99SCANLOFT",
    ]
    assert "ctp-pixel-script" not in codes(stamped(profile))


def test_nothing_is_stamped_where_nothing_is_done() -> None:
    assert stamps(Profile("n", 1, base=Base.NONE), Encoding(implicit=False, little=True)) == ()


@pytest.mark.parametrize(("cleaned", "expected"), [(True, "NO"), (False, None)])
def test_blanked_pixels_are_said_to_show_nothing(cleaned: bool, expected: str | None) -> None:
    dataset = stamped(profile_of("clean_pixel"), pixels_cleaned=cleaned)
    assert dataset.get("BurnedInAnnotation") == expected


@pytest.mark.parametrize(("implicit", "little"), [(False, True), (True, True), (False, False)])
def test_stamps_are_in_order_and_written_as_the_object_is(implicit: bool, little: bool) -> None:
    profile = profile_of("clean_pixel", "rtn_long_full_dates")
    encoding = Encoding(implicit, little)
    written = stamps(profile, encoding, pixels_known=True, pixels_cleaned=True)
    tags = [tag for tag, _ in written]
    assert tags == [0x00120062, 0x00120063, 0x00120064, 0x00280301, 0x00280303]
    dataset = stamped(profile, implicit=implicit, little=little, pixels_cleaned=True)
    assert [int(element.tag) for element in dataset] == tags
    assert codes(dataset) == ["113100", "113101", "113106"]


def test_pixels_that_no_rule_knows_are_not_said_to_be_cleaned() -> None:
    dataset = stamped(profile_of("clean_pixel", "rtn_uids"), pixels_known=False)
    assert codes(dataset) == ["113100", "113110"]
