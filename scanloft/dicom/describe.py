"""What an instance says of itself before its pixels, as the index keeps it.

Only what is asked for is decoded.
"""

from dataclasses import dataclass

from scanloft.core.attributes import ATTRIBUTE_BY_TAG, Level, tags_of
from scanloft.core.errors import MalformedDicom
from scanloft.core.model import Attributes
from scanloft.dicom.elements import PIXEL_TAGS, UNDEFINED, Truncated
from scanloft.dicom.header import Header, open_header, uid_text, walk
from scanloft.dicom.syntaxes import DEFLATED
from scanloft.dicom.values import CHARSET_TAG, codecs_of, decode_values

VALUE_LIMIT_BYTES = 1024
"""How long a value of the index may be: rows stay small whatever a data set holds."""

_UID_TAGS = {
    0x0020000D: "StudyInstanceUID",
    0x0020000E: "SeriesInstanceUID",
    0x00080018: "SOPInstanceUID",
    0x00080016: "SOPClassUID",
}
_VR_BY_INDEXED_TAG = {
    int(tag, 16): ATTRIBUTE_BY_TAG[tag].vr for level in Level for tag in tags_of(level)
}
_READ_TAGS = _UID_TAGS.keys() | _VR_BY_INDEXED_TAG.keys() | {CHARSET_TAG}


class HeaderIncomplete(Exception):
    """The header goes on beyond what was read: read the object up to `wanted_bytes` at least."""

    def __init__(self, wanted_bytes: int) -> None:
        super().__init__(f"The header goes on: read at least {wanted_bytes} bytes.")
        self.wanted_bytes = wanted_bytes


@dataclass(frozen=True, slots=True)
class Description:
    """What the index keeps of an instance; `header_length` in bytes as in `model.Instance`."""

    study_uid: str
    series_uid: str
    sop_uid: str
    sop_class_uid: str
    transfer_syntax_uid: str
    header_length: int
    attributes: Attributes


def describe(data: bytes, *, size_bytes: int) -> Description:
    """The description of an instance of `size_bytes`, whose beginning, or all, is `data`.

    An attribute whose value cannot be read is left out; the instance is described all the same.

    Raises:
        HeaderIncomplete: the header goes on beyond `data`.
        NotDicom: not a DICOM file (PS3.10 7.1).
        MalformedDicom: the header is broken or lacks one of its UIDs.
    """
    try:
        header = open_header(data)
        is_deflated = header.transfer_syntax_uid == DEFLATED
        if is_deflated and len(data) < size_bytes:
            raise HeaderIncomplete(size_bytes)
        limit = len(header.data) if is_deflated else size_bytes
        values, end = _read_indexed(header, limit=limit)
    except Truncated as error:
        if len(data) < error.wanted_bytes <= size_bytes:
            wanted = max(error.wanted_bytes, 2 * len(data))
            raise HeaderIncomplete(min(wanted, size_bytes)) from None
        raise MalformedDicom(
            "The header ends in the middle of an element: the object is truncated, send it again."
        ) from None
    uids = {name: uid_text(values.get(tag, b""), name=name) for tag, name in _UID_TAGS.items()}
    return Description(
        study_uid=uids["StudyInstanceUID"],
        series_uid=uids["SeriesInstanceUID"],
        sop_uid=uids["SOPInstanceUID"],
        sop_class_uid=uids["SOPClassUID"],
        transfer_syntax_uid=header.transfer_syntax_uid,
        header_length=size_bytes if is_deflated else end,
        attributes=_attributes(values, is_little=header.encoding.is_little),
    )


def _read_indexed(header: Header, *, limit: int) -> tuple[dict[int, bytes], int]:
    """The raw values that the index is made of, by tag, and the offset where the header ends."""
    data = header.data
    values: dict[int, bytes] = {}
    for element in walk(header, limit=limit):
        end = element.start + element.length
        if element.tag in PIXEL_TAGS:
            return values, element.offset
        if element.tag in _READ_TAGS and element.length <= VALUE_LIMIT_BYTES:
            if end > len(data):
                raise Truncated(end)
            values[element.tag] = data[element.start : end]
        elif end > limit and element.length != UNDEFINED:
            raise Truncated(end)
    return values, limit


def _attributes(values: dict[int, bytes], *, is_little: bool) -> Attributes:
    codecs = codecs_of(values.get(CHARSET_TAG, b""))
    attributes: dict[str, tuple[str | int | float, ...]] = {}
    for tag in sorted(_VR_BY_INDEXED_TAG.keys() & values.keys()):
        vr = _VR_BY_INDEXED_TAG[tag]
        try:
            decoded = decode_values(values[tag], vr=vr, codecs=codecs, is_little=is_little)
        except ValueError:
            continue
        kept = tuple(value for value in decoded if value is not None)
        if kept:
            attributes[f"{tag:08X}"] = kept
    return attributes
