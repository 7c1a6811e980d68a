from collections.abc import Iterator
from dataclasses import replace

import pytest
from moto import mock_aws

from scanloft.aws.projects import SECRET_BYTES, ProjectIndex, SecretStore
from scanloft.aws.rows import Rows
from scanloft.core.errors import Conflict, NotFound, UnknownProject
from scanloft.core.items import project_item
from scanloft.core.model import Membership, Project, Role
from tests.functions.api.tables import new_rows

ALPHA = Project(
    name="alpha",
    title="Älpha <b>",
    created_at="2026-01-01T00:00:00Z",
    created_by="olga",
    profile={"name": "basic", "version": 1, "options": []},
)


@pytest.fixture
def rows() -> Iterator[Rows]:
    with mock_aws():
        yield new_rows()


def test_a_project_is_read_as_it_was_written(rows: Rows) -> None:
    index = ProjectIndex(rows)
    index.create(ALPHA)
    assert index.project("alpha") == ALPHA


@pytest.mark.parametrize("record_ids", [True, False])
def test_a_project_remembers_whether_identifiers_are_recorded(rows: Rows, record_ids: bool) -> None:
    index = ProjectIndex(rows)
    index.create(replace(ALPHA, record_ids=record_ids))
    assert index.project("alpha").record_ids is record_ids


def test_a_project_from_before_that_was_a_choice_records_them(rows: Rows) -> None:
    index = ProjectIndex(rows)
    index.create(ALPHA)
    row = rows.get(project_item("alpha"))
    assert row
    rows.put(
        project_item("alpha"),
        {key: value for key, value in row.items() if key not in ("PK", "SK", "record_ids")},
    )
    assert index.project("alpha").record_ids


def test_a_second_project_of_a_name_leaves_the_first_as_it_is(rows: Rows) -> None:
    index = ProjectIndex(rows)
    index.create(ALPHA)
    with pytest.raises(Conflict):
        index.create(replace(ALPHA, title="Other", created_by="mia"))
    assert index.project("alpha") == ALPHA
    assert list(index.all_projects()) == [ALPHA]


def test_a_project_that_is_not_there_is_not_found(rows: Rows) -> None:
    with pytest.raises(NotFound):
        ProjectIndex(rows).project("alpha")


def test_all_projects_are_listed_by_name(rows: Rows) -> None:
    index = ProjectIndex(rows)
    for name in ("gamma", "alpha", "beta"):
        index.create(replace(ALPHA, name=name))
    assert [project.name for project in index.all_projects()] == ["alpha", "beta", "gamma"]


def test_a_membership_is_found_from_both_sides(rows: Rows) -> None:
    index = ProjectIndex(rows)
    member = Membership("alpha", "mia", Role.MEMBER)
    index.put_member(member)
    assert index.role("alpha", "mia") is Role.MEMBER
    assert list(index.members("alpha")) == [member]
    assert list(index.memberships("mia")) == [member]


def test_the_later_of_two_roles_counts(rows: Rows) -> None:
    index = ProjectIndex(rows)
    for role in (Role.OWNER, Role.UPLOADER):
        index.put_member(Membership("alpha", "mia", role))
    assert index.role("alpha", "mia") is Role.UPLOADER
    assert [entry.role for entry in index.memberships("mia")] == [Role.UPLOADER]


def test_memberships_of_other_projects_and_users_do_not_meet(rows: Rows) -> None:
    index = ProjectIndex(rows)
    index.put_member(Membership("alpha", "mia", Role.OWNER))
    index.put_member(Membership("alpha-2", "mia-2", Role.OWNER))
    assert index.role("alpha", "mia-2") is None
    assert index.role("alpha-2", "mia") is None
    assert [entry.user for entry in index.members("alpha")] == ["mia"]
    assert [entry.project for entry in index.memberships("mia")] == ["alpha"]


def test_a_secret_is_made_once_and_kept(rows: Rows) -> None:
    store = SecretStore(rows)
    store.create("alpha")
    first = store.secret("alpha")
    store.create("alpha")
    assert store.secret("alpha") == first
    assert len(first) == SECRET_BYTES


def test_each_project_has_a_secret_of_its_own(rows: Rows) -> None:
    store = SecretStore(rows)
    for name in ("alpha", "beta"):
        store.create(name)
    assert store.secret("alpha") != store.secret("beta")


def test_a_project_that_was_never_made_has_no_secret(rows: Rows) -> None:
    with pytest.raises(UnknownProject):
        SecretStore(rows).secret("alpha")
