"""Who may do what in a project: one table, asked in one place."""

from collections.abc import Iterable
from enum import StrEnum

from scanloft.core.errors import Forbidden, Gone, NotFound
from scanloft.core.model import Accessibility, ProjectState, Role


class Right(StrEnum):
    """Something that a standing in a project allows."""

    ASK = "ask"
    ENTER = "enter"
    READ = "read"
    SUBMIT = "submit"
    EDIT = "edit"
    DELETE = "delete"
    REVIEW = "review"
    MANAGE = "manage"


class Visitor(StrEnum):
    """Somebody who is signed in and no member, by what the project lets visitors do."""

    OF_PUBLIC = "visitor of a public project"
    OF_PROTECTED = "visitor of a protected project"


Standing = Role | Visitor
"""What somebody is in a project; outsiders of a private one have none."""

ASK, ENTER, READ, SUBMIT = Right.ASK, Right.ENTER, Right.READ, Right.SUBMIT
EDIT, DELETE, REVIEW, MANAGE = Right.EDIT, Right.DELETE, Right.REVIEW, Right.MANAGE

RIGHTS_BY_STANDING: dict[Standing, frozenset[Right]] = {
    Role.OWNER: frozenset({ENTER, READ, SUBMIT, EDIT, DELETE, REVIEW, MANAGE}),
    Role.MEMBER: frozenset({ENTER, READ, SUBMIT, EDIT}),
    Role.COLLABORATOR: frozenset({ENTER, READ}),
    Role.UPLOADER: frozenset({ENTER, SUBMIT}),
    Visitor.OF_PUBLIC: frozenset({ASK, ENTER, READ}),
    Visitor.OF_PROTECTED: frozenset({ASK}),
}
"""ASK: see name and title, and ask for access. ENTER: see the project's settings.
READ: search and download. SUBMIT: upload, and see what became of one's upload.
EDIT: labels, notes, fields, resources. DELETE: data, and bring it back.
REVIEW: see and decide the quarantine. MANAGE: members, profile and the project itself."""

RIGHTS_BY_STATE: dict[ProjectState, frozenset[Right]] = {
    ProjectState.ACTIVE: frozenset(Right),
    ProjectState.ARCHIVED: frozenset({ASK, ENTER, READ, MANAGE}),
    ProjectState.DELETED: frozenset({MANAGE}),
}
"""What the state of a project leaves of anybody's rights."""

SITE_BOUND = frozenset({ENTER, READ, SUBMIT, EDIT})
"""What remains of the rights of somebody who is bound to a site: nothing that reaches beyond it."""

VISITOR_BY_ACCESSIBILITY: dict[Accessibility, Visitor | None] = {
    Accessibility.PRIVATE: None,
    Accessibility.PROTECTED: Visitor.OF_PROTECTED,
    Accessibility.PUBLIC: Visitor.OF_PUBLIC,
}


def rights_of(standing: Standing, *, site: str, state: ProjectState) -> frozenset[Right]:
    """The rights of somebody in a project of this state; `site` is empty where not bound to one."""
    rights = RIGHTS_BY_STANDING[standing] & RIGHTS_BY_STATE[state]
    return rights & SITE_BOUND if site else rights


def no_such_project() -> NotFound:
    """The one answer to outsiders: they cannot tell which projects exist."""
    return NotFound("There is no such project, or you are not a member of it.")


def deleted_project() -> Gone:
    """The answer to those who may know that a project was deleted."""
    return Gone("This project was deleted: an owner can bring it back for some days.")


def check(rights: frozenset[Right], wanted: Iterable[Right]) -> None:
    """Lets pass who has one of the wanted rights.

    Raises:
        NotFound: somebody without any right, for whom the project does not exist.
        Forbidden: somebody with other rights.
    """
    wanted = tuple(wanted)
    if not rights:
        raise no_such_project()
    if not rights & set(wanted):
        raise Forbidden(
            "What you are in this project, or the state it is in, does not include the right to "
            f"{' or '.join(wanted)}: ask an owner of the project.",
            right=wanted[-1].value,
        )
