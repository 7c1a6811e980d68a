"""The message that asks for a session to be moved to another project."""

import json


def transfer_body(project: str, study_uid: str) -> str:
    """The body of the message; where the session goes stands in the row of its move."""
    return json.dumps({"project": project, "study_uid": study_uid})


def parse_transfer(body: str) -> tuple[str, str]:
    """The project and the study of a message.

    Raises:
        ValueError: it is not such a message.
    """
    fields = json.loads(body)
    if not isinstance(fields, dict) or set(fields) != {"project", "study_uid"}:
        raise ValueError("This message does not ask for a session to be moved.")
    project, study_uid = fields["project"], fields["study_uid"]
    if not isinstance(project, str) or not isinstance(study_uid, str):
        raise ValueError("A session is named by texts.")
    return project, study_uid
