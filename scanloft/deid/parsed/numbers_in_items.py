"""The numbers of a patient that stand in items of a parsed data set."""

from pydicom.dataelem import DataElement, RawDataElement
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

from scanloft.deid.values.mentions import NUMBERS_IN_ITEMS, numbers_in
from scanloft.dicom.raw import raw_value


def numbers_in_items(header: Dataset) -> tuple[bytes, ...]:
    """Return them raw; the header stays as it is, with what is not parsed yet."""
    return tuple(number for tag in NUMBERS_IN_ITEMS for number in _numbers(header, tag))


def _numbers(header: Dataset, tag: int) -> tuple[bytes, ...]:
    element: DataElement | RawDataElement | None = header.get_item(tag, keep_deferred=True)
    if isinstance(element, RawDataElement):
        little = element.is_little_endian or element.VR == "UN"
        return numbers_in(element.value or b"", little=little)
    if element is None or not isinstance(element.value, Sequence):
        return ()
    return tuple(raw_value(item, NUMBERS_IN_ITEMS[tag]) for item in element.value)
