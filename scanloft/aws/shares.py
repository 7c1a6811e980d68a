"""Shares in the index table: what members of one project may read of another one.

The row that grants is written last and removed first; the one beside it lets the owner find it.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from scanloft.aws.rows import Row, Rows
from scanloft.core.annotations import Level, Share
from scanloft.core.hierarchy import shared_subject
from scanloft.core.items import ItemKey
from scanloft.core.items_of_people import (
    share_item,
    shared_item,
    shared_out_partition,
    shares_partition,
)


class ShareIndex:
    """The shares of all projects."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    def announce(self, share: Share) -> None:
        """Writes the row by which the owner finds the share: before it is granted."""
        self._rows.put(_owners_item(share), _row(share))

    def grant(self, share: Share) -> None:
        """Lets the members of the target read."""
        self._rows.put(_grant_item(share), _row(share))

    def revoke(self, share: Share) -> None:
        """Ends that at once."""
        self._rows.delete(_grant_item(share))

    def forget(self, share: Share) -> None:
        """Removes the row by which the owner finds the share: after it was revoked."""
        self._rows.delete(_owners_item(share))

    def granted(self, target: str, level: Level, name: str) -> Share | None:
        """What grants the reading of something in a project, by its name there; None if nothing."""
        row = self._rows.get(share_item(target, level, name))
        return None if row is None else _share(row)

    def among(self, target: str, level: Level, names: Iterable[str]) -> dict[str, Share]:
        """Those that are shared with a project, by their names there, a hundred a call."""
        rows = self._rows.get_many(share_item(target, level, name) for name in names)
        return {name_in_target(share): share for share in map(_share, rows.values())}

    def into(
        self, target: str, level: Level, *, after: str | None = None, page_size: int | None = None
    ) -> Iterator[Share]:
        """What is shared with a project, by its name there, after one or all."""
        rows = self._rows.query(
            shares_partition(target),
            sort_prefix=f"{level}#",
            after=None if after is None else share_item(target, level, after).sort,
            page_size=page_size,
        )
        return map(_share, rows)

    def of(self, source: str, level: Level, name: str) -> Iterator[Share]:
        """With which projects something is shared; some may have been revoked."""
        rows = self._rows.query(shared_out_partition(source), sort_prefix=f"{level}#{name}#")
        return map(_share, rows)


def name_in_target(share: Share) -> str:
    """What is shared is called so in the project it is shared with; a session keeps its UID."""
    if share.level is Level.SUBJECT:
        return shared_subject(share.source, share.name)
    return share.name


def _grant_item(share: Share) -> ItemKey:
    return share_item(share.target, share.level, name_in_target(share))


def _owners_item(share: Share) -> ItemKey:
    return shared_item(share.source, share.level, share.name, share.target)


def _row(share: Share) -> Row:
    return {
        "source": share.source,
        "level": share.level.value,
        "name": share.name,
        "target": share.target,
        "shared_at": share.shared_at,
        "shared_by": share.shared_by,
    }


def _share(row: Mapping[str, Any]) -> Share:
    return Share(
        source=row["source"],
        level=Level(row["level"]),
        name=row["name"],
        target=row["target"],
        shared_at=row["shared_at"],
        shared_by=row["shared_by"],
    )
