"""The rules applied to a data set that pydicom has parsed: the way for what is not plain."""

from collections.abc import Callable, Mapping
from operator import itemgetter
from types import MappingProxyType

from pydicom.dataelem import DataElement, RawDataElement
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence
from pydicom.values import convert_SQ

from scanloft.core.errors import MalformedDicom
from scanloft.deid.rules.rules import CHARACTER_SET, STAMPED, TOP_LEVEL, Rules
from scanloft.deid.rules.verdicts import Action, Verdict
from scanloft.deid.values.actions import Actions
from scanloft.deid.values.dummy_items import dummy_element
from scanloft.deid.values.encode import Encoding, pad
from scanloft.dicom.charsets import encodings
from scanloft.dicom.dictionary import vr_of
from scanloft.dicom.elements import UNDEFINED
from scanloft.dicom.raw import raw_value
from scanloft.dicom.read import read_unknown_sequence
from scanloft.dicom.structure import Tally, check_items

Path = tuple[int, ...]
_Element = RawDataElement | DataElement


class DatasetPlace:
    """A parsed data set as the actions see it."""

    def __init__(self, dataset: Dataset, *, inherited: tuple[str, ...]) -> None:
        self._dataset = dataset
        self._inherited = inherited

    @property
    def encodings(self) -> tuple[str, ...]:
        """Python's names of its character sets; those around it where it names none."""
        if CHARACTER_SET in self._dataset:
            return encodings(self.look(CHARACTER_SET))
        return self._inherited

    def look(self, tag: int) -> bytes:
        """The raw value of an element, b"" where it is absent."""
        return raw_value(self._dataset, tag)


class Cleaner:
    """Applies the rules to the data set of one object and to the items below it.

    `exempt` are elements that stay as they are, as ways from the top: tag, item from 0, tag, …
    `revised` has for others what makes of the verdict the one that holds.
    """

    def __init__(
        self,
        *,
        rules: Rules,
        actions: Actions,
        encoding: Encoding,
        tally: Tally,
        exempt: frozenset[Path] = frozenset(),
        revised: Mapping[Path, Callable[[Verdict], Verdict]] = MappingProxyType({}),
    ) -> None:
        self._exempt = exempt
        self._revised = revised
        self._rules = rules
        self._actions = actions
        self._encoding = encoding
        self._tally = tally

    def clean(
        self, dataset: Dataset, place: DatasetPlace, *, path: Path = ()
    ) -> list[tuple[int, bytes]]:
        """Return the encoded elements that remain, by tag, in order."""
        cleaned = []
        parent = path[-2] if path else TOP_LEVEL
        creators: dict[int, str] = {}
        for tag, element in sorted(
            ((int(tag), element) for tag, element in dataset.items()), key=itemgetter(0)
        ):
            if (*path, tag) in self._exempt:
                verdict = _exempted(tag, element.VR)
            elif tag >> 16 & 1:
                verdict = self._judge_private(tag, element, creators)
            else:
                verdict = self._rules.judge(tag, element.VR, parent)
            if (revised := self._revised.get((*path, tag))) is not None:
                verdict = revised(verdict)
            if verdict.action is Action.ENTER:
                encoded = self._enter(place, element, (*path, tag))
            elif isinstance(element, RawDataElement):
                encoded = self._act(place, element, tag, verdict)
            else:
                encoded = self._drop_or_empty(tag, verdict)
            if encoded is not None:
                cleaned.append((tag, encoded))
        return cleaned

    def _judge_private(self, tag: int, element: _Element, creators: dict[int, str]) -> Verdict:
        private = self._rules.private
        value = element.value if isinstance(element, RawDataElement) else None
        return (
            REMOVED_PRIVATE
            if private is None
            else private.judge_element(tag, element.VR, value or b"", creators)
        )

    def _enter(self, place: DatasetPlace, element: _Element, path: Path) -> bytes | None:
        items = self._items(element, depth=len(path) // 2)
        self._actions.count(Action.REMOVE if items is None else Action.ENTER)
        if items is None:
            return None
        cleaned = (
            self.clean(
                item,
                DatasetPlace(item, inherited=place.encodings),
                path=(*path, number),
            )
            for number, item in enumerate(items)
        )
        return self._encoding.sequence(
            path[-1], [b"".join(encoded for _, encoded in elements) for elements in cleaned]
        )

    def _items(self, element: _Element, *, depth: int) -> Sequence | None:
        if not isinstance(element, RawDataElement):
            return element.value if isinstance(element.value, Sequence) else None
        value = element.value or b""
        if element.VR != "UN":
            implicit, little = element.is_implicit_VR, element.is_little_endian
            check_items(value, depth=depth, implicit=implicit, little=little, tally=self._tally)
            return convert_SQ(value, implicit, little)
        if not self._encoding.little:
            # Its values are little endian (PS3.5 6.2.2) and would have to be turned one by one.
            return None
        try:
            return read_unknown_sequence(value, depth=depth, tally=self._tally)
        except MalformedDicom:
            return None

    def _drop_or_empty(self, tag: int, verdict: Verdict) -> bytes | None:
        # A sequence was written where the rules expect none, or where they want it empty.
        if verdict.action is Action.DUMMY and verdict.vr == "SQ":
            return self._dummy(tag, verdict)
        if verdict.action in (Action.EMPTY, Action.DUMMY):
            self._actions.count(verdict.action)
            return self._encoding.element(tag, verdict.vr, b"")
        private = verdict.action is Action.REMOVE_PRIVATE
        self._actions.count(Action.REMOVE_PRIVATE if private else Action.REMOVE)
        return None

    def _act(
        self, place: DatasetPlace, element: RawDataElement, tag: int, verdict: Verdict
    ) -> bytes | None:
        if verdict.action is Action.DUMMY:
            return self._dummy(tag, verdict)
        kept = verdict.action is Action.KEEP
        if kept and element.length == UNDEFINED:
            self._actions.count(Action.REMOVE)
            return None
        value = element.value or b""
        vr = verdict.vr
        if kept and element.VR == "UN" and not self._encoding.little:
            vr = "UN"
        new = self._actions.apply(tag, verdict, value, place)
        if new is None:
            return None
        return self._encoding.element(tag, vr, value if new is value else pad(new, vr))

    def _dummy(self, tag: int, verdict: Verdict) -> bytes:
        self._actions.count(verdict.action)
        return dummy_element(tag, verdict.vr, self._encoding)


def _exempted(tag: int, written_vr: str | None) -> Verdict:
    vr = written_vr or (vr_of(tag) or "UN").split()[0]
    if tag < 0x00080000 or tag in STAMPED:
        return Verdict(Action.REMOVE, vr)
    return Verdict(Action.ENTER if vr == "SQ" else Action.KEEP, vr)


REMOVED_PRIVATE = Verdict(Action.REMOVE_PRIVATE, "UN")
