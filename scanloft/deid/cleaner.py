"""Applying the rules to the elements of one data set, at any depth, as raw bytes."""

import re
from operator import itemgetter

from pydicom.charset import decode_bytes
from pydicom.dataelem import DataElement, RawDataElement
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence
from pydicom.values import convert_SQ

from scanloft.core.errors import MalformedDicom
from scanloft.core.identifiers import is_uid
from scanloft.deid.account import KINDS
from scanloft.deid.dates import shift_value
from scanloft.deid.dummies import dummy
from scanloft.deid.encode import Encoding, pad
from scanloft.deid.mentions import mentions_of
from scanloft.deid.pseudonyms import Pseudonyms
from scanloft.deid.rules import (
    CODE_MEANING,
    CODING_SCHEME,
    PATIENT_ID,
    TOP_LEVEL,
    Action,
    Rules,
    Verdict,
)
from scanloft.dicom.elements import UNDEFINED
from scanloft.dicom.raw import raw_value, text
from scanloft.dicom.read import read_unknown_sequence

_MEANING_REMOVED = b"Removed "
_COUNTED_AS = {
    Action.KEEP: "kept",
    Action.ENTER: "kept",
    Action.KEEP_UID: "kept",
    Action.REMOVE: "removed",
    Action.REMOVE_PRIVATE: "private_removed",
    Action.EMPTY: "emptied",
    Action.DUMMY: "replaced",
    Action.REPLACE_ID: "replaced",
    Action.REPLACE_NAME: "replaced",
    Action.CLEAN_MEANING: "replaced",
    Action.REPLACE_UID: "uids_replaced",
    Action.SHIFT: "dates_shifted",
}
# Without these nothing can show the object, and standard terms that are also names stay.
_TERMS = {
    0x00080005: re.compile(rb"[ \\]*(?:ISO[ _](?:IR|2022 IR) [0-9]+[ \\]*|GB18030 *|GBK *)*"),
    0x00080060: re.compile(rb"[A-Z]{2,3} *|IVOCT *|IVUS *|AUDIO *|SMOBJ *"),
    0x00280004: re.compile(rb"RGB *|MONOCHROME[12] *|PALETTE COLOR *|YBR_[A-Z]+(?:_42[02])? *"),
}
_MAY_KEEP = frozenset({Action.REPLACE_UID, Action.CLEAN_MEANING})
_Element = RawDataElement | DataElement


