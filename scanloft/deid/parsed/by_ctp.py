"""Objects of projects whose profile is a CTP script: its actions, then the floor beneath them."""

from datetime import UTC, datetime
from functools import lru_cache, partial
from io import BytesIO

from pydicom.dataset import Dataset
from pydicom.filebase import DicomBytesIO
from pydicom.filereader import read_dataset
from pydicom.filewriter import write_dataset

from scanloft.deid.ctp.evaluate import apply
from scanloft.deid.ctp.hashing import hash_uid
from scanloft.deid.ctp.script import CtpScript, parse_script
from scanloft.deid.identity import UID_TAGS, sop_class_of
from scanloft.deid.parsed.cleaner import Cleaner, DatasetPlace
from scanloft.deid.parsed.other_ids import other_ids_of
from scanloft.deid.profiles.profile import Profile
from scanloft.deid.rules.rules import CHARACTER_SET, PATIENT_ID, compile_rules
from scanloft.deid.rules.table import rows_by_tag
from scanloft.deid.rules.verdicts import Action
from scanloft.deid.stamps import stamps
from scanloft.deid.values.actions import Actions
from scanloft.deid.values.encode import Encoding
from scanloft.deid.values.mentions import Mentions, mentions_of
from scanloft.deid.values.pseudonyms import Pseudonyms
from scanloft.dicom.charsets import decoded, encodings
from scanloft.dicom.elements import Encoding as ElementEncoding
from scanloft.dicom.elements import read_element, skip
from scanloft.dicom.layout import Layout
from scanloft.dicom.raw import raw_value

_SHORTEST = 4
_REMEMBERED = (*UID_TAGS, PATIENT_ID)


def run_script(
    layout: Layout,
    header: Dataset,
    *,
    profile: Profile,
    pseudonyms: Pseudonyms,
    actions: Actions,
) -> list[tuple[int, bytes]]:
    """Return the encoded elements that remain, by tag; `header` is changed.

    What the script set itself stands. With the profile's floor, everything else passes the Basic
    Profile. Raises UnlistedSubject, CtpQuarantine, MalformedDicom.
    """
    before = {tag: _text(header, tag) for tag in _REMEMBERED}
    look = partial(raw_value, header)
    names = encodings(look(CHARACTER_SET))
    mentions = mentions_of(look, names, other_ids=other_ids_of(header))
    now = datetime.now(UTC).replace(tzinfo=None)
    listed = _listed_values(header)
    script = _script(profile.ctp_script)
    if script.uid_root is not None:
        # References that the script does not reach have to follow what they refer to.
        actions.replace_uids_by(partial(hash_uid, script.uid_root))
    outcome = apply(script, header, lookup=pseudonyms.lookup, now=now)
    body = _written(layout, header)
    read = read_dataset(
        BytesIO(body), is_implicit_VR=layout.implicit, is_little_endian=layout.little
    )
    new_ones = _new_ones(outcome.assigned, read, mentions, listed)
    if (PATIENT_ID,) in new_ones:
        actions.replace_patient_by(before[PATIENT_ID], _text(read, PATIENT_ID))
    if profile.floor:
        place = DatasetPlace(read, inherited=encodings(b""))
        actions.meet(place, mentions)
        cleaner = Cleaner(
            rules=compile_rules(profile, sop_class_of(look)),
            actions=actions,
            encoding=_encoding(layout),
            tally=layout.tally,
            exempt=outcome.assigned_in_items | new_ones,
        )
        elements = cleaner.clean(read, place)
    else:
        stamped = {tag for tag, _ in stamps(profile, _encoding(layout))}
        elements = [(tag, raw) for tag, raw in _split(layout, body) if tag not in stamped]
        actions.count(Action.KEEP, len(elements))
    _remember(before, read, actions)
    return elements


def _listed_values(header: Dataset) -> frozenset[bytes]:
    """Return the values that the table lists, but for very short ones, as they arrived."""
    tags = [int(tag) for tag in header.keys()]  # noqa: SIM118  # iterating decodes values
    values = {raw_value(header, tag).strip(b" \0") for tag in tags if tag in rows_by_tag()}
    return frozenset(value for value in values if len(value) >= _SHORTEST)


def _new_ones(
    assigned: frozenset[int], read: Dataset, mentions: Mentions | None, listed: frozenset[bytes]
) -> set[tuple[int, ...]]:
    """Return what the script set, without what it only copied: that passes the floor as well."""
    names = encodings(raw_value(read, CHARACTER_SET))
    found: set[tuple[int, ...]] = set()
    for tag in assigned:
        value = raw_value(read, tag)
        copied = value.strip(b" \0") in listed
        if not copied and (mentions is None or not mentions.found_in(value, names)):
            found.add((tag,))
    return found


@lru_cache(maxsize=16)
def _script(text: str) -> CtpScript:
    return parse_script(text)


def _encoding(layout: Layout) -> Encoding:
    return Encoding(implicit=layout.implicit, little=layout.little)


def _written(layout: Layout, header: Dataset) -> bytes:
    tags = [int(tag) for tag in header.keys()]  # noqa: SIM118  # iterating decodes values
    for tag in tags:
        if tag < 0x00080000:
            del header[tag]
    target = DicomBytesIO()
    target.is_implicit_VR, target.is_little_endian = layout.implicit, layout.little
    write_dataset(target, header)
    return target.getvalue()


def _split(layout: Layout, body: bytes) -> list[tuple[int, bytes]]:
    encoding = ElementEncoding(is_implicit=layout.implicit, is_little=layout.little)
    elements, at = [], 0
    while at < len(body):
        element = read_element(body, at, encoding=encoding)
        end = skip(body, element, encoding=encoding)
        elements.append((element.tag, body[at:end]))
        at = end
    return elements


def _remember(before: dict[int, str], after: Dataset, actions: Actions) -> None:
    """Note the identifiers that the script replaced itself."""
    for tag in UID_TAGS:
        new = _text(after, tag)
        if new and new != before[tag]:
            actions.replaced[before[tag]] = new


def _text(dataset: Dataset, tag: int) -> str:
    names = encodings(raw_value(dataset, CHARACTER_SET))
    return decoded(raw_value(dataset, tag), names).strip(" \0")
