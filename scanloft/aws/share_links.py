"""Share links in the index table, found by the hash of their secret and from their project."""

from collections.abc import Iterator, Mapping
from typing import Any

from scanloft.aws.rows import Row, Rows
from scanloft.core.admission import ShareLink
from scanloft.core.items import project_partition
from scanloft.core.items_of_people import LINK_SORT, link_item, link_listing_item


class LinkIndex:
    """The share links of all projects."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    def put(self, link: ShareLink) -> None:
        """Writes a link; the row by which it is listed first, so that none is ever hidden."""
        row = _row(link)
        self._rows.put(link_listing_item(link.project, link.link_hash), row)
        self._rows.put(link_item(link.link_hash), row)

    def link(self, link_hash: str) -> ShareLink | None:
        """The link with this hash, None where there is none."""
        row = self._rows.get(link_item(link_hash))
        return None if row is None else _link(row)

    def links(
        self,
        project: str,
        *,
        named: str = "",
        after: str | None = None,
        page_size: int | None = None,
    ) -> Iterator[ShareLink]:
        """Those of a project by hash: the one that is `named`, those after one, or all."""
        rows = self._rows.query(
            project_partition(project),
            sort_prefix=f"{LINK_SORT}{named}",
            after=None if after is None else link_listing_item(project, after).sort,
            page_size=page_size,
        )
        return map(_link, rows)

    def remove(self, link: ShareLink) -> None:
        """Ends a link at once; the row that lets in goes first."""
        self._rows.delete(link_item(link.link_hash))
        self._rows.delete(link_listing_item(link.project, link.link_hash))


def _row(link: ShareLink) -> Row:
    return {
        "project": link.project,
        "link_hash": link.link_hash,
        "label": link.label,
        "created_by": link.created_by,
        "created_at": link.created_at,
        "expires_at": link.expires_at,
        "whole_project": link.whole_project,
        "sessions": list(link.sessions),
        "made_by_admin": link.made_by_admin,
    }


def _link(row: Mapping[str, Any]) -> ShareLink:
    return ShareLink(
        project=row["project"],
        link_hash=row["link_hash"],
        label=row["label"],
        created_by=row["created_by"],
        created_at=row["created_at"],
        expires_at=row["expires_at"],
        whole_project=row["whole_project"],
        sessions=tuple(row["sessions"]),
        made_by_admin=row["made_by_admin"],
    )
