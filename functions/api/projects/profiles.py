"""De-identification profiles of projects: checked, set and audited.

What may leave identity in place, such as the profile `none`, only site administrators set; which
profile was set by whom is in the audit log before it holds.
"""

from dataclasses import replace
from typing import Any

from functions.api.edge.clock import timestamp
from functions.api.edge.request import Answer, Request
from functions.api.edge.shapes import Body, Shown
from functions.api.projects.sizes import check_size
from functions.api.services import Services
from scanloft.core.errors import Forbidden
from scanloft.core.model import AuditEntry, Project
from scanloft.deid.profiles.profile import Base, Profile
from scanloft.deid.profiles.rule_fit import check_rules


class NewProfile(Body):
    """A profile as docs/profiles.md describes it."""

    profile: dict[str, Any]


class ProfileShown(Shown):
    """The profile of a project, and in a word what objects pass through."""

    profile: dict[str, Any]
    deidentification: str


def show(_services: Services, request: Request) -> Answer:
    """The profile of a project."""
    return _answer(request.presence.project)


def put(services: Services, request: Request) -> Answer:
    """Sets the profile of a project: it holds for what passes the gate from the next batch on.

    Raises:
        InvalidProfile: a profile that cannot be used.
        Forbidden: a profile that only a site administrator may set.
        Conflict: it is too large to be kept with the other settings.
        Outdated: the project was changed since it was read.
    """
    project = request.presence.project
    request.check_match(str(project.revision))
    profile = checked(request.body(NewProfile).profile)
    check_may_set(profile, request)
    changed = replace(
        project,
        profile=profile.to_dict(),
        identifiable=project.identifiable or profile.needs_administrator,
    )
    check_size(changed)
    at = timestamp(services.now())
    services.audit.append(profile_set(changed, profile, actor=request.caller.user, at=at))
    return _answer(services.projects.update(changed))


def checked(values: dict[str, Any] | None) -> Profile:
    """The profile of these values, the basic one where there are none.

    Raises:
        InvalidProfile: no object could pass; the place of the fault is named.
    """
    if values is None:
        return Profile.basic()
    profile = Profile.from_dict(values)
    check_rules(profile)
    _check_scripts(profile)
    return profile


def check_may_set(profile: Profile, request: Request) -> None:
    """Lets pass who may set this profile.

    Raises:
        Forbidden: it may leave patients recognisable, and the caller is no site administrator.
    """
    if profile.needs_administrator and not request.caller.is_admin:
        raise Forbidden(
            "This profile may leave patients recognisable, so only a site administrator may set "
            "it: ask one to set it, or choose another profile."
        )


def check_may_open(project: Project, request: Request) -> None:
    """Lets pass who may show the data of this project to others than its members.

    Raises:
        Forbidden: patients may be recognisable in it, and the caller is no site administrator.
    """
    if project.identifiable and not request.caller.is_admin:
        raise Forbidden(
            "A profile of this project, now or earlier, may have left patients recognisable, so "
            "only a site administrator may show its data to others than its members."
        )


def profile_set(project: Project, profile: Profile, *, actor: str, at: str) -> AuditEntry:
    """What the audit log is told of a profile before it holds."""
    return AuditEntry(
        project=project.name,
        at=at,
        actor=actor,
        action="profile_set",
        facts={
            "profile": profile.name,
            "version": profile.version,
            "deidentification": deidentification(project),
        },
    )


def deidentification(project: Project) -> str:
    """In a word, what objects pass through: "basic", "none", "ctp" or "ctp_without_floor"."""
    base = str(project.profile.get("base", Base.BASIC.value))
    floored = project.profile.get("floor", True)
    return base if floored else f"{base}_without_floor"


def _check_scripts(profile: Profile) -> None:
    """Raises InvalidProfile for a CTP script that no object could pass, naming the line."""
    if profile.ctp_script:
        from scanloft.deid.ctp.script import parse_script  # only profiles with a script pay for it

        parse_script(profile.ctp_script)
    if profile.pixel_script:
        from scanloft.deid.pixels.ctp_script import parse_pixel_script  # as above

        parse_pixel_script(profile.pixel_script)


def _answer(project: Project) -> Answer:
    shown = ProfileShown(profile=dict(project.profile), deidentification=deidentification(project))
    return Answer(shown, etag=str(project.revision))
