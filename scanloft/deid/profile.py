"""De-identification profiles: the Basic Profile of PS3.15 with the options that a project chose."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass

from scanloft.core.errors import InvalidProfile

# The columns of PS3.15 Table E.1-1, with the code of PS3.16 CID 7050 that stands for each.
SUPPORTED_OPTIONS: Mapping[str, tuple[str, str]] = {
    "rtn_long_full_dates": (
        "113106",
        "Retain Longitudinal Temporal Information Full Dates Option",
    ),
    "rtn_long_modif_dates": (
        "113107",
        "Retain Longitudinal Temporal Information Modified Dates Option",
    ),
    "rtn_pat_chars": ("113108", "Retain Patient Characteristics Option"),
    "rtn_dev_id": ("113109", "Retain Device Identity Option"),
    "rtn_uids": ("113110", "Retain UIDs Option"),
    "rtn_inst_id": ("113112", "Retain Institution Identity Option"),
}
LATER_OPTIONS = ("clean_desc", "clean_struct_cont", "clean_graph", "rtn_safe_priv")
KEYS = ("name", "version", "options", "pixel_review")
NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9 _-]{0,30}[A-Za-z0-9])?")


@dataclass(frozen=True, slots=True)
class Profile:
    """A named, numbered choice of options; `pixel_review` holds back pixels that may show names.

    Raises InvalidProfile for what cannot be used.
    """

    name: str
    version: int
    options: frozenset[str]
    pixel_review: bool = True

    def __post_init__(self) -> None:
        if not isinstance(self.name, str) or NAME.fullmatch(self.name) is None:
            raise InvalidProfile(
                'The profile\'s "name" must have 1 to 32 letters, digits, spaces, hyphens and '
                "underscores."
            )
        if type(self.version) is not int or not 1 <= self.version < 10**6:
            raise InvalidProfile('The profile\'s "version" must be a whole number from 1.')
        if not isinstance(self.pixel_review, bool):
            raise InvalidProfile('The profile\'s "pixel_review" must be true or false.')
        _check_options(self.options)

    @classmethod
    def basic(cls) -> "Profile":
        """Return the Basic Profile without options."""
        return cls(name="basic", version=1, options=frozenset())

    @classmethod
    def from_dict(cls, values: Mapping[str, object]) -> "Profile":
        """Read a profile from plain values; `options` and `pixel_review` may be left out.

        Raises InvalidProfile, naming the key.
        """
        if unknown := sorted(str(key) for key in values if key not in KEYS):
            raise InvalidProfile(
                f'The profile has an unknown key "{unknown[0]}": allowed are {", ".join(KEYS)}.'
            )
        if missing := [key for key in ("name", "version") if key not in values]:
            raise InvalidProfile(f'The profile\'s "{missing[0]}" is missing: add it.')
        options = values.get("options", [])
        if not isinstance(options, list) or not all(isinstance(option, str) for option in options):
            raise InvalidProfile('The profile\'s "options" must be a list of names.')
        return cls(
            name=values["name"],  # type: ignore[arg-type]  # checked by __post_init__
            version=values["version"],  # type: ignore[arg-type]  # as above
            options=frozenset(options),
            pixel_review=values.get("pixel_review", True),  # type: ignore[arg-type]  # as above
        )

    def to_dict(self) -> dict[str, object]:
        """Return plain values that `from_dict` reads back."""
        return {
            "name": self.name,
            "version": self.version,
            "options": sorted(self.options),
            "pixel_review": self.pixel_review,
        }


def parse_profile(text: str) -> Profile:
    """Read a profile from the text of a JSON file.

    Raises InvalidProfile, naming the line or the key.
    """
    try:
        values = json.loads(text)
    except json.JSONDecodeError as error:
        raise InvalidProfile(
            f"The profile is not JSON: correct line {error.lineno} ({error.msg})."
        ) from None
    except RecursionError:
        raise InvalidProfile(
            "This is not a profile, as it is nested too deep: see docs/deidentification.md."
        ) from None
    if not isinstance(values, dict):
        raise InvalidProfile(f"A profile is a JSON object with the keys {', '.join(KEYS)}.")
    return Profile.from_dict(values)


def _check_options(options: frozenset[str]) -> None:
    for option in sorted(options):
        if option in LATER_OPTIONS:
            raise InvalidProfile(
                f"The profile's option {option} is not supported yet: leave it out."
            )
        if option not in SUPPORTED_OPTIONS:
            allowed = ", ".join(SUPPORTED_OPTIONS)
            raise InvalidProfile(
                f"The profile's option {option} is unknown: allowed are {allowed}."
            )
    if {"rtn_long_full_dates", "rtn_long_modif_dates"} <= options:
        raise InvalidProfile(
            "The profile's options rtn_long_full_dates and rtn_long_modif_dates exclude each "
            "other: choose one."
        )
