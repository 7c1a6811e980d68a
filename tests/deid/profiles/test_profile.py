from typing import Any

import pytest

from scanloft.core.errors import InvalidProfile
from scanloft.deid.profiles.options import OPTIONS, UNSUPPORTED_OPTIONS
from scanloft.deid.profiles.profile import PatientIds, Profile, Subjects
from scanloft.deid.profiles.tag_rules import RuleAction, TagRule

DEVICE = {"manufacturer": "ACME", "rows": 480, "blank": [[0, 0, 640, 40]]}


def profile_of(**values: Any) -> Profile:
    return Profile.from_dict({"name": "a", "version": 1, **values})


def test_the_basic_profile_has_no_options_and_reviews_pixels() -> None:
    assert Profile.basic() == Profile("basic", 1, frozenset(), pixel_review=True)


def test_a_profile_survives_the_way_through_plain_values() -> None:
    profile = Profile(
        "trial 7",
        3,
        frozenset({"rtn_uids", "clean_pixel"}),
        pixel_review=False,
        rules=(TagRule(0x00104000, RuleAction.REGEX, value="x", pattern="[0-9]+"),),
        subjects=Subjects.SITE,
        patient_ids=PatientIds.LOOKUP,
        patient_id_prefix="T7-",
        devices=profile_of(options=["clean_pixel"], devices=[DEVICE]).devices,
    )
    assert Profile.from_dict(profile.to_dict()) == profile
    assert hash(profile) == hash(Profile.from_dict(profile.to_dict()))


def test_what_is_at_its_default_is_not_written() -> None:
    assert set(Profile.basic().to_dict()) == {"name", "version", "options", "pixel_review"}


@pytest.mark.parametrize("option", OPTIONS)
def test_each_option_is_accepted(option: str) -> None:
    assert profile_of(options=[option]).options == {option}


@pytest.mark.parametrize("option", UNSUPPORTED_OPTIONS)
def test_an_option_that_cannot_be_done_is_refused_with_the_reason(option: str) -> None:
    with pytest.raises(InvalidProfile, match=f"{option} is not supported: faces"):
        profile_of(options=[option])


def test_only_profiles_that_may_leave_identity_need_an_administrator() -> None:
    script = "<script><e en='T' t='00100010'>@remove()</e></script>"
    assert not Profile.basic().needs_administrator
    assert profile_of(rules=[{"tag": "0010,0010", "action": "keep"}]).needs_administrator
    assert not profile_of(rules=[{"tag": "0010,0010", "action": "hash"}]).needs_administrator
    assert not profile_of(rules=[{"tag": "0008,1030", "action": "keep"}]).needs_administrator
    assert profile_of(base="none").needs_administrator
    assert not profile_of(base="ctp", ctp_script=script).needs_administrator
    assert profile_of(base="ctp", ctp_script=script, floor=False).needs_administrator


PRIVATE = '0019,"ACME",01'
SAFE_PRIVATE = '0019,"SIEMENS MR HEADER",0C'


@pytest.mark.parametrize(
    ("tag", "needed"),
    [
        ("0010,0010", True),  # listed, without an option
        ("0014,0104", True),  # Secondary Reviewer Name: an unlisted person name
        ("0028,7FE0", True),  # an unlisted URL
        ("0008,0115", True),  # an unlisted free text
        ("0040,0031", True),  # the name of an assigning authority, a dummy always
        ("0010,9999", True),  # unknown
        (PRIVATE, True),
        (SAFE_PRIVATE, False),
        ('0029,"MMCPrivate",D5', False),  # a safe UID
        ('0009,"GEMS_PETD_01",0D', False),  # a safe date
        ("0008,1030", False),  # cleaned by an option
        ("0008,0104", False),  # cleaned without one
        ("0018,0050", False),  # kept without one
        ("0014,0102", False),  # unlisted dates, sequences, UIDs
        ("0040,0500", False),
        ("0008,0017", False),
    ],
)
@pytest.mark.parametrize("action", ["keep", "regex", "hash", "empty"])
def test_to_keep_what_no_option_keeps_needs_an_administrator(
    tag: str, needed: bool, action: str
) -> None:
    rule = {"tag": tag, "action": action, **({"pattern": "a"} if action == "regex" else {})}
    needs = profile_of(rules=[rule]).needs_administrator
    assert needs is (needed and action in ("keep", "regex"))


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"keep": 1}, '"keep": allowed are name, version'),
        ({"name": "a\\b"}, '"name" must'),
        ({"name": 5}, '"name" must'),
        ({"version": True}, '"version" must'),
        ({"version": 0}, '"version" must'),
        ({"options": "rtn_uids"}, '"options" must be a list'),
        ({"options": [1]}, '"options" must be a list'),
        ({"options": ["rtn"]}, "rtn is unknown: allowed are clean_pixel"),
        ({"pixel_review": "no"}, '"pixel_review" must'),
        ({"options": ["rtn_long_full_dates", "rtn_long_modif_dates"]}, "exclude each other"),
        ({"base": "all"}, '"base" must be one of basic, none, ctp'),
        ({"subjects": 1}, '"subjects" must be one of'),
        ({"patient_ids": "list"}, '"patient_ids" must be one of hmac, lookup'),
        ({"patient_id_prefix": "a^b"}, '"patient_id_prefix" may have'),
        ({"rules": {}}, '"rules" must be a list'),
        ({"rules": [1]}, "must have a tag and an action"),
        (
            {"rules": [{"tag": "0010,4000", "action": "keep"}] * 2},
            "two rules for 0010,4000",
        ),
        ({"devices": [DEVICE]}, "not the option clean_pixel"),
        ({"base": "ctp"}, 'needs a "ctp_script"'),
        ({"ctp_script": "x"}, 'needs a "ctp_script"'),
        ({"base": "none", "options": ["rtn_uids"]}, "neither options nor rules"),
        ({"floor": False}, '"floor" can be false with the base ctp only'),
    ],
)
def test_a_bad_profile_is_refused_with_its_key(values: dict[str, Any], message: str) -> None:
    with pytest.raises(InvalidProfile, match=message):
        profile_of(**values)


@pytest.mark.parametrize("key", ["name", "version"])
def test_name_and_version_may_not_be_left_out(key: str) -> None:
    values = {"name": "a", "version": 1}
    del values[key]
    with pytest.raises(InvalidProfile, match=f'"{key}" is missing'):
        Profile.from_dict(values)
