"""The byte-level way of an object: from a window on its first bytes to the parts of the result."""

from functools import partial
from typing import TYPE_CHECKING

from scanloft.core.part10 import file_head
from scanloft.deid.account import Account
from scanloft.deid.bytewise.head import DataSetPlace, find_data_set
from scanloft.deid.bytewise.kinds import Kind, book_of
from scanloft.deid.bytewise.place import BytePlace
from scanloft.deid.bytewise.recipe import Recipe
from scanloft.deid.bytewise.table import Declined
from scanloft.deid.bytewise.window import ByteWindow, NeedsMore
from scanloft.deid.identity import new_uids, sop_class_of
from scanloft.deid.pixels.device_rules import blanked_regions
from scanloft.deid.pixels.parts import Part, pixel_parts
from scanloft.deid.profiles.profile import Base, Profile
from scanloft.deid.results import Plan
from scanloft.deid.review import ENCAPSULATED_DOCUMENT, review
from scanloft.deid.rules.rules import CHARACTER_SET, Rules, compile_rules
from scanloft.deid.source import Source
from scanloft.deid.values.actions import Actions
from scanloft.deid.values.mentions import Mentions, mentions_of
from scanloft.deid.values.pseudonyms import Pseudonyms
from scanloft.dicom.charsets import encodings
from scanloft.dicom.elements import UNDEFINED, read_element
from scanloft.dicom.elements import Encoding as ElementEncoding
from scanloft.dicom.fragments import measure_fragments
from scanloft.dicom.pixels import Look, check_pixels
from scanloft.dicom.structure import Pixels

if TYPE_CHECKING:
    from scanloft.deid.pixels.devices import Rectangle

FIRST_WINDOW_BYTES = 32 * 1024
LARGE_BYTES, LARGE_WINDOW_BYTES = 64 * 2**20, 2**19
MAX_WINDOW_BYTES = 64 * 2**20
_MARGIN_BYTES = 64 * 1024
_SOP_CLASS_UID = 0x00080016
_LONGEST_UID = 66
_FIRST_OF_DATA_SET = 0x00080000


