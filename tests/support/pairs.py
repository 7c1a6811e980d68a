"""Who became whom, as a set: in which rows and how often it was recorded does not matter."""

from scanloft.aws.pseudonyms import PATIENT, UID, Pair, PseudonymStore


def uids_of(store: PseudonymStore, project: str) -> set[Pair]:
    """The old and new UIDs of a project."""
    return {pair for _, kind, pair in store.recorded(project) if kind == UID}


def patients_of(store: PseudonymStore, project: str) -> set[Pair]:
    """The old and new Patient IDs of a project."""
    return {pair for _, kind, pair in store.recorded(project) if kind == PATIENT}
