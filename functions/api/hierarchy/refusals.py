"""What is said where something is not there, gone, or of another project."""

from scanloft.core.annotations import Level
from scanloft.core.errors import Conflict, Forbidden, Gone, NotFound


def no_session() -> NotFound:
    """The error for a session that is not there, or that the caller may not see."""
    return NotFound("There is no such session in this project.")


def no_scan() -> NotFound:
    """The same for a scan."""
    return NotFound("There is no such scan in this session.")


def no_subject() -> NotFound:
    """The same for a subject."""
    return NotFound("There is no such subject in this project.")


def gone(level: Level) -> Gone:
    """The error for what is deleted."""
    return Gone(
        f"This {level} was deleted or moved to another project: see the list of what is deleted. "
        "Who may delete can bring a deleted one back for 30 days."
    )


def of_another_project() -> Conflict:
    """The error for a change of what another project owns."""
    return Conflict("This belongs to another project, which shares it: change it there.")


def both_rights() -> Forbidden:
    """The error for an edit through a share by who may not edit in both projects."""
    return Forbidden(
        "This belongs to another project, which shares it: editing it needs the right to edit in "
        "both projects."
    )
