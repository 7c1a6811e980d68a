"""De-identification of one object: the Basic Profile of PS3.15 Annex E, with default deny."""

from dataclasses import dataclass
from operator import itemgetter

from pydicom.dataset import Dataset

from scanloft.core.errors import MalformedDicom
from scanloft.core.identifiers import checked_uid
from scanloft.core.part10 import file_head
from scanloft.deid.account import Account
from scanloft.deid.cleaner import Cleaner
from scanloft.deid.encode import Encoding
from scanloft.deid.profile import Profile
from scanloft.deid.pseudonyms import Pseudonyms
from scanloft.deid.review import review
from scanloft.deid.rules import compile_rules
from scanloft.deid.stamps import stamps
from scanloft.dicom.layout import Layout, lay_out
from scanloft.dicom.pixels import check_pixels, cut_pixels
from scanloft.dicom.raw import text, tolerant_pydicom
from scanloft.dicom.read import read_header


@dataclass(frozen=True, slots=True)
class Deidentified:
    """An object that may be shown: Part 10 bytes, its new UIDs and what was done.

    `header_length` is the offset of the pixel data element in bytes, the whole length without one.
    """

    data: bytes
    study_uid: str
    series_uid: str
    sop_uid: str
    sop_class_uid: str
    transfer_syntax_uid: str
    header_length: int
    account: Account


def deidentify(data: bytes, *, profile: Profile, pseudonyms: Pseudonyms) -> Deidentified:
    """De-identify one object; the same data, profile and secret give the same bytes.

    The transfer syntax is kept, except that a deflated object becomes Explicit VR Little Endian.

    Raises NotDicom, NotAnInstance, MalformedDicom, Oversized and PixelReview; nothing else,
    whatever the data.
    """
    with tolerant_pydicom():
        layout = lay_out(data)
        header = read_header(layout)
        sop_class_uid = _required_uid(header, 0x00080016, attribute="SOPClassUID")
        check_pixels(layout, header)
        review(header, sop_class_uid=sop_class_uid, pixels=profile.pixel_review)
        encoding = Encoding(implicit=layout.implicit, little=layout.little)
        cleaner = Cleaner(
            header,
            rules=compile_rules(profile, sop_class_uid),
            pseudonyms=pseudonyms,
            encoding=encoding,
        )
        elements = cleaner.clean_header()
        elements.extend(stamps(profile, encoding))
        elements.sort(key=itemgetter(0))
        return _assemble(
            layout,
            elements,
            pixels=cut_pixels(layout, header),
            uids=_new_uids(header, profile=profile, pseudonyms=pseudonyms),
            sop_class_uid=sop_class_uid,
            account=Account(profile.name, profile.version, cleaner.counts),
        )


def _required_uid(header: Dataset, tag: int, *, attribute: str) -> str:
    uid = text(header, tag)
    if not uid:
        raise MalformedDicom(
            f"{attribute} is missing, and without it an object cannot be archived: "
            "correct it at the source."
        )
    return checked_uid(uid, attribute=attribute)


def _new_uids(header: Dataset, *, profile: Profile, pseudonyms: Pseudonyms) -> dict[str, str]:
    """Return the UIDs by which the output is known, the same as the ones inside it."""
    tags = {
        "StudyInstanceUID": 0x0020000D,
        "SeriesInstanceUID": 0x0020000E,
        "SOPInstanceUID": 0x00080018,
    }
    uids = {name: _required_uid(header, tag, attribute=name) for name, tag in tags.items()}
    if "rtn_uids" in profile.options:
        return uids
    return {name: pseudonyms.uid(uid) for name, uid in uids.items()}


def _assemble(
    layout: Layout,
    elements: list[tuple[int, bytes]],
    *,
    pixels: list[bytes | memoryview],
    uids: dict[str, str],
    sop_class_uid: str,
    account: Account,
) -> Deidentified:
    chunks: list[bytes | memoryview] = [
        file_head(
            sop_class_uid=sop_class_uid,
            sop_uid=uids["SOPInstanceUID"],
            transfer_syntax_uid=layout.transfer_syntax_uid,
        ),
        *(encoded for _, encoded in elements),
    ]
    header_length = sum(map(len, chunks))
    # Nothing follows the pixels: trailing padding, signatures and junk end here.
    chunks.extend(pixels)
    return Deidentified(
        data=b"".join(chunks),
        study_uid=uids["StudyInstanceUID"],
        series_uid=uids["SeriesInstanceUID"],
        sop_uid=uids["SOPInstanceUID"],
        sop_class_uid=sop_class_uid,
        transfer_syntax_uid=layout.transfer_syntax_uid,
        header_length=header_length,
        account=account,
    )
