import pytest

from scanloft.core.errors import Forbidden, NotFound
from scanloft.core.model import ProjectState, Role
from scanloft.core.roles import (
    RIGHTS_BY_STANDING,
    RIGHTS_BY_STATE,
    SITE_BOUND,
    Right,
    Standing,
    Visitor,
    check,
    rights_of,
)

STANDINGS: list[Standing] = [*Role, *Visitor]
ALLOWED = {
    Role.OWNER: "enter read submit edit delete review manage",
    Role.MEMBER: "enter read submit edit",
    Role.COLLABORATOR: "enter read",
    Role.UPLOADER: "enter submit",
    Visitor.OF_PUBLIC: "ask enter read",
    Visitor.OF_PROTECTED: "ask",
}


@pytest.mark.parametrize("standing", STANDINGS)
@pytest.mark.parametrize("right", Right)
def test_a_standing_allows_what_its_row_says_and_nothing_else(
    standing: Standing, right: Right
) -> None:
    rights = rights_of(standing, site="", state=ProjectState.ACTIVE)
    if right in ALLOWED[standing].split():
        check(rights, [right])
    else:
        with pytest.raises(Forbidden) as refused:
            check(rights, [right])
        assert right.value in refused.value.message


@pytest.mark.parametrize("right", Right)
def test_an_outsider_is_told_that_nothing_is_there(right: Right) -> None:
    with pytest.raises(NotFound):
        check(frozenset(), [right])


@pytest.mark.parametrize("standing", STANDINGS)
def test_who_is_bound_to_a_site_has_no_right_that_reaches_beyond_it(standing: Standing) -> None:
    free = rights_of(standing, site="", state=ProjectState.ACTIVE)
    bound = rights_of(standing, site="north", state=ProjectState.ACTIVE)
    assert bound == free & SITE_BOUND
    assert not bound & {Right.MANAGE, Right.REVIEW, Right.DELETE}


@pytest.mark.parametrize("standing", STANDINGS)
def test_an_archived_project_is_read_and_managed_a_deleted_one_is_brought_back(
    standing: Standing,
) -> None:
    free = rights_of(standing, site="", state=ProjectState.ACTIVE)
    archived = rights_of(standing, site="", state=ProjectState.ARCHIVED)
    assert archived == free & {Right.ASK, Right.ENTER, Right.READ, Right.MANAGE}
    assert rights_of(standing, site="", state=ProjectState.DELETED) == free & {Right.MANAGE}


def test_every_standing_and_every_state_has_a_row() -> None:
    assert set(RIGHTS_BY_STANDING) == set(STANDINGS)
    assert set(RIGHTS_BY_STATE) == set(ProjectState)
