"""The adapters that tell what a project holds."""

from dataclasses import dataclass
from typing import Self

from scanloft.aws.cards import CardIndex
from scanloft.aws.instances import InstanceIndex
from scanloft.aws.labels import LabelIndex
from scanloft.aws.resources import ResourceIndex
from scanloft.aws.rows import Rows
from scanloft.aws.tombstones import TombstoneIndex


@dataclass(frozen=True, slots=True)
class Shelves:
    """What the index says of images, labels, deletions and resources."""

    instances: InstanceIndex
    cards: CardIndex
    tombstones: TombstoneIndex
    resources: ResourceIndex
    labels: LabelIndex

    @classmethod
    def of(cls, rows: Rows) -> Self:
        """Those of the index table."""
        cards = CardIndex(rows)
        return cls(
            InstanceIndex(rows),
            cards,
            TombstoneIndex(rows),
            ResourceIndex(rows),
            LabelIndex(rows, cards),
        )
