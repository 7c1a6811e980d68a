import pytest

from scanloft.core.errors import Forbidden, NotFound
from scanloft.core.model import Role
from scanloft.core.roles import RIGHTS_BY_ROLE, Right, require

ALLOWED = {
    (Role.OWNER, Right.READ),
    (Role.OWNER, Right.SUBMIT),
    (Role.OWNER, Right.REVIEW),
    (Role.OWNER, Right.MANAGE),
    (Role.MEMBER, Right.READ),
    (Role.MEMBER, Right.SUBMIT),
    (Role.COLLABORATOR, Right.READ),
    (Role.UPLOADER, Right.SUBMIT),
}


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("right", Right)
def test_a_role_allows_what_its_row_says_and_nothing_else(role: Role, right: Right) -> None:
    if (role, right) in ALLOWED:
        require(role, right)
    else:
        with pytest.raises(Forbidden) as refused:
            require(role, right)
        assert right.value in refused.value.message


@pytest.mark.parametrize("right", Right)
def test_an_outsider_is_told_that_nothing_is_there(right: Right) -> None:
    with pytest.raises(NotFound):
        require(None, right)


def test_every_role_has_a_row() -> None:
    assert set(RIGHTS_BY_ROLE) == set(Role)