class Cleaner:
    """Applies the rules to the data set of one object and to the items below it.

    `counts` says how many elements met which fate, once `clean_header` has run.
    """

    def __init__(
        self, header: Dataset, *, rules: Rules, pseudonyms: Pseudonyms, encoding: Encoding
    ) -> None:
        self.counts = dict.fromkeys(KINDS, 0)
        self._encoding = encoding
        self._header = header
        self._judge = rules.judge
        self._pseudonyms = pseudonyms
        self._mentions = mentions_of(header, _encodings(header))
        # Without a patient ID the study is all that is known to belong together.
        subject = _patient_id(header) or text(header, 0x0020000D)
        self._shift_days = pseudonyms.shift_days(subject)

    def clean_header(self) -> list[tuple[int, bytes]]:
        """Return the encoded elements that remain at the top level, by tag, in order."""
        return self._clean(self._header, parent=TOP_LEVEL, depth=0)

    def _clean(self, dataset: Dataset, *, parent: int, depth: int) -> list[tuple[int, bytes]]:
        cleaned = []
        for tag, element in sorted(
            ((int(tag), element) for tag, element in dataset.items()), key=itemgetter(0)
        ):
            verdict = self._judge(tag, element.VR, parent)
            if verdict.action is Action.ENTER:
                encoded = self._enter(dataset, element, tag, depth=depth)
            elif isinstance(element, RawDataElement):
                encoded = self._act(dataset, element, tag, verdict)
            else:
                encoded = self._drop_or_empty(tag, verdict)
            if encoded is not None:
                cleaned.append((tag, encoded))
        return cleaned

    def _enter(self, dataset: Dataset, element: _Element, tag: int, *, depth: int) -> bytes | None:
        items = self._items(dataset, element, depth=depth)
        self._count(Action.REMOVE if items is None else Action.ENTER)
        if items is None:
            return None
        cleaned = (self._clean(item, parent=tag, depth=depth + 1) for item in items)
        return self._encoding.sequence(
            tag, [b"".join(encoded for _, encoded in elements) for elements in cleaned]
        )

    def _items(self, dataset: Dataset, element: _Element, *, depth: int) -> Sequence | None:
        if not isinstance(element, RawDataElement):
            return element.value if isinstance(element.value, Sequence) else None
        value = element.value or b""
        if element.VR != "UN":
            return convert_SQ(
                value, element.is_implicit_VR, element.is_little_endian, _encodings(dataset)
            )
        if not self._encoding.little:
            # Its values are little endian (PS3.5 6.2.2) and would have to be turned one by one.
            return None
        try:
            return read_unknown_sequence(value, depth=depth)
        except MalformedDicom:
            return None

    def _drop_or_empty(self, tag: int, verdict: Verdict) -> bytes | None:
        # A sequence was written where the rules expect none, or where they want it empty.
        if verdict.action in (Action.EMPTY, Action.DUMMY):
            return self._replace(tag, verdict.vr, b"", counted=verdict.action)
        self._count(verdict.action if verdict.action is Action.REMOVE_PRIVATE else Action.REMOVE)
        return None

    def _act(
        self, dataset: Dataset, element: RawDataElement, tag: int, verdict: Verdict
    ) -> bytes | None:
        action, vr, value = verdict.action, verdict.vr, element.value or b""
        if action is Action.KEEP:
            return self._keep(dataset, element, tag, verdict)
        if action is Action.SHIFT:
            shifted = shift_value(value, vr=vr, days=self._shift_days)
            if shifted is not None:
                return self._replace(tag, vr, shifted, counted=action)
            action = verdict.otherwise
        replacement = self._replacement(dataset, value, action, vr)
        if replacement is None:
            self._count(action)
            return None
        if action in _MAY_KEEP and replacement.rstrip() == value.rstrip(b"\0 "):
            action = Action.KEEP
        return self._replace(tag, vr, replacement, counted=action)

    def _replacement(self, dataset: Dataset, value: bytes, action: Action, vr: str) -> bytes | None:
        match action:
            case Action.EMPTY:
                return b""
            case Action.DUMMY:
                return dummy(vr)
            case Action.REPLACE_UID:
                return self._new_uids(value, keep=False)
            case Action.KEEP_UID:
                return self._new_uids(value, keep=True)
            case Action.REPLACE_ID | Action.REPLACE_NAME:
                return self._pseudonyms.patient_id(_patient_id(dataset)).encode()
            case Action.CLEAN_MEANING:
                hidden = _is_local_code(dataset) or self._names_patient(
                    dataset, CODE_MEANING, value
                )
                return _MEANING_REMOVED if hidden else value
        return None

    def _keep(
        self, dataset: Dataset, element: RawDataElement, tag: int, verdict: Verdict
    ) -> bytes | None:
        vr, value = verdict.vr, element.value or b""
        if element.length == UNDEFINED:
            self._count(Action.REMOVE)
            return None
        if verdict.searched and self._names_patient(dataset, tag, value):
            value = self._without_mentions(dataset, value) if vr == "CS" else b""
            return self._replace(tag, vr, value, counted=Action.EMPTY)
        if element.VR == "UN" and not self._encoding.little:
            vr = "UN"
        return self._replace(tag, vr, value, counted=Action.KEEP, padded=False)

    def _without_mentions(self, dataset: Dataset, value: bytes) -> bytes:
        # Of several values the others are kept: an Image Type has to stay one (PS3.3 C.7.6.1.1.2).
        if not value.isascii():
            return b""
        parts = value.split(b"\\")
        return b"\\".join(
            b"" if self._names_patient(dataset, TOP_LEVEL, part) else part for part in parts
        ).rstrip(b" \0")

    def _names_patient(self, dataset: Dataset, tag: int, value: bytes) -> bool:
        if self._mentions is None or not value:
            return False
        if not self._mentions.found_in(value, _encodings(dataset)):
            return False
        terms = _TERMS.get(tag)
        return terms is None or terms.fullmatch(value) is None

    def _replace(
        self, tag: int, vr: str, value: bytes, *, counted: Action, padded: bool = True
    ) -> bytes:
        self._count(counted)
        return self._encoding.element(tag, vr, pad(value, vr) if padded else value)

    def _new_uids(self, value: bytes, *, keep: bool) -> bytes:
        parts = (part.strip(" \0") for part in value.decode("latin-1").split("\\"))
        return "\\".join(
            part if keep and is_uid(part) else self._pseudonyms.uid(part) for part in parts
        ).encode("latin-1")

    def _count(self, action: Action) -> None:
        self.counts[_COUNTED_AS[action]] += 1


def _patient_id(dataset: Dataset) -> str:
    value = raw_value(dataset, PATIENT_ID)
    return decode_bytes(value, _encodings(dataset), set()).strip(" \0")


def _encodings(dataset: Dataset) -> list[str]:
    charset = dataset.original_character_set
    return [charset] if isinstance(charset, str) else list(charset)


def _is_local_code(dataset: Dataset) -> bool:
    scheme = text(dataset, CODING_SCHEME).upper()
    return scheme in ("", "L") or scheme.startswith("99")
