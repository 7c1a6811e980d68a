"""The byte-level way of an object: from a window on its first bytes to the parts of the result."""

from scanloft.core.part10 import file_head
from scanloft.deid.account import Account
from scanloft.deid.actions import Actions
from scanloft.deid.byte_place import BytePlace
from scanloft.deid.byte_table import Declined
from scanloft.deid.byte_walk import ByteWalk
from scanloft.deid.byte_window import ByteWindow, NeedsMore
from scanloft.deid.device_rules import blanked_regions
from scanloft.deid.encode import Encoding
from scanloft.deid.headers import find_data_set
from scanloft.deid.identity import new_uids, sop_class_of
from scanloft.deid.mentions import Mentions, mentions_of
from scanloft.deid.pixel_parts import pixel_parts
from scanloft.deid.profile import Base, Profile
from scanloft.deid.pseudonyms import Pseudonyms
from scanloft.deid.results import Plan
from scanloft.deid.review import review
from scanloft.deid.rules import Rules, compile_rules
from scanloft.deid.source import Source
from scanloft.deid.stamps import stamps
from scanloft.dicom.charsets import encodings
from scanloft.dicom.elements import UNDEFINED, read_element
from scanloft.dicom.elements import Encoding as ElementEncoding
from scanloft.dicom.fragments import measure_fragments
from scanloft.dicom.pixels import Look, check_pixels
from scanloft.dicom.structure import Pixels

FIRST_WINDOW_BYTES = 128 * 1024
MAX_WINDOW_BYTES = 64 * 2**20
_MARGIN_BYTES = 64 * 1024
_SOP_CLASS_UID = 0x00080016
_FIRST_OF_DATA_SET = 0x00080000


def plan_by_bytes(source: Source, *, profile: Profile, pseudonyms: Pseudonyms, site: str) -> Plan:
    """Plan the result of an object; of the pixel data only the frame of its fragments is read.

    Raises Declined where the other way has to be taken, and what de-identification refuses.
    """
    if profile.base is Base.CTP:
        raise Declined
    size = source.size
    window = source.read(0, min(size, FIRST_WINDOW_BYTES))
    while True:
        try:
            return _Attempt(
                source, window, profile=profile, pseudonyms=pseudonyms, site=site
            ).plan()  # fmt: skip
        except NeedsMore as more:
            wanted = min(max(more.wanted + _MARGIN_BYTES, 4 * len(window)), size)
            if len(window) >= size or wanted > MAX_WINDOW_BYTES:
                raise Declined from None
        window = source.read(0, wanted)


