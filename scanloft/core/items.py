"""The keys of DynamoDB items: built here and nowhere else; `docs/index-layout.md` draws them."""

from typing import NamedTuple


class ItemKey(NamedTuple):
    """The partition key and the sort key of an item."""

    partition: str
    sort: str


STUDY_SHARDS = 1
"""In how many partitions the study rows of a project lie; `docs/index-layout.md` says when more."""

INSTANCE_SORT = "I#"
SERIES_SORT = "SE#"
MEMBER_SORT = "M#"
UPLOAD_SORT = "UP#"
QUARANTINE_SORT = "Q#"
FATE_SORT = "F#"
DECLARATION_SORT = "D#"
INSTRUCTION_SORT = "IN#"
MEMBER_DECLARATION_SORT = "DM#"
PARTS_SORT = "MP#"
UNPACKED_SORT = "UN#"
PROJECT_SORT = "PROJECT"
CLAIM_SORT = "CLAIM"
ALL_PROJECTS = "PROJECTS"
UNASSIGNED = "UNASSIGNED"
RECEIVERS = "RECEIVERS"


def instance_item(project: str, study_uid: str, series_uid: str, sop_uid: str) -> ItemKey:
    """The item of an instance."""
    return ItemKey(series_partition(project, study_uid, series_uid), f"{INSTANCE_SORT}{sop_uid}")


def series_partition(project: str, study_uid: str, series_uid: str) -> str:
    """The partition of the instances of a series.

    The study is part of it: the same Series Instance UID in two studies, as after a corrected
    worklist entry, must not mix them.
    """
    return f"{study_partition(project, study_uid)}#SE#{series_uid}"


def claim_item(project: str, sop_uid: str) -> ItemKey:
    """The item that gives a SOP Instance UID to one object of a project, in whatever study."""
    return ItemKey(f"P#{project}#SOP#{sop_uid}", CLAIM_SORT)


def series_item(project: str, study_uid: str, series_uid: str) -> ItemKey:
    """The item of a series."""
    return ItemKey(study_partition(project, study_uid), f"{SERIES_SORT}{series_uid}")


def study_partition(project: str, study_uid: str) -> str:
    """The partition of the series of a study."""
    return f"P#{project}#ST#{study_uid}"


def study_item(project: str, study_uid: str) -> ItemKey:
    """The item of a study: the row that QIDO-RS answers with."""
    shard = sum(study_uid.encode()) % STUDY_SHARDS
    return ItemKey(f"P#{project}#IDX#{shard}", study_uid)


def study_rows_partitions(project: str) -> list[str]:
    """The partitions that hold all study rows of a project."""
    return [f"P#{project}#IDX#{shard}" for shard in range(STUDY_SHARDS)]


def project_partition(project: str) -> str:
    """The partition of a project, its members, uploads and quarantine items."""
    return f"P#{project}"


def user_partition(user: str) -> str:
    """The partition of the memberships of a user."""
    return f"USER#{user}"


def project_item(project: str) -> ItemKey:
    """The item of a project itself."""
    return ItemKey(project_partition(project), PROJECT_SORT)


def project_listing_item(project: str) -> ItemKey:
    """The item by which site administrators find all projects."""
    return ItemKey(ALL_PROJECTS, project)


def member_item(project: str, user: str) -> ItemKey:
    """The membership of a user, found from the project."""
    return ItemKey(project_partition(project), f"{MEMBER_SORT}{user}")


def membership_item(user: str, project: str) -> ItemKey:
    """The same membership, found from the user."""
    return ItemKey(user_partition(user), f"{MEMBER_SORT}{project}")


def upload_item(project: str, upload: str) -> ItemKey:
    """The item of an upload."""
    return ItemKey(project_partition(project), f"{UPLOAD_SORT}{upload}")


def upload_partition(project: str, upload: str) -> str:
    """The partition of what was declared for an upload and of what became of it."""
    return f"P#{project}#UP#{upload}"


