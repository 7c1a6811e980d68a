import json

import pytest

from scanloft.core.errors import InvalidProfile
from scanloft.deid.profile import LATER_OPTIONS, SUPPORTED_OPTIONS, Profile, parse_profile


def test_the_basic_profile_has_no_options_and_reviews_pixels() -> None:
    assert Profile.basic() == Profile("basic", 1, frozenset(), pixel_review=True)


def test_a_profile_survives_the_way_through_json() -> None:
    profile = Profile("trial 7", 3, frozenset({"rtn_uids", "rtn_dev_id"}), pixel_review=False)
    assert parse_profile(json.dumps(profile.to_dict())) == profile


@pytest.mark.parametrize("option", SUPPORTED_OPTIONS)
def test_each_supported_option_is_accepted(option: str) -> None:
    assert Profile.from_dict({"name": "a", "version": 1, "options": [option]}).options == {option}


@pytest.mark.parametrize("option", LATER_OPTIONS)
def test_an_option_to_come_is_refused_as_not_supported_yet(option: str) -> None:
    with pytest.raises(InvalidProfile, match=f"{option} is not supported yet"):
        Profile.from_dict({"name": "a", "version": 1, "options": [option]})


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "line 1"),
        ('{"name": "a",\n"version": }', "line 2"),
        ("[]", "JSON object"),
        ("[" * 100_000, "nested"),
        ('{"name": "a", "version": 1, "keep": 1}', '"keep": allowed are name, version'),
        ('{"version": 1}', '"name" is missing'),
        ('{"name": "a"}', '"version" is missing'),
        ('{"name": "a\\\\b", "version": 1}', '"name" must'),
        ('{"name": 5, "version": 1}', '"name" must'),
        ('{"name": "a", "version": true}', '"version" must'),
        ('{"name": "a", "version": 0}', '"version" must'),
        ('{"name": "a", "version": 1, "options": "rtn_uids"}', '"options" must be a list'),
        ('{"name": "a", "version": 1, "options": [1]}', '"options" must be a list'),
        ('{"name": "a", "version": 1, "options": ["rtn"]}', "rtn is unknown: allowed are rtn_long"),
        ('{"name": "a", "version": 1, "pixel_review": "no"}', '"pixel_review" must'),
        (
            '{"name":"a","version":1,"options":["rtn_long_full_dates","rtn_long_modif_dates"]}',
            "exclude each other",
        ),
    ],
)
def test_a_bad_profile_is_refused_with_its_line_or_key(text: str, message: str) -> None:
    with pytest.raises(InvalidProfile, match=message):
        parse_profile(text)