class _Attempt:
    """One object with as many of its first bytes as were read so far."""

    def __init__(
        self,
        source: Source,
        window: bytes,
        *,
        profile: Profile,
        pseudonyms: Pseudonyms,
        site: str,
    ) -> None:
        self._source = source
        self._window = window
        self._profile = profile
        self._pseudonyms = pseudonyms
        self._site = site
        self._start, self._syntax, self._implicit, self._meta = find_data_set(window)

    def plan(self) -> Plan:
        rules = compile_rules(self._profile, self._sop_class_uid())
        walk, actions, chunks = self._walked(rules)
        look = walk.look
        sop_class_uid = sop_class_of(look)
        pixels = self._pixels(walk)
        check_pixels(pixels, look, transfer_syntax_uid=self._syntax)
        self._review(walk, look, sop_class_uid, has_pixels=pixels is not None)
        uids = new_uids(look, profile=self._profile, actions=actions)
        head = file_head(
            sop_class_uid=sop_class_uid,
            sop_uid=uids["sop_uid"],
            transfer_syntax_uid=self._syntax,
        )
        header = b"".join((head, *chunks))
        parts = pixel_parts(pixels, look, self._read)
        if parts:
            first = parts[0]
            assert isinstance(first, bytes)  # noqa: S101  # the head of an element
            parts[0] = header + first
        return Plan(
            **uids,
            sop_class_uid=sop_class_uid,
            transfer_syntax_uid=self._syntax,
            header_length=len(header),
            account=Account(self._profile.name, self._profile.version, actions.counts),
            replaced=actions.replaced,
            patients=actions.patients,
            parts=tuple(parts) or (header,),
        )

    def _review(self, walk: ByteWalk, look: Look, sop_class_uid: str, *, has_pixels: bool) -> None:
        profile = self._profile
        if profile.base is Base.NONE:
            return
        regions = None
        if "clean_pixel" in profile.options:
            end = walk.pixels_at or self._source.size
            regions = blanked_regions(
                profile,
                lambda tag: (
                    self._meta.get(tag, b"")
                    if tag < _FIRST_OF_DATA_SET
                    else look(tag) or walk.window.ahead(tag, self._start, end)
                ),
            )
            if regions and has_pixels:
                raise Declined
        review(
            look,
            sop_class_uid=sop_class_uid,
            pixels=profile.pixel_review,
            cleaned=regions is not None,
            overlays_kept="clean_graph" in profile.options,
            tags=walk.reviewed,
        )

    def _walked(self, rules: Rules) -> tuple[ByteWalk, Actions, list[bytes]]:
        """Walk once, and again where something that was kept may name the patient.

        What has to be known of the patient stands behind much of the header. Mostly nothing
        depends on it, as what names the patient is gone.
        """
        walk, actions, chunks = self._walk(rules)
        encoded = encodings(walk.noted.get(0x00080005, b""))
        mentions = mentions_of(walk.look, encoded)
        if not rules.needs_patient and not _may_name_patient(walk, mentions):
            return walk, actions, chunks
        return self._walk(rules, known=(walk.noted, mentions))

    def _walk(
        self, rules: Rules, known: tuple[dict[int, bytes], Mentions | None] | None = None
    ) -> tuple[ByteWalk, Actions, list[bytes]]:
        actions = Actions(profile=self._profile, pseudonyms=self._pseudonyms, site=self._site)
        walk = ByteWalk(
            ByteWindow(self._window, self._source.size, rules=rules, implicit=self._implicit),
            actions=actions,
            implicit=self._implicit,
            careful=known is not None,
        )
        if known is not None:
            noted, mentions = known
            actions.meet(BytePlace(noted), mentions)
        encoding = Encoding(implicit=self._implicit, little=True)
        return walk, actions, walk.run(self._start, stamps(self._profile, encoding))

    def _sop_class_uid(self) -> str:
        """Return the SOP class as the rules need it before the walk; "" where it is not there."""
        encoding = ElementEncoding(is_implicit=self._implicit, is_little=True)
        at = self._start
        for _ in range(64):
            if len(self._window) < at + 12:
                raise NeedsMore(at + 12)
            element = read_element(self._window, at, encoding=encoding)
            at = element.start + element.length
            if element.tag >= _SOP_CLASS_UID or element.length == UNDEFINED:
                break
        if element.tag != _SOP_CLASS_UID:
            raise Declined
        return self._window[element.start : at].decode("latin-1").strip(" \0")

    def _pixels(self, walk: ByteWalk) -> Pixels | None:
        at = walk.pixels_at
        if at is None:
            return None
        encoding = ElementEncoding(is_implicit=self._implicit, is_little=True)
        if len(self._window) < at + 12:
            raise NeedsMore(min(at + 12, self._source.size))
        element = read_element(self._window, at, encoding=encoding)
        end, fragments = element.start + element.length, None
        if element.length == UNDEFINED:
            end, fragments = measure_fragments(self._read, element.start, size=self._source.size)
        if end > self._source.size:
            raise Declined
        return Pixels(element.tag, element.vr or None, at, element.start, end, fragments)

    def _read(self, offset: int, length: int) -> bytes:
        if offset + length <= len(self._window):
            return self._window[offset : offset + length]
        return self._source.read(offset, length)


def _may_name_patient(walk: ByteWalk, mentions: Mentions | None) -> bool:
    if mentions is None:
        return False
    texts = b"\0".join(walk.texts)
    return not texts.isascii() or b"\x1b" in texts or mentions.near(texts.lower())
