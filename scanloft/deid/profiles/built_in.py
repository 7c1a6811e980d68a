"""Profiles that come with scanloft, to be used by name or as a beginning."""

from collections.abc import Mapping
from types import MappingProxyType

from scanloft.deid.profiles.profile import Profile

BUILT_IN: Mapping[str, Profile] = MappingProxyType(
    {
        profile.name: profile
        for profile in (
            Profile.basic(),
            Profile(
                "research",
                1,
                frozenset(
                    {
                        "clean_desc",
                        "rtn_dev_id",
                        "rtn_long_modif_dates",
                        "rtn_pat_chars",
                        "rtn_safe_priv",
                    }
                ),
            ),
            Profile(
                "longitudinal",
                1,
                frozenset({"rtn_long_modif_dates", "rtn_pat_chars"}),
            ),
        )
    }
)
DESCRIPTIONS: Mapping[str, str] = MappingProxyType(
    {
        "basic": "The Basic Profile of PS3.15 without options: the least that identifies.",
        "research": "Moved dates, age, sex and weight, the device, cleaned descriptions and safe "
        "private attributes: what most analyses need.",
        "longitudinal": "Moved dates, age, sex and weight; neither device nor descriptions.",
    }
)
