"""De-identification profiles: the Basic Profile of PS3.15 with what a project chose on top."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from scanloft.core.errors import InvalidProfile
from scanloft.deid.profiles.options import EXCLUSIVE, OPTIONS, UNSUPPORTED_OPTIONS
from scanloft.deid.profiles.tag_rules import RuleAction, TagRule

if TYPE_CHECKING:
    from scanloft.deid.pixels.devices import DeviceRule

NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9 _-]{0,30}[A-Za-z0-9])?")
PREFIX = re.compile(r"[A-Za-z0-9._-]{0,16}")
RULE_LIMIT = 500


class Base(StrEnum):
    """What a profile begins with."""

    BASIC = "basic"
    NONE = "none"
    CTP = "ctp"


class Subjects(StrEnum):
    """Among which objects the same Patient ID means the same person."""

    PROJECT = "project"
    ISSUER = "issuer"
    SITE = "site"


class PatientIds(StrEnum):
    """Where new Patient IDs come from."""

    HMAC = "hmac"
    LOOKUP = "lookup"


@dataclass(frozen=True, slots=True)
class Profile:
    """A named, numbered choice; `pixel_review` holds back pixels that may show names.

    `base` none passes data sets as they are, ctp runs `ctp_script`; with `floor`, what the script
    left as it was still passes the Basic Profile. Raises InvalidProfile for what cannot be used.
    """

    name: str
    version: int
    options: frozenset[str] = frozenset()
    pixel_review: bool = True
    base: Base = Base.BASIC
    rules: tuple[TagRule, ...] = ()
    subjects: Subjects = Subjects.PROJECT
    patient_ids: PatientIds = PatientIds.HMAC
    patient_id_prefix: str = "SL-"
    devices: tuple["DeviceRule", ...] = ()
    pixel_script: str = ""
    ctp_script: str = ""
    floor: bool = True

    def __post_init__(self) -> None:
        _check_form(self)
        _check_options(self.options)
        _check_rules(self.rules)
        _check_base(self)
        if (self.devices or self.pixel_script) and "clean_pixel" not in self.options:
            raise InvalidProfile(
                "The profile has rules for devices, but not the option clean_pixel: add it."
            )

    @property
    def needs_administrator(self) -> bool:
        """Whether only a site administrator may set it, as it may leave identity in place."""
        return (
            self.base is Base.NONE
            or (self.base is Base.CTP and not self.floor)
            or any(map(rule_needs_administrator, self.rules))
        )

    @classmethod
    def basic(cls) -> "Profile":
        """Return the Basic Profile without options."""
        return cls(name="basic", version=1)

    @classmethod
    def from_dict(cls, values: Mapping[str, object]) -> "Profile":
        """Read a profile from plain values; all but `name` and `version` may be left out.

        Raises InvalidProfile, naming the key.
        """
        if unknown := sorted(str(key) for key in values if key not in KEYS):
            raise InvalidProfile(
                f'The profile has an unknown key "{unknown[0]}": allowed are {", ".join(KEYS)}.'
            )
        if missing := [key for key in ("name", "version") if key not in values]:
            raise InvalidProfile(f'The profile\'s "{missing[0]}" is missing: add it.')
        known: dict[str, Any] = dict(values)
        for key, read in _READERS.items():
            if key in known:
                known[key] = read(known[key])
        return cls(**known)

    def to_dict(self) -> dict[str, object]:
        """Return plain values that `from_dict` reads back; what stands at its default is absent."""
        values: dict[str, object] = {
            "name": self.name,
            "version": self.version,
            "options": sorted(self.options),
            "pixel_review": self.pixel_review,
        }
        for field in fields(self)[4:]:
            value = getattr(self, field.name)
            if value != field.default:
                values[field.name] = _plain(value)
        return values


KEYS = tuple(field.name for field in fields(Profile))


def rule_needs_administrator(rule: TagRule) -> bool:
    """Whether a profile with this rule can only be set by a site administrator."""
    # Asked once, when a profile is set.
    from scanloft.deid.profiles.loosening import no_option_keeps

    return rule.action in (RuleAction.KEEP, RuleAction.REGEX) and no_option_keeps(rule)


def _plain(value: Any) -> object:
    if isinstance(value, tuple):
        return [part.to_dict() for part in value]
    return value.value if isinstance(value, StrEnum) else value


def _list(key: str, values: object) -> list[Any]:
    if not isinstance(values, list):
        raise InvalidProfile(f'The profile\'s "{key}" must be a list.')
    return values


def _read_options(values: object) -> frozenset[str]:
    if not isinstance(values, list) or not all(isinstance(option, str) for option in values):
        raise InvalidProfile('The profile\'s "options" must be a list of names.')
    return frozenset(values)


def _read_rules(values: object) -> tuple[TagRule, ...]:
    rules = _list("rules", values)
    if not all(isinstance(rule, dict) for rule in rules):
        raise InvalidProfile('Each of the profile\'s "rules" must have a tag and an action.')
    return tuple(map(TagRule.from_dict, rules))


def _read_devices(values: object) -> tuple["DeviceRule", ...]:
    from scanloft.deid.pixels.devices import DeviceRule  # only profiles with devices pay for it

    devices = _list("devices", values)
    if not all(isinstance(device, dict) for device in devices):
        raise InvalidProfile('Each of the profile\'s "devices" must be an object.')
    return tuple(map(DeviceRule.from_dict, devices))


def _choice(kind: type[StrEnum], key: str) -> Any:
    def read(value: object) -> StrEnum:
        if not isinstance(value, str) or value not in tuple(kind):
            raise InvalidProfile(f'The profile\'s "{key}" must be one of {", ".join(kind)}.')
        return kind(value)

    return read


_READERS = {
    "options": _read_options,
    "rules": _read_rules,
    "devices": _read_devices,
    "base": _choice(Base, "base"),
    "subjects": _choice(Subjects, "subjects"),
    "patient_ids": _choice(PatientIds, "patient_ids"),
}


def _check_form(profile: Profile) -> None:
    if not isinstance(profile.name, str) or NAME.fullmatch(profile.name) is None:
        raise InvalidProfile(
            'The profile\'s "name" must have 1 to 32 letters, digits, spaces, hyphens and '
            "underscores."
        )
    if type(profile.version) is not int or not 1 <= profile.version < 10**6:
        raise InvalidProfile('The profile\'s "version" must be a whole number from 1.')
    for key in ("pixel_review", "floor"):
        if not isinstance(getattr(profile, key), bool):
            raise InvalidProfile(f'The profile\'s "{key}" must be true or false.')
    for key in ("pixel_script", "ctp_script", "patient_id_prefix"):
        if not isinstance(getattr(profile, key), str):
            raise InvalidProfile(f'The profile\'s "{key}" must be a text.')
    if PREFIX.fullmatch(profile.patient_id_prefix) is None:
        raise InvalidProfile(
            'The profile\'s "patient_id_prefix" may have 16 letters, digits, dots, hyphens and '
            "underscores."
        )


def _check_options(options: frozenset[str]) -> None:
    for option in sorted(options):
        if option in UNSUPPORTED_OPTIONS:
            raise InvalidProfile(
                f"The profile's option {option} is not supported: {UNSUPPORTED_OPTIONS[option]}."
            )
        if option not in OPTIONS:
            raise InvalidProfile(
                f"The profile's option {option} is unknown: allowed are {', '.join(OPTIONS)}."
            )
    if options >= EXCLUSIVE:
        raise InvalidProfile(
            f"The profile's options {' and '.join(sorted(EXCLUSIVE))} exclude each other: "
            "choose one."
        )


def _check_rules(rules: tuple[TagRule, ...]) -> None:
    if len(rules) > RULE_LIMIT:
        raise InvalidProfile(f"A profile may have {RULE_LIMIT} rules.")
    seen: set[tuple[int, str]] = set()
    for rule in rules:
        if (rule.tag, rule.creator) in seen:
            raise InvalidProfile(f"The profile has two rules for {rule.tag_text}: keep one.")
        seen.add((rule.tag, rule.creator))


def _check_base(profile: Profile) -> None:
    if (profile.base is Base.CTP) != bool(profile.ctp_script):
        raise InvalidProfile(
            'The profile needs a "ctp_script" with the base ctp, and only with it.'
        )
    if profile.base is Base.NONE and (profile.options or profile.rules):
        raise InvalidProfile(
            "The base none changes nothing: a profile with it has neither options nor rules."
        )
    if not profile.floor and profile.base is not Base.CTP:
        raise InvalidProfile('The profile\'s "floor" can be false with the base ctp only.')
