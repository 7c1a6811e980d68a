"""Who the patient is as items of a parsed data set say it."""

from pydicom.dataelem import DataElement, RawDataElement
from pydicom.dataset import Dataset

from scanloft.deid.values.items import TELLING_SEQUENCES, Identifier, identifiers_in
from scanloft.dicom.layout import Layout


def identifiers_in_items(layout: Layout, header: Dataset) -> tuple[Identifier, ...]:
    """Return what names the patient in the items; the header stays as it is."""
    return tuple(
        found
        for tag in TELLING_SEQUENCES
        if tag in header
        for found in identifiers_in(_value(layout, header, tag), implicit=layout.implicit)
    )


def _value(layout: Layout, header: Dataset, tag: int) -> bytes:
    """Return the bytes of a sequence; of one that has no length also what follows it."""
    element: DataElement | RawDataElement | None = header.get_item(tag, keep_deferred=True)
    if isinstance(element, RawDataElement):
        return element.value or b""
    if element is None or element.file_tell is None:
        return b""
    return layout.body[layout.start + element.file_tell : layout.end]
