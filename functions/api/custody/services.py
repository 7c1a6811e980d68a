"""What custody works with."""

from dataclasses import dataclass

from functions.api.edge.services import EdgeServices
from scanloft.aws.pseudonyms import PseudonymStore


@dataclass(frozen=True, slots=True, kw_only=True)
class CustodyServices(EdgeServices):
    """The adapters of one process of custody."""

    pseudonyms: PseudonymStore
