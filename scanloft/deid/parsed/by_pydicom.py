"""The slow way of an object: pydicom parses what was walked before, whatever its encoding."""

import struct
from functools import partial
from operator import itemgetter

from pydicom.dataset import Dataset

from scanloft.core.errors import MalformedDicom
from scanloft.core.part10 import file_head
from scanloft.deid.account import Account
from scanloft.deid.identity import new_uids, sop_class_of, written_uids
from scanloft.deid.parsed.cleaner import Cleaner, DatasetPlace
from scanloft.deid.parsed.identifiers_in_items import identifiers_in_items
from scanloft.deid.pixels.device_rules import blanked_regions
from scanloft.deid.pixels.devices import Rectangle
from scanloft.deid.pixels.parts import pixel_parts
from scanloft.deid.profiles.profile import Base, Profile
from scanloft.deid.results import Deidentified
from scanloft.deid.review import ENCAPSULATED_DOCUMENT, review
from scanloft.deid.rules.rules import CHARACTER_SET, REQUIRED_UIDS, compile_rules
from scanloft.deid.source import Span
from scanloft.deid.stamps import stamps
from scanloft.deid.values.actions import Actions
from scanloft.deid.values.encode import Encoding
from scanloft.deid.values.mentions import mentions_of
from scanloft.deid.values.pseudonyms import Pseudonyms
from scanloft.dicom.charsets import encodings
from scanloft.dicom.elements import UNDEFINED
from scanloft.dicom.layout import Layout, lay_out
from scanloft.dicom.pixels import check_pixels
from scanloft.dicom.raw import raw_value, tolerant_pydicom
from scanloft.dicom.read import read_header
from scanloft.dicom.syntaxes import LOSSY

CLEANED_PIXELS_LIMIT_BYTES = 512 * 2**20
_LOSSY_COMPRESSION = 0x00282110
_Elements = list[tuple[int, bytes]]


def deidentify_by_pydicom(
    data: bytes, *, profile: Profile, pseudonyms: Pseudonyms, site: str
) -> Deidentified:
    """De-identify one object that is in memory.

    Raises NotDicom, NotAnInstance, MalformedDicom, Oversized, PixelReview, UnlistedSubject and
    CtpQuarantine; nothing else, whatever the data.
    """
    with tolerant_pydicom():
        layout = lay_out(data)
        return _Work(layout, read_header(layout), profile, pseudonyms, site).result()


