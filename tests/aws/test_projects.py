from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from moto import mock_aws

from scanloft.aws.projects import ProjectIndex
from scanloft.aws.rows import Rows
from scanloft.core.errors import Conflict, NotFound, Outdated, Unavailable
from scanloft.core.model import Accessibility, Membership, Prearchive, Project, ProjectState, Role
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
    assert index.project("alpha") == replace(ALPHA, revision=1)


@pytest.mark.parametrize("record_ids", [True, False])
def test_a_project_remembers_whether_identifiers_are_recorded(rows: Rows, record_ids: bool) -> None:
    index = ProjectIndex(rows)
    index.create(replace(ALPHA, record_ids=record_ids))
    assert index.project("alpha").record_ids is record_ids


def test_a_project_keeps_all_that_was_set(rows: Rows) -> None:
    index = ProjectIndex(rows)
    full = replace(
        ALPHA,
        description="Two\nlines",
        aliases=("first", "Second"),
        accessibility=Accessibility.PROTECTED,
        prearchive=Prearchive.MANUAL,
        sites=("north", "south"),
        routing="(0008,0080):north",
        fields={"session": [{"name": "dose", "type": "number"}]},
        state=ProjectState.ARCHIVED,
        deleted_until="2026-02-01T00:00:00Z",
    )
    index.create(full)
    assert index.project("alpha") == replace(full, revision=1)


def test_an_edit_is_written_over_the_revision_that_was_read(rows: Rows) -> None:
    index = ProjectIndex(rows)
    index.create(ALPHA)
    read = index.project("alpha")
    edited = index.update(replace(read, title="New"))
    assert edited == index.project("alpha") == replace(read, title="New", revision=2)
    with pytest.raises(Outdated):
        index.update(replace(read, title="Too late"))
    assert index.project("alpha").title == "New"


def test_a_project_and_a_membership_are_read_together(rows: Rows) -> None:
    index = ProjectIndex(rows)
    assert index.presence("alpha", "mia") == (None, None)
    index.create(ALPHA)
    assert index.presence("alpha", "mia") == (index.project("alpha"), None)
    member = Membership("alpha", "mia", Role.MEMBER, site="north")
    index.put_member(member)
    assert index.presence("alpha", "mia") == (index.project("alpha"), member)


def test_a_second_project_of_a_name_leaves_the_first_as_it_is(rows: Rows) -> None:
    index = ProjectIndex(rows)
    index.create(ALPHA)
    with pytest.raises(Conflict):
        index.create(replace(ALPHA, title="Other", created_by="mia"))
    assert index.project("alpha") == replace(ALPHA, revision=1)
    assert list(index.names()) == ["alpha"]


def test_a_project_that_is_not_there_is_not_found(rows: Rows) -> None:
    with pytest.raises(NotFound):
        ProjectIndex(rows).project("alpha")


def test_all_projects_are_listed_by_name(rows: Rows) -> None:
    index = ProjectIndex(rows)
    for name in ("gamma", "alpha", "beta"):
        index.create(replace(ALPHA, name=name))
    assert list(index.names()) == ["alpha", "beta", "gamma"]
    assert list(index.names(after="alpha")) == ["beta", "gamma"]
    assert set(index.projects(["alpha", "gamma", "none"])) == {"alpha", "gamma"}


def test_a_membership_is_found_from_both_sides(rows: Rows) -> None:
    index = ProjectIndex(rows)
    member = Membership("alpha", "mia", Role.MEMBER)
    index.put_member(member)
    assert index.member("alpha", "mia") == member
    assert list(index.members("alpha")) == [member]
    assert list(index.memberships("mia")) == [member]


def test_the_later_of_two_roles_counts(rows: Rows) -> None:
    index = ProjectIndex(rows)
    for role in (Role.OWNER, Role.UPLOADER):
        index.put_member(Membership("alpha", "mia", role))
    assert index.member("alpha", "mia") == Membership("alpha", "mia", Role.UPLOADER)
    assert [entry.role for entry in index.memberships("mia")] == [Role.UPLOADER]


def test_memberships_of_other_projects_and_users_do_not_meet(rows: Rows) -> None:
    index = ProjectIndex(rows)
    index.put_member(Membership("alpha", "mia", Role.OWNER))
    index.put_member(Membership("alpha-2", "mia-2", Role.OWNER))
    assert index.member("alpha", "mia-2") is None
    assert index.member("alpha-2", "mia") is None
    assert [entry.user for entry in index.members("alpha")] == ["mia"]
    assert [entry.project for entry in index.memberships("mia")] == ["alpha"]


@pytest.mark.parametrize("kind", [Accessibility.PROTECTED, Accessibility.PUBLIC])
def test_a_project_that_is_not_private_is_listed_as_such(rows: Rows, kind: Accessibility) -> None:
    index = ProjectIndex(rows)
    index.create(ALPHA)
    assert list(index.open_names()) == []
    opened = index.update(replace(index.project("alpha"), accessibility=kind))
    assert list(index.open_names()) == ["alpha"]
    index.update(replace(opened, accessibility=Accessibility.PRIVATE))
    assert list(index.open_names()) == []


def test_a_project_that_was_opened_again_stays_listed_though_a_closing_ends_late(
    rows: Rows, monkeypatch: pytest.MonkeyPatch
) -> None:
    index = ProjectIndex(rows)
    index.create(ALPHA)
    opened = index.update(replace(index.project("alpha"), accessibility=Accessibility.PUBLIC))
    delete_if = Rows.delete_if

    def late(rows: Rows, *args: Any, **more: Any) -> bool:
        """Somebody opens it between the closing and the end of its listing."""
        monkeypatch.setattr(Rows, "delete_if", delete_if)
        index.update(replace(index.project("alpha"), accessibility=Accessibility.PUBLIC))
        return delete_if(rows, *args, **more)

    monkeypatch.setattr(Rows, "delete_if", late)
    index.update(replace(opened, accessibility=Accessibility.PRIVATE))
    assert index.project("alpha").accessibility is Accessibility.PUBLIC
    assert list(index.open_names()) == ["alpha"]


def test_a_project_whose_creation_broke_off_is_listed_once_it_is_made(
    rows: Rows, monkeypatch: pytest.MonkeyPatch
) -> None:
    index = ProjectIndex(rows)
    put_new = Rows.put_new
    monkeypatch.setattr(Rows, "put_new", _break_off)
    with pytest.raises(Unavailable):
        index.create(ALPHA)
    monkeypatch.setattr(Rows, "put_new", put_new)
    index.create(ALPHA)
    assert list(index.names()) == ["alpha"]


def _break_off(*_: object) -> bool:
    raise Unavailable("The table did not answer.")


def test_a_project_that_was_removed_is_found_by_nobody(rows: Rows) -> None:
    index = ProjectIndex(rows)
    index.create(ALPHA)
    index.update(replace(index.project("alpha"), accessibility=Accessibility.PUBLIC))
    index.remove("alpha")
    assert (list(index.names()), list(index.open_names())) == ([], [])
    with pytest.raises(NotFound):
        index.project("alpha")
