"""Objects of projects whose profile is a CTP script: its actions, then the floor beneath them."""

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import lru_cache, partial
from io import BytesIO

from pydicom.dataset import Dataset
from pydicom.filebase import DicomBytesIO
from pydicom.filereader import read_dataset
from pydicom.filewriter import write_dataset

from scanloft.deid.ctp.evaluate import Assignment, Path, apply
from scanloft.deid.ctp.floor import Floor
from scanloft.deid.ctp.hashing import hash_uid
from scanloft.deid.ctp.script import CtpScript, parse_script
from scanloft.deid.identity import UID_TAGS, sop_class_of
from scanloft.deid.parsed.cleaner import Cleaner, DatasetPlace
from scanloft.deid.parsed.identifiers_in_items import identifiers_in_items
from scanloft.deid.profiles.profile import Profile
from scanloft.deid.rules.rules import CHARACTER_SET, PATIENT_ID, compile_rules
from scanloft.deid.rules.verdicts import Action
from scanloft.deid.stamps import stamps
from scanloft.deid.values.actions import Actions
from scanloft.deid.values.encode import Encoding
from scanloft.deid.values.mentions import mentions_of
from scanloft.deid.values.pseudonyms import Pseudonyms
from scanloft.dicom.charsets import decoded, encodings
from scanloft.dicom.elements import Encoding as ElementEncoding
from scanloft.dicom.elements import read_element, skip
from scanloft.dicom.layout import Layout
from scanloft.dicom.raw import raw_value


def run_script(
    layout: Layout,
    header: Dataset,
    *,
    profile: Profile,
    pseudonyms: Pseudonyms,
    actions: Actions,
) -> list[tuple[int, bytes]]:
    """Return the encoded elements that remain, by tag; `header` is changed.

    What the script set itself stands. With the profile's floor, everything else, and what it only
    copied, passes the Basic Profile. Raises UnlistedSubject, CtpQuarantine, MalformedDicom.
    """
    patient = _text(header, PATIENT_ID)
    look = partial(raw_value, header)
    names = encodings(look(CHARACTER_SET))
    mentions = mentions_of(look, names, more=identifiers_in_items(layout, header))
    now = datetime.now(UTC).replace(tzinfo=None)
    script = _script(profile.ctp_script)
    if script.uid_root is not None:
        # References that the script does not reach have to follow what they refer to.
        actions.uids.replace_by(partial(hash_uid, script.uid_root))
    outcome = apply(script, header, lookup=pseudonyms.lookup, now=now)
    body = _written(layout, header)
    read = read_dataset(
        BytesIO(body), is_implicit_VR=layout.implicit, is_little_endian=layout.little
    )
    floor = Floor(compile_rules(profile, sop_class_of(look)), mentions) if profile.floor else None
    assigned = outcome.assigned
    own = floor.own(assigned) if floor is not None else dict(assigned)
    if (PATIENT_ID,) in own:
        actions.replace_patient_by(patient, _text(read, PATIENT_ID))
    if floor is not None:
        place = DatasetPlace(read, inherited=encodings(b""))
        actions.meet(place, mentions, header=layout.header)
        cleaner = Cleaner(
            rules=floor.rules,
            actions=actions,
            encoding=_encoding(layout),
            tally=layout.tally,
            exempt=frozenset(own),
            revised={
                path: partial(floor.revised, assignment=assignment)
                for path, assignment in assigned.items()
                if path not in own
            },
        )
        elements = cleaner.clean(read, place)
    else:
        stamped = {tag for tag, _ in stamps(profile, _encoding(layout))}
        elements = [(tag, raw) for tag, raw in _split(layout, body) if tag not in stamped]
        actions.count(Action.KEEP, len(elements))
    actions.uids.replaced.update(_new_uids(own))
    return elements


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


def _new_uids(own: Mapping[Path, Assignment]) -> dict[str, str]:
    """Return the UIDs that the script replaced, by the old ones."""
    # What identifies the object counts most, should a script make several of one UID.
    last = {(tag,) for tag in UID_TAGS}
    pairs: dict[str, str] = {}
    for _, assignment in sorted(own.items(), key=lambda found: found[0] in last):
        olds, news = assignment.old.split("\\"), assignment.new.split("\\")
        if assignment.vr == "UI" and len(olds) == len(news):
            pairs |= {old: new for old, new in zip(olds, news, strict=True) if old and new}
    return {old: new for old, new in pairs.items() if old != new}


def _text(dataset: Dataset, tag: int) -> str:
    names = encodings(raw_value(dataset, CHARACTER_SET))
    return decoded(raw_value(dataset, tag), names).strip(" \0")
