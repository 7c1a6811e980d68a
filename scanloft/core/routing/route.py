"""Where an object belongs that was addressed to no project: the rules of routing in their order.

Project, subject and session are each found on their own, and the first hit wins: expressions of
the receiver, expressions of the site, fixed rules.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from scanloft.core.errors import InvalidRequest
from scanloft.core.routing import fixed
from scanloft.core.routing.expressions import (
    Attributes,
    Compile,
    Expression,
    parse_expressions,
)
from scanloft.core.routing.fixed import Level

ProjectOf = Callable[[str], str | None]
"""The name of the project that is called so, by name or alias, in whatever case; None if none."""

PROJECTS_TRIED = 20
"""How many names an object may give for its project: each is looked up."""


class RuleSource(StrEnum):
    """Whose rule it is."""

    RECEIVER = "receiver"
    SITE = "site"
    FIXED = "fixed"


@dataclass(frozen=True, slots=True)
class Found:
    """A value, the attribute it stood in, and the rule that found it.

    The value is the name of the patient as often as not, so it is never shown.
    """

    value: str = field(repr=False)
    tag: int
    source: RuleSource
    place: str
    """The line of the rule, as "line 3", or the keyword of the attribute."""

    @property
    def rule(self) -> str:
        """The rule in words, as "receiver line 3" or "fixed PatientComments"; never the value."""
        return f"{self.source} {self.place}"


@dataclass(frozen=True, slots=True)
class Routing:
    """Where an object belongs; no project where no rule names one that exists.

    `auto_archive` says that the object asks not to wait in the prearchive.
    """

    project: Found | None
    subject: Found | None
    session: Found | None
    auto_archive: bool


@dataclass(frozen=True, slots=True)
class Rules:
    """Expressions for project, subject and session, of one receiver or of the site."""

    by_level: Mapping[Level, tuple[Expression, ...]] = field(default_factory=dict)

    @property
    def tags(self) -> frozenset[int]:
        """The attributes that they read."""
        return frozenset(rule.tag for rules in self.by_level.values() for rule in rules)


def parse_rules(lines: Mapping[str, str], *, compiled: Compile) -> Rules:
    """Reads the lines for each level, as {"project": "(0008,1030):(.*)", …}.

    Raises:
        InvalidRequest: a faulty line; it names the level and the line and quotes neither.
    """
    if not set(Level).issuperset(lines):
        raise InvalidRequest("There are rules for project, subject and session, and no others.")
    return Rules({Level(level): _parsed(level, lines[level], compiled) for level in lines})


def wanted_tags(receiver: Rules, site: Rules) -> frozenset[int]:
    """The attributes that routing reads."""
    return receiver.tags | site.tags | fixed.TAGS


def route(
    attributes: Attributes, *, receiver: Rules, site: Rules, project_of: ProjectOf
) -> Routing:
    """Finds project, subject and session of an object, each by the first rule that hits.

    A value for the project counts only if it names one that exists.
    """

    def first(level: Level) -> Found | None:
        return next(_candidates(level, attributes, receiver=receiver, site=site), None)

    projects = _candidates(Level.PROJECT, attributes, receiver=receiver, site=site)
    return Routing(
        project=_existing(projects, project_of),
        subject=first(Level.SUBJECT),
        session=first(Level.SESSION),
        auto_archive=fixed.demands_archiving(attributes),
    )


def _candidates(
    level: Level, attributes: Attributes, *, receiver: Rules, site: Rules
) -> Iterator[Found]:
    for source, rules in ((RuleSource.RECEIVER, receiver), (RuleSource.SITE, site)):
        for rule in rules.by_level.get(level, ()):
            value = rule.value_in(attributes)
            if value is not None:
                yield Found(value, rule.tag, source, f"line {rule.line}")
    for tag, keyword, value in fixed.readings(level, attributes):
        yield Found(value, tag, RuleSource.FIXED, keyword)


def _existing(candidates: Iterator[Found], project_of: ProjectOf) -> Found | None:
    """The first candidate that names a project, under the name that the project has."""
    tried: set[str] = set()
    for found in candidates:
        if found.value in tried:
            continue
        if len(tried) == PROJECTS_TRIED:
            return None
        tried.add(found.value)
        project = project_of(found.value)
        if project is not None:
            return Found(project, found.tag, found.source, found.place)
    return None


def _parsed(level: str, text: str, compiled: Compile) -> tuple[Expression, ...]:
    try:
        return parse_expressions(text, compiled=compiled)
    except InvalidRequest as error:
        message = f"Rules for the {level}: {error.message}"
        raise InvalidRequest(message, level=level, **error.facts) from error
