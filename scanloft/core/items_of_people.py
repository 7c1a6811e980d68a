"""The keys of items about people and what they set: names, invitations, tokens, links, cards.

Built here and nowhere else; `docs/index-layout.md` draws them.
"""

from scanloft.core.annotations import Level
from scanloft.core.items import ItemKey, project_partition

NAMES = "NAMES"
OPEN_PROJECTS = "OPEN"
CONDEMNED = "CONDEMNED"
INVITATION_SORT = "INV#"
REQUEST_SORT = "ASK#"
TOKEN_SORT = "T#"  # noqa: S105  # a key, no secret
LINK_SORT = "LINK#"
RESOURCE_SORT = "R#"
FILE_SORT = "F#"
EXPORT_SORT = "EX#"
HOOK_SORT = "HOOK#"
HOOK_STATE_SORT = "STATE"
ATTEMPT_SORT = "A#"


def name_item(name: str) -> ItemKey:
    """The item that gives a name, title or alias to one project; letter case does not count."""
    return ItemKey(NAMES, name.casefold())


def open_project_item(project: str) -> ItemKey:
    """The item by which those who are signed in find a project that is not private."""
    return ItemKey(OPEN_PROJECTS, project)


def condemned_item(project: str) -> ItemKey:
    """The item of a project that is being removed for good."""
    return ItemKey(CONDEMNED, project)


def invitation_item(project: str, invitation: str) -> ItemKey:
    """The item of an invitation into a project, by the hash of its code."""
    return ItemKey(project_partition(project), f"{INVITATION_SORT}{invitation}")


def request_item(project: str, user: str) -> ItemKey:
    """The item of a visitor who asks for access to a project."""
    return ItemKey(project_partition(project), f"{REQUEST_SORT}{user}")


def tokens_partition(user: str) -> str:
    """The partition of the personal access tokens of a user, for their list of them."""
    return f"USER#{user}#TOKENS"


def token_listing_item(user: str, token_hash: str) -> ItemKey:
    """The item by which a user finds a token of theirs."""
    return ItemKey(tokens_partition(user), f"{TOKEN_SORT}{token_hash}")


def link_item(link_hash: str) -> ItemKey:
    """The item of a share link, found by the SHA-256 of its secret."""
    return ItemKey(f"LINK#{link_hash}", "LINK")


def shared_out_partition(source: str) -> str:
    """The partition of what a project shares with others."""
    return f"P#{source}#SHARED"


def link_listing_item(project: str, link_hash: str) -> ItemKey:
    """The item by which a project lists its share links."""
    return ItemKey(project_partition(project), f"{LINK_SORT}{link_hash}")


def cards_partition(project: str) -> str:
    """The partition of the cards of a project."""
    return f"P#{project}#CARDS"


def card_item(project: str, level: Level, name: str) -> ItemKey:
    """The item of the card of a subject, session or scan."""
    return ItemKey(cards_partition(project), f"{level}#{name}")


def label_item(project: str, level: Level, label: str) -> ItemKey:
    """The item that gives a label to one subject or session; letter case does not count."""
    return ItemKey(f"P#{project}#LABELS", f"{level}#{label.casefold()}")


def subjects_partition(project: str) -> str:
    """The partition of the subjects of a project."""
    return f"P#{project}#SUBJECTS"


def subject_item(project: str, subject: str) -> ItemKey:
    """The item of a subject."""
    return ItemKey(subjects_partition(project), subject)


def subjects_of_site_partition(project: str, site: str) -> str:
    """The partition of the subjects that a site submitted something of."""
    return f"P#{project}#SITE#{site}"


def subject_of_site_item(project: str, site: str, subject: str) -> ItemKey:
    """The item by which a site finds a subject; the subject itself says whose it is."""
    return ItemKey(subjects_of_site_partition(project, site), subject)


def sessions_of_subject_partition(project: str, subject: str) -> str:
    """The partition of what may be the sessions of a subject; the session itself decides."""
    return f"P#{project}#SU#{subject}"


def session_of_subject_item(project: str, subject: str, study_uid: str) -> ItemKey:
    """The item that leads from a subject to one of its sessions."""
    return ItemKey(sessions_of_subject_partition(project, subject), study_uid)


