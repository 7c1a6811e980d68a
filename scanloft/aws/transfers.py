"""Moves of sessions to other projects, in the index table."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from scanloft.aws.rows import Row, Rows
from scanloft.core.annotations import Transfer, TransferState
from scanloft.core.errors import Outdated
from scanloft.core.items_of_people import transfer_item


class TransferIndex:
    """The moves of all projects, at most one of each session."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    def transfer(self, project: str, study_uid: str) -> Transfer | None:
        """The latest move of a session, None where there was none."""
        row = self._rows.get(transfer_item(project, study_uid))
        return None if row is None else _transfer(row)

    def put(self, transfer: Transfer) -> Transfer:
        """Writes a move over the revision that it was read at; as it is then is the answer.

        Raises:
            Outdated: somebody else changed it since.
        """
        key = transfer_item(transfer.project, transfer.study_uid)
        changed = replace(transfer, revision=transfer.revision + 1)
        if transfer.revision == 0:
            written = self._rows.put_new(key, _row(changed))
        else:
            written = self._rows.put_if(
                key,
                _row(changed),
                condition="#revision = :revision",
                values={"revision": transfer.revision},
            )
        if not written:
            raise Outdated("Somebody moves this session too: look how far that is.")
        return changed


def _row(transfer: Transfer) -> Row:
    return {
        "project": transfer.project,
        "study_uid": transfer.study_uid,
        "target": transfer.target,
        "asked_at": transfer.asked_at,
        "asked_by": transfer.asked_by,
        "state": transfer.state.value,
        "code": transfer.code,
        "reason": transfer.reason,
        "objects": transfer.objects,
        "revision": transfer.revision,
    }


def _transfer(row: Mapping[str, Any]) -> Transfer:
    return Transfer(
        project=row["project"],
        study_uid=row["study_uid"],
        target=row["target"],
        asked_at=row["asked_at"],
        asked_by=row["asked_by"],
        state=TransferState(row["state"]),
        code=row["code"],
        reason=row["reason"],
        objects=row["objects"],
        revision=row["revision"],
    )
