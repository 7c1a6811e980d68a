from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from moto import mock_aws

from scanloft.aws.access import Access
from scanloft.aws.projects import ProjectIndex
from scanloft.core.caller import Caller
from scanloft.core.errors import Forbidden, Gone, NotFound
from scanloft.core.model import (
    Accessibility,
    Membership,
    Project,
    ProjectState,
    Role,
    TokenScope,
)
from scanloft.core.roles import Right
from tests.functions.api.tables import new_rows

OLGA, UMA, NINA = Caller("olga"), Caller("uma"), Caller("nina")
ROOT = Caller("root", is_admin=True)
HOSTILE = ["", "..", "alpha#", "ALPHA", "alpha\n", "alpha/../beta", "a" * 10_000, "P#alpha"]


@pytest.fixture
def access() -> Iterator[Access]:
    with mock_aws():
        projects = ProjectIndex(new_rows())
        for name in ("alpha", "beta"):
            projects.create(Project(name, name, "2026-01-01T00:00:00Z", "olga", {}))
        projects.put_member(Membership("alpha", "olga", Role.OWNER))
        projects.put_member(Membership("alpha", "uma", Role.UPLOADER))
        projects.put_member(Membership("beta", "nina", Role.OWNER))
        yield Access(projects)


def changed(access: Access, **what: Any) -> None:
    """Changes the project alpha behind the gate."""
    projects = access._projects
    projects.update(replace(projects.project("alpha"), **what))


@pytest.mark.parametrize("right", [right for right in Right if right is not Right.ASK])
def test_owners_and_administrators_have_every_right(access: Access, right: Right) -> None:
    access.enter(OLGA, project="alpha", rights=(right,))
    access.enter(ROOT, project="alpha", rights=(right,))


def test_a_member_without_the_right_is_told_so(access: Access) -> None:
    access.enter(UMA, project="alpha", rights=(Right.SUBMIT,))
    with pytest.raises(Forbidden):
        access.enter(UMA, project="alpha", rights=(Right.READ,))


@pytest.mark.parametrize("right", Right)
def test_an_outsider_is_told_the_same_of_a_project_and_of_none(
    access: Access, right: Right
) -> None:
    messages = set()
    for project in ("alpha", "gamma"):
        with pytest.raises(NotFound) as refused:
            access.enter(NINA, project=project, rights=(right,))
        messages.add((refused.value.message, str(refused.value.facts)))
    assert len(messages) == 1


@pytest.mark.parametrize("project", HOSTILE)
@pytest.mark.parametrize("caller", [OLGA, ROOT], ids=["owner", "administrator"])
def test_what_cannot_name_a_project_is_not_found(
    access: Access, caller: Caller, project: str
) -> None:
    with pytest.raises(NotFound):
        access.enter(caller, project=project, rights=(Right.READ,))


def test_an_administrator_is_told_that_a_project_does_not_exist(access: Access) -> None:
    with pytest.raises(NotFound):
        access.enter(ROOT, project="gamma", rights=(Right.READ,))


def test_a_deleted_project_is_gone_for_members_and_nothing_for_others(access: Access) -> None:
    changed(access, state=ProjectState.DELETED)
    for member in (OLGA, UMA, ROOT):
        with pytest.raises(Gone):
            access.enter(member, project="alpha", rights=(Right.READ,))
    with pytest.raises(NotFound):
        access.enter(NINA, project="alpha", rights=(Right.READ,))
    access.enter(OLGA, project="alpha", rights=(Right.MANAGE,))


@pytest.mark.parametrize(
    ("accessibility", "rights"),
    [
        (Accessibility.PUBLIC, {Right.ASK, Right.ENTER, Right.READ}),
        (Accessibility.PROTECTED, {Right.ASK}),
    ],
)
def test_visitors_have_what_the_project_opens(
    access: Access, accessibility: Accessibility, rights: set[Right]
) -> None:
    changed(access, accessibility=accessibility)
    presence = access.enter(NINA, project="alpha", rights=(Right.ASK,))
    assert presence.rights == rights
    assert presence.role is None


def test_a_member_of_a_public_project_is_no_visitor(access: Access) -> None:
    changed(access, accessibility=Accessibility.PUBLIC)
    with pytest.raises(Forbidden):
        access.enter(UMA, project="alpha", rights=(Right.READ,))


@pytest.mark.parametrize("caller", [OLGA, ROOT])
def test_a_token_leaves_what_its_scope_says_in_its_project(access: Access, caller: Caller) -> None:
    reading = replace(caller, by_token=True, scope=TokenScope.READ, project="alpha")
    presence = access.enter(reading, project="alpha", rights=(Right.READ,))
    assert presence.rights == {Right.ENTER, Right.READ}
    with pytest.raises(Forbidden):
        access.enter(reading, project="alpha", rights=(Right.MANAGE,))
    with pytest.raises(NotFound):
        access.enter(reading, project="beta", rights=(Right.READ,))


def test_who_is_bound_to_a_site_sees_what_is_all_of_that_site(access: Access) -> None:
    access._projects.put_member(Membership("alpha", "nora", Role.MEMBER, site="north"))
    bound = access.enter(Caller("nora"), project="alpha", rights=(Right.READ,))
    assert bound.sees(["north"])
    assert not any(map(bound.sees, ([], [""], ["south"], ["north", "south"])))
    assert access.enter(OLGA, project="alpha", rights=(Right.READ,)).sees(["north", "south"])