def tombstones_partition(project: str) -> str:
    """The partition of what was deleted in a project."""
    return f"P#{project}#TOMBS"


def tombstone_item(project: str, level: Level, name: str) -> ItemKey:
    """The item of something that was deleted."""
    return ItemKey(tombstones_partition(project), f"{level}#{name}")


def shares_partition(project: str) -> str:
    """The partition of what other projects share with this one."""
    return f"P#{project}#SHARES"


def share_item(project: str, level: Level, name: str) -> ItemKey:
    """The item of a subject or session that another project shares with this one."""
    return ItemKey(shares_partition(project), f"{level}#{name}")


def shared_item(source: str, level: Level, name: str, target: str) -> ItemKey:
    """The same share, found from the project that owns the data."""
    return ItemKey(shared_out_partition(source), f"{level}#{name}#{target}")


def transfer_item(project: str, study_uid: str) -> ItemKey:
    """The item of the move of a session to another project."""
    return ItemKey(f"P#{project}#MOVES", study_uid)


def resources_partition(project: str, level: Level, owner: str) -> str:
    """The partition of the resources of a project, subject, session or scan."""
    return f"P#{project}#RES#{level}#{owner}"


def resource_item(project: str, level: Level, owner: str, label: str) -> ItemKey:
    """The item of a resource."""
    return ItemKey(resources_partition(project, level, owner), f"{RESOURCE_SORT}{label}")


def resource_files_partition(project: str, level: Level, owner: str, label: str) -> str:
    """The partition of the files of a resource."""
    return f"{resources_partition(project, level, owner)}#{label}"


def resource_file_item(project: str, level: Level, owner: str, label: str, *, path: str) -> ItemKey:
    """The item of a file of a resource."""
    return ItemKey(resource_files_partition(project, level, owner, label), f"{FILE_SORT}{path}")


def trash_partition(project: str) -> str:
    """The partition of the files and resources that were deleted in a project."""
    return f"P#{project}#TRASH"


def trashed_file_item(
    project: str, level: Level, owner: str, label: str, *, file_id: str
) -> ItemKey:
    """The item of a file that was deleted or replaced."""
    return ItemKey(trash_partition(project), f"{trashed_files_sort(level, owner, label)}{file_id}")


def trashed_files_sort(level: Level, owner: str, label: str) -> str:
    """What the sort keys of the deleted files of a resource begin with."""
    return f"{FILE_SORT}{level}#{owner}#{label}#"


def trashed_resource_item(project: str, level: Level, owner: str, label: str) -> ItemKey:
    """The item by which the sweep finds a resource that was deleted."""
    return ItemKey(trash_partition(project), f"{RESOURCE_SORT}{level}#{owner}#{label}")


def export_item(project: str, export: str) -> ItemKey:
    """The item of an export."""
    return ItemKey(project_partition(project), f"{EXPORT_SORT}{export}")


def feed_partition(project: str) -> str:
    """The partition of what changed in a project, in order."""
    return f"P#{project}#FEED"


def hook_item(project: str, hook: str) -> ItemKey:
    """The item of a webhook."""
    return ItemKey(project_partition(project), f"{HOOK_SORT}{hook}")


def attempts_partition(project: str, hook: str) -> str:
    """The partition of the attempts to deliver to a webhook."""
    return f"P#{project}#HOOK#{hook}"


def hook_state_item(project: str, hook: str) -> ItemKey:
    """The item of how far a webhook has got; it is written by the deliveries, not by people."""
    return ItemKey(attempts_partition(project, hook), HOOK_STATE_SORT)


def attempt_item(project: str, hook: str, attempt: str) -> ItemKey:
    """The item of one attempt to deliver; attempts sort by their times."""
    return ItemKey(attempts_partition(project, hook), f"{ATTEMPT_SORT}{attempt}")


def idempotency_item(user: str, digest: str) -> ItemKey:
    """The item of what a request with an idempotency key was answered."""
    return ItemKey(f"USER#{user}#IDEMPOTENCY", digest)


def entry_item(partition: str, sequence: int) -> ItemKey:
    """The item of an entry of a journal; entries sort by their sequence numbers."""
    return ItemKey(partition, f"{sequence:012}")
