from collections.abc import Iterator

import pytest
from moto import mock_aws

from scanloft.aws.access import Access
from scanloft.aws.projects import ProjectIndex
from scanloft.core.caller import Caller
from scanloft.core.errors import Forbidden, NotFound
from scanloft.core.model import Membership, Project, Role
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


@pytest.mark.parametrize("right", Right)
def test_owners_and_administrators_have_every_right(access: Access, right: Right) -> None:
    access.require(OLGA, project="alpha", right=right)
    access.require(ROOT, project="alpha", right=right)


def test_a_member_without_the_right_is_told_so(access: Access) -> None:
    access.require(UMA, project="alpha", right=Right.SUBMIT)
    with pytest.raises(Forbidden):
        access.require(UMA, project="alpha", right=Right.READ)


@pytest.mark.parametrize("right", Right)
def test_an_outsider_is_told_the_same_of_a_project_and_of_none(
    access: Access, right: Right
) -> None:
    messages = set()
    for project in ("alpha", "gamma"):
        with pytest.raises(NotFound) as refused:
            access.require(NINA, project=project, right=right)
        messages.add((refused.value.message, str(refused.value.facts)))
    assert len(messages) == 1


@pytest.mark.parametrize("project", HOSTILE)
@pytest.mark.parametrize("caller", [OLGA, ROOT], ids=["owner", "administrator"])
def test_what_cannot_name_a_project_is_not_found(
    access: Access, caller: Caller, project: str
) -> None:
    with pytest.raises(NotFound):
        access.require(caller, project=project, right=Right.READ)


def test_an_administrator_is_told_that_a_project_does_not_exist(access: Access) -> None:
    with pytest.raises(NotFound):
        access.require(ROOT, project="gamma", right=Right.READ)
