"""Receivers and the rules of the whole archive in the index table: rows to values and back."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from scanloft.aws.rows import Rows, Value
from scanloft.core.errors import Outdated
from scanloft.core.items import RECEIVERS, ItemKey, receiver_item, site_routing_item
from scanloft.core.model import Prearchive
from scanloft.core.receivers import Receiver, SiteRouting


class ReceiverIndex:
    """The receivers of the archive, and the routing of the site."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    def receiver(self, ae_title: str) -> Receiver | None:
        """One receiver, None where there is none."""
        row = self._rows.get(receiver_item(ae_title))
        return None if row is None else _receiver(row)

    def receivers(
        self, *, after: str | None = None, page_size: int | None = None
    ) -> Iterator[Receiver]:
        """The receivers by AE title, after one or all."""
        return map(_receiver, self._rows.query(RECEIVERS, after=after, page_size=page_size))

    def put_receiver(self, receiver: Receiver) -> int:
        """Writes a receiver over the revision that it was read at; its new one is the answer.

        Raises:
            Outdated: somebody else changed it since.
        """
        row = _row(receiver)
        return self._put(receiver_item(receiver.ae_title), row, revision=receiver.revision)

    def remove(self, ae_title: str) -> None:
        """Removes a receiver; no error where there is none."""
        self._rows.delete(receiver_item(ae_title))

    def site_routing(self) -> SiteRouting:
        """The rules of the whole archive; none of revision 0 before the first were written."""
        row = self._rows.get(site_routing_item())
        return (
            SiteRouting() if row is None else SiteRouting(json.loads(row["rules"]), row["revision"])
        )

    def put_site_routing(self, routing: SiteRouting) -> int:
        """Writes the rules over the revision that they were read at; the new one is the answer.

        Raises:
            Outdated: somebody else changed them since.
        """
        row: dict[str, Value] = {"rules": json.dumps(dict(routing.rules), sort_keys=True)}
        return self._put(site_routing_item(), row, revision=routing.revision)

    def _put(self, key: ItemKey, row: Mapping[str, Value], *, revision: int) -> int:
        changed = {**row, "revision": revision + 1}
        if revision == 0:
            written = self._rows.put_new(key, changed)
        else:
            written = self._rows.put_if(
                key, changed, condition="#revision = :revision", values={"revision": revision}
            )
        if not written:
            raise Outdated("Somebody changed this meanwhile: read it again.")
        return revision + 1


def _row(receiver: Receiver) -> dict[str, Value]:
    return {
        "ae_title": receiver.ae_title,
        "project": receiver.project,
        "rules": json.dumps(dict(receiver.rules), sort_keys=True),
        "site": receiver.site,
        "prearchive": receiver.prearchive.value if receiver.prearchive else "",
        "calling_ae_titles": list(receiver.calling_ae_titles),
        "networks": list(receiver.networks),
    }


def _receiver(row: Mapping[str, Any]) -> Receiver:
    return Receiver(
        ae_title=row["ae_title"],
        project=row["project"],
        rules=json.loads(row["rules"]),
        site=row["site"],
        prearchive=Prearchive(row["prearchive"]) if row["prearchive"] else None,
        calling_ae_titles=tuple(row["calling_ae_titles"]),
        networks=tuple(row["networks"]),
        revision=row["revision"],
    )