class _Work:
    """One object between what it was and what it becomes."""

    def __init__(
        self,
        layout: Layout,
        header: Dataset,
        profile: Profile,
        pseudonyms: Pseudonyms,
        site: str,
    ) -> None:
        self._layout = layout
        self._header = header
        self._profile = profile
        self._pseudonyms = pseudonyms
        self._look = partial(raw_value, header)
        self._pixels_known = False
        self._tags = [int(tag) for tag in header.keys()]  # noqa: SIM118  # iterating decodes values
        self._encoding = Encoding(implicit=layout.implicit, little=layout.little)
        self._actions = Actions(
            profile=profile, pseudonyms=pseudonyms, site=site, little=layout.little
        )

    def result(self) -> Deidentified:
        self._check_uids()
        sop_class_uid = sop_class_of(self._look)
        regions = self._checked(sop_class_uid)
        pixels = self._pixels()
        syntax = self._layout.transfer_syntax_uid
        changes: dict[int, bytes | None] = {}
        if regions:
            syntax, pixels, changes = self._blanked(pixels, regions)
        elements, uids = self._elements(sop_class_uid)
        stamped = stamps(
            self._profile,
            self._encoding,
            pixels_known=self._pixels_known,
            pixels_cleaned=bool(regions),
        )
        head = file_head(
            sop_class_uid=sop_class_uid, sop_uid=uids["sop_uid"], transfer_syntax_uid=syntax
        )
        header = b"".join([head, *_merged(elements, dict(stamped), changes)])
        return Deidentified(
            **uids,
            # Nothing follows the pixels: trailing padding, signatures and junk end here.
            data=b"".join((header, *pixels)),
            sop_class_uid=sop_class_uid,
            transfer_syntax_uid=syntax,
            header_length=len(header),
            account=Account(self._profile.name, self._profile.version, self._actions.counts),
            replaced=self._actions.uids.replaced,
            patients=self._actions.patients,
        )

    def _check_uids(self) -> None:
        for tag in REQUIRED_UIDS:
            element = self._header.get_item(tag, keep_deferred=True)
            if element is not None and element.VR not in ("UI", "UN", None):
                raise MalformedDicom(
                    "One of the UIDs that every object needs is written with another VR than UI: "
                    "export the object again."
                )

    def _checked(self, sop_class_uid: str) -> tuple[Rectangle, ...]:
        """Check the pixels and return the regions to blank in them."""
        layout = self._layout
        check_pixels(
            layout.pixels,
            self._look,
            transfer_syntax_uid=layout.transfer_syntax_uid,
            little=layout.little,
        )
        if self._profile.base is Base.NONE:
            return ()
        regions = blanked_regions(
            self._profile,
            lambda tag: layout.meta_values.get(tag) or self._look(tag),
            little=layout.little,
        )
        self._pixels_known = regions is not None
        review(
            self._look,
            sop_class_uid=sop_class_uid,
            pixels=self._profile.pixel_review,
            cleaned=regions is not None,
            overlays_kept="clean_graph" in self._profile.options,
            tags=[
                tag
                for tag in self._tags
                if (tag >> 24 == 0x60 and self._look(tag)) or tag == ENCAPSULATED_DOCUMENT
            ],
        )
        return regions or () if layout.pixels is not None else ()

    def _elements(self, sop_class_uid: str) -> tuple[_Elements, dict[str, str]]:
        if self._profile.base is Base.CTP:
            from scanloft.deid.parsed.by_ctp import (
                run_script,  # only projects with scripts pay for it
            )

            elements = run_script(
                self._layout,
                self._header,
                profile=self._profile,
                pseudonyms=self._pseudonyms,
                actions=self._actions,
            )
            return elements, written_uids(elements)
        uids = new_uids(self._look, profile=self._profile, actions=self._actions)
        if self._profile.base is Base.NONE:
            return self._unchanged(), uids
        return self._cleaned(sop_class_uid), uids

    def _cleaned(self, sop_class_uid: str) -> _Elements:
        place = DatasetPlace(self._header, inherited=encodings(b""))
        names = encodings(self._look(CHARACTER_SET))
        more = identifiers_in_items(self._layout, self._header)
        mentions = mentions_of(self._look, names, more=more)
        self._actions.meet(place, mentions, header=self._layout.header)
        cleaner = Cleaner(
            rules=compile_rules(self._profile, sop_class_uid),
            actions=self._actions,
            encoding=self._encoding,
            tally=self._layout.tally,
        )
        return cleaner.clean(self._header, place)

    def _unchanged(self) -> _Elements:
        self._actions.counts["kept"] = len(self._tags)
        return [(0, self._layout.header())]

    def _pixels(self) -> list[bytes | memoryview]:
        body = self._layout.body
        view = memoryview(body)
        parts = pixel_parts(
            self._layout.pixels,
            self._look,
            lambda offset, length: body[offset : offset + length],
            little=self._layout.little,
        )
        return [
            view[part.offset : part.offset + part.length] if isinstance(part, Span) else part
            for part in parts
        ]

    def _blanked(
        self, parts: list[bytes | memoryview], regions: tuple[Rectangle, ...]
    ) -> tuple[str, list[bytes | memoryview], dict[int, bytes | None]]:
        from scanloft.deid.pixels.clean import clean_pixels  # few objects need it

        pixels = self._layout.pixels
        assert pixels is not None  # noqa: S101  # regions are only looked for where there are
        whole = memoryview(b"".join(parts))
        begin = pixels.value_offset - pixels.offset
        cleaned = clean_pixels(
            whole[begin:],
            encapsulated=pixels.fragments is not None,
            transfer_syntax_uid=self._layout.transfer_syntax_uid,
            look=self._look,
            little=self._layout.little,
            rectangles=regions,
            limit_bytes=CLEANED_PIXELS_LIMIT_BYTES,
        )
        head = bytes(whole[:begin])
        if pixels.fragments is None:
            head = head[:-4] + struct.pack(
                "<L" if self._layout.little else ">L", len(cleaned.value)
            )
        else:
            head = head[:-4] + struct.pack("<L", UNDEFINED)
        changes = {
            tag: None if change is None else self._encoding.element(tag, *change)
            for tag, change in cleaned.changes.items()
        }
        if self._layout.transfer_syntax_uid in LOSSY and not self._look(_LOSSY_COMPRESSION):
            # Its transfer syntax was all that told (PS3.3 C.7.6.1.1.5).
            changes[_LOSSY_COMPRESSION] = self._encoding.element(_LOSSY_COMPRESSION, "CS", b"01")
        return cleaned.transfer_syntax_uid, [head, memoryview(cleaned.value)], changes


def _merged(
    elements: _Elements, stamped: dict[int, bytes], changes: dict[int, bytes | None]
) -> list[bytes]:
    """Return elements in order; stamps and changes take the place of what was there."""
    by_tag: dict[int, bytes | None] = {**dict(elements), **stamped, **changes}
    return [raw for _, raw in sorted(by_tag.items(), key=itemgetter(0)) if raw is not None]
