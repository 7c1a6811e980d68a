"""What a project holds, counted: what goes along when it is deleted."""

from collections.abc import Iterable

from scanloft.aws.instances import InstanceIndex
from scanloft.aws.rows import Rows
from scanloft.core.annotations import Level
from scanloft.core.holdings import Holdings
from scanloft.core.items import (
    MEMBER_SORT,
    QUARANTINE_SORT,
    UPLOAD_SORT,
    project_partition,
)
from scanloft.core.items_of_people import (
    EXPORT_SORT,
    INVITATION_SORT,
    LINK_SORT,
    RESOURCE_SORT,
    resources_partition,
    shared_out_partition,
    subjects_partition,
)


class HoldingsIndex:
    """Counts what projects hold; reads all study rows of one, so it is for rare questions."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows
        self._instances = InstanceIndex(rows)

    def holdings(self, project: str) -> Holdings:
        """What a project holds now."""
        studies = list(self._instances.studies(project))
        below = self._below(project)
        return Holdings(
            subjects=_count(self._rows.query(subjects_partition(project))),
            sessions=len(studies),
            scans=sum(study.series_count for study in studies),
            instances=sum(study.instance_count for study in studies),
            size_bytes=sum(study.size_bytes for study in studies),
            resources=_count(
                self._rows.query(
                    resources_partition(project, Level.PROJECT, ""), sort_prefix=RESOURCE_SORT
                )
            ),
            quarantined=below[QUARANTINE_SORT],
            uploads=below[UPLOAD_SORT],
            members=below[MEMBER_SORT],
            invitations=below[INVITATION_SORT],
            links=below[LINK_SORT],
            exports=below[EXPORT_SORT],
            shares=_count(self._rows.query(shared_out_partition(project))),
        )

    def _below(self, project: str) -> dict[str, int]:
        """How many items of each kind lie in the partition of the project."""
        kinds = (
            QUARANTINE_SORT,
            UPLOAD_SORT,
            MEMBER_SORT,
            INVITATION_SORT,
            LINK_SORT,
            EXPORT_SORT,
        )
        partition = project_partition(project)
        return {kind: _count(self._rows.query(partition, sort_prefix=kind)) for kind in kinds}


def _count(rows: Iterable[object]) -> int:
    return sum(1 for _ in rows)
