"""Who may do what in a project: one table, asked in one place."""

from enum import StrEnum

from scanloft.core.errors import Forbidden, NotFound
from scanloft.core.model import Role


class Right(StrEnum):
    """Something that a role allows."""

    READ = "read"
    SUBMIT = "submit"
    REVIEW = "review"
    MANAGE = "manage"


RIGHTS_BY_ROLE: dict[Role, frozenset[Right]] = {
    Role.OWNER: frozenset({Right.READ, Right.SUBMIT, Right.REVIEW, Right.MANAGE}),
    Role.MEMBER: frozenset({Right.READ, Right.SUBMIT}),
    Role.COLLABORATOR: frozenset({Right.READ}),
    Role.UPLOADER: frozenset({Right.SUBMIT}),
}
"""READ: search and download. SUBMIT: upload, and see what became of one's upload.
REVIEW: see the quarantine. MANAGE: members, profile and the project itself."""


def require(role: Role | None, right: Right) -> None:
    """Lets pass who has the right.

    Raises:
        NotFound: for outsiders, so that they cannot tell which projects exist.
        Forbidden: for members whose role does not allow it.
    """
    if role is None:
        raise NotFound("There is no such project, or you are not a member of it.")
    if right not in RIGHTS_BY_ROLE[role]:
        raise Forbidden(
            f"Your role in this project does not include the right to {right.value}: "
            "ask an owner of the project.",
            right=right.value,
        )