def plan_by_bytes(source: Source, *, profile: Profile, pseudonyms: Pseudonyms, site: str) -> Plan:
    """Plan the result of an object; of the pixel data only the frame of its fragments is read.

    Raises Declined where the other way has to be taken, and what de-identification refuses.
    """
    if profile.base is Base.CTP:
        raise Declined
    size = source.size
    window = source.read(0, LARGE_WINDOW_BYTES if size > LARGE_BYTES else FIRST_WINDOW_BYTES)
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
        self._size = source.size
        self._profile = profile
        self._pseudonyms = pseudonyms
        self._site = site
        self._measured: Pixels | None = None
        self._kind = book_of(profile).find(window, self._size) or self._new_kind()

    def plan(self) -> Plan:
        kind = self._kind
        recipe, actions, header = self._followed()
        look = partial(recipe.look, self._window)
        uids = new_uids(look, profile=self._profile, actions=actions)
        head = file_head(
            sop_class_uid=kind.sop_class_uid,
            sop_uid=uids["sop_uid"],
            transfer_syntax_uid=kind.place.transfer_syntax_uid,
        )
        parts: list[Part] = [head + header, *self._pixel_parts(look)]
        return Plan(
            **uids,
            sop_class_uid=kind.sop_class_uid,
            transfer_syntax_uid=kind.place.transfer_syntax_uid,
            header_length=len(head) + len(header),
            account=Account(self._profile.name, self._profile.version, actions.counts),
            replaced=actions.uids.replaced,
            patients=actions.patients,
            parts=tuple(parts),
        )

    def _new_kind(self) -> Kind:
        """Look at an object of a kind that was not met before, and remember the kind."""
        place = find_data_set(self._window)
        implicit = place.implicit
        rules = compile_rules(self._profile, self._sop_class_before(place.start, implicit=implicit))
        regions = self._regions(place, rules)
        kind = Kind(place, rules, self._profile, pixels_known=regions is not None)
        recipe = kind.recipe(self._window, self._size, careful=rules.needs_patient)
        look = partial(recipe.look, self._window)
        kind.sop_class_uid = sop_class_of(look)
        kind.pixels = self._pixels(kind.pixels_at, implicit=implicit)
        self._measured = kind.pixels
        check_pixels(kind.pixels, look, transfer_syntax_uid=place.transfer_syntax_uid)
        if regions and kind.pixels is not None:
            raise Declined
        self._review(kind, recipe, look, cleaned=regions is not None)
        if kind.pixels is None or kind.pixels.fragments is None:
            kind.native_parts = pixel_parts(kind.pixels, look, self._read)
        if "clean_pixel" not in self._profile.options:
            book_of(self._profile).add(kind)
        return kind

    def _regions(self, place: DataSetPlace, rules: Rules) -> "tuple[Rectangle, ...] | None":
        if self._profile.base is Base.NONE:
            return None
        window = ByteWindow(self._window, self._size, rules=rules, implicit=place.implicit)

        def look(tag: int) -> bytes:
            if tag < _FIRST_OF_DATA_SET:
                return place.meta.get(tag, b"")
            return window.ahead(tag, place.start, self._size)

        return blanked_regions(self._profile, look)

    def _review(self, kind: Kind, recipe: Recipe, look: Look, *, cleaned: bool) -> None:
        profile = self._profile
        if profile.base is Base.NONE:
            return
        review(
            look,
            sop_class_uid=kind.sop_class_uid,
            pixels=profile.pixel_review,
            cleaned=cleaned,
            overlays_kept="clean_graph" in profile.options,
            tags=[
                tag
                for tag, place in recipe.noted.places.items()
                if (tag >> 24 == 0x60 and place.stop > place.start) or tag == ENCAPSULATED_DOCUMENT
            ],
        )

    def _followed(self) -> tuple[Recipe, Actions, bytes]:
        """Follow the recipe, and again carefully where what is kept may name the patient.

        Mostly nothing does, as what names the patient is gone: then no value is looked at.
        """
        kind, window = self._kind, self._window
        careful = kind.rules.needs_patient
        recipe = kind.recipe(window, self._size, careful=careful)
        look = partial(recipe.look, window)
        more = recipe.identifiers_in_items(window)
        mentions = mentions_of(look, encodings(look(CHARACTER_SET)), more=more)
        if not careful and mentions is not None and mentions.may_be_in(recipe.texts_of(window)):
            careful = True
            recipe = kind.recipe(window, self._size, careful=True)
        actions = self._actions(recipe, mentions if careful else None)
        return recipe, actions, recipe.follow(window, actions)

    def _actions(self, recipe: Recipe, mentions: Mentions | None) -> Actions:
        actions = Actions(profile=self._profile, pseudonyms=self._pseudonyms, site=self._site)
        if self._kind.rules.needs_patient or mentions is not None:
            actions.meet(BytePlace(self._window, recipe.noted), mentions, header=self._header)
        return actions

    def _header(self) -> bytes:
        kind = self._kind
        return self._window[kind.place.start : kind.pixels_at or self._size]

    def _pixel_parts(self, look: Look) -> list[Part]:
        kind = self._kind
        if kind.native_parts is not None:
            if kind.pixels is not None and kind.pixels.end > self._size:
                raise Declined
            return [*kind.native_parts]
        pixels = self._measured
        if pixels is None:
            pixels = self._pixels(kind.pixels_at, implicit=kind.place.implicit)
            check_pixels(pixels, look, transfer_syntax_uid=kind.place.transfer_syntax_uid)
        return pixel_parts(pixels, look, self._read)

    def _sop_class_before(self, start: int, *, implicit: bool) -> str:
        """Return the SOP class as the rules need it before the walk.

        Raises Declined where it does not stand near the beginning.
        """
        encoding = ElementEncoding(is_implicit=implicit, is_little=True)
        at = start
        for _ in range(64):
            if len(self._window) < at + 12:
                raise NeedsMore(at + 12)
            element = read_element(self._window, at, encoding=encoding)
            at = element.start + element.length
            if element.tag >= _SOP_CLASS_UID or element.length == UNDEFINED:
                break
        if element.tag != _SOP_CLASS_UID:
            raise Declined
        return self._window[element.start : at][:_LONGEST_UID].decode("latin-1").strip(" \0")

    def _pixels(self, at: int | None, *, implicit: bool) -> Pixels | None:
        if at is None:
            return None
        encoding = ElementEncoding(is_implicit=implicit, is_little=True)
        if len(self._window) < at + 12:
            raise NeedsMore(min(at + 12, self._size))
        element = read_element(self._window, at, encoding=encoding)
        end, fragments = element.start + element.length, None
        if element.length == UNDEFINED:
            end, fragments = measure_fragments(self._read, element.start, size=self._size)
        if end > self._size:
            raise Declined
        return Pixels(element.tag, element.vr or None, at, element.start, end, fragments)

    def _read(self, offset: int, length: int) -> bytes:
        if offset + length <= len(self._window):
            return self._window[offset : offset + length]
        return self._source.read(offset, length)