def declaration_item(project: str, upload: str, number: str) -> ItemKey:
    """The item with the declared size and checksum of one file of an upload."""
    return ItemKey(upload_partition(project, upload), f"{DECLARATION_SORT}{_sortable(number)}")


def member_declaration_item(project: str, upload: str, number: str) -> ItemKey:
    """The same for a member of a zip or tar that is unpacked into a resource."""
    return ItemKey(
        upload_partition(project, upload), f"{MEMBER_DECLARATION_SORT}{_sortable(number)}"
    )


def unpacked_item(project: str, upload: str, number: str) -> ItemKey:
    """The item that says how far a zip or tar of images is unpacked."""
    return ItemKey(upload_partition(project, upload), f"{UNPACKED_SORT}{_sortable(number)}")


def fate_item(project: str, upload: str, number: str) -> ItemKey:
    """The item that says what became of one file of an upload."""
    return ItemKey(upload_partition(project, upload), f"{FATE_SORT}{_sortable(number)}")


def instruction_item(project: str, upload: str, number: str) -> ItemKey:
    """The item that says what was decided of one file of an upload before it passes the gate."""
    return ItemKey(upload_partition(project, upload), f"{INSTRUCTION_SORT}{_sortable(number)}")


def receiver_item(ae_title: str) -> ItemKey:
    """The item of an AE title at which the archive takes DICOM."""
    return ItemKey(RECEIVERS, ae_title)


def site_routing_item() -> ItemKey:
    """The item of the rules of routing of the whole archive."""
    return ItemKey("SITE", "ROUTING")


def parts_item(project: str, upload: str, number: str) -> ItemKey:
    """The item with S3's name for the parts of a file that is being sent in parts."""
    return ItemKey(upload_partition(project, upload), f"{PARTS_SORT}{_sortable(number)}")


def quarantine_item(project: str, item: str) -> ItemKey:
    """The item with the reason why an object waits in quarantine."""
    return ItemKey(project_partition(project), f"{QUARANTINE_SORT}{item}")


def unassigned_item(item: str) -> ItemKey:
    """The same for an object that belongs to no project: site administrators alone see it."""
    return ItemKey(UNASSIGNED, f"{QUARANTINE_SORT}{item}")


def token_item(token_hash: str) -> ItemKey:
    """The item of a personal access token, found by the SHA-256 of the token."""
    return ItemKey(f"TOKEN#{token_hash}", "TOKEN")


def secret_item(project: str) -> ItemKey:
    """The item of a project's secret, in the pseudonyms table."""
    return ItemKey(project_partition(project), "SECRET")


def lookup_partition(project: str) -> str:
    """The partition of a project's lookup table, in the pseudonyms table."""
    return f"P#{project}#LOOKUP"


def lookup_item(project: str, key: str) -> ItemKey:
    """The item with the new value for a key such as "ptid/1234", in the pseudonyms table."""
    return ItemKey(lookup_partition(project), key)


def missing_partition(project: str) -> str:
    """The partition of the keys that a project's lookup table lacked, in the pseudonyms table."""
    return f"P#{project}#MISSING"


def missing_item(project: str, key: str) -> ItemKey:
    """The item of a key that an object asked for in vain, in the pseudonyms table."""
    return ItemKey(missing_partition(project), key)


def pairs_partition(project: str) -> str:
    """The partition of who became whom in a project, in the pseudonyms table.

    It is not that of the secret, which every batch reads: writes cannot slow that down.
    """
    return f"P#{project}#PAIRS"


def pairs_item(project: str, digest: str) -> ItemKey:
    """The item of pairs that were recorded together, by the digest of them."""
    return ItemKey(pairs_partition(project), digest)


def _sortable(number: str) -> str:
    """The number with its parts padded, so that items sort as the files were declared."""
    return ".".join(part.zfill(9) for part in number.split("."))
