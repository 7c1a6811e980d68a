"""The Patient IDs in the items of Other Patient IDs Sequence."""

from pydicom.dataelem import DataElement, RawDataElement
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

from scanloft.deid.rules.rules import PATIENT_ID
from scanloft.deid.values.mentions import OTHER_IDS, ids_in_items
from scanloft.dicom.raw import raw_value


def other_ids_of(header: Dataset) -> tuple[bytes, ...]:
    """Return them raw; the header stays as it is, with what is not parsed yet."""
    element: DataElement | RawDataElement | None = header.get_item(OTHER_IDS, keep_deferred=True)
    if isinstance(element, RawDataElement):
        little = element.is_little_endian or element.VR == "UN"
        return ids_in_items(element.value or b"", little=little)
    if element is None or not isinstance(element.value, Sequence):
        return ()
    return tuple(raw_value(item, PATIENT_ID) for item in element.value)
