"""The attributes that the index keeps and QIDO-RS answers with: one table, and their DICOM JSON."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from types import MappingProxyType

from scanloft.core.model import Attributes

Json = dict[str, object]
"""A JSON object."""


class Level(IntEnum):
    """A level of the Study Root information model (PS3.4 C.6.2), from the top down."""

    STUDY = 1
    SERIES = 2
    INSTANCE = 3


@dataclass(frozen=True, slots=True)
class Attribute:
    """An attribute of the index.

    `is_default` ones are in every answer of their level (PS3.18 10.6.3.3), the others only where
    they were matched on or asked for. `is_computed` ones stand in the rows themselves, as UIDs
    and counts do, and are never read from a data set into `Attributes`.
    """

    tag: str
    keyword: str
    vr: str
    level: Level
    is_default: bool = True
    is_computed: bool = False


_STUDY, _SERIES, _INSTANCE = Level.STUDY, Level.SERIES, Level.INSTANCE

ATTRIBUTES: tuple[Attribute, ...] = (
    Attribute("00080020", "StudyDate", "DA", _STUDY),
    Attribute("00080030", "StudyTime", "TM", _STUDY),
    Attribute("00080050", "AccessionNumber", "SH", _STUDY),
    Attribute("00080056", "InstanceAvailability", "CS", _STUDY, is_computed=True),
    Attribute("00080061", "ModalitiesInStudy", "CS", _STUDY, is_computed=True),
    Attribute("00080090", "ReferringPhysicianName", "PN", _STUDY),
    Attribute("00080201", "TimezoneOffsetFromUTC", "SH", _STUDY),
    Attribute("00081030", "StudyDescription", "LO", _STUDY, is_default=False),
    Attribute("00081190", "RetrieveURL", "UR", _STUDY, is_computed=True),
    Attribute("00100010", "PatientName", "PN", _STUDY),
    Attribute("00100020", "PatientID", "LO", _STUDY),
    Attribute("00100030", "PatientBirthDate", "DA", _STUDY),
    Attribute("00100040", "PatientSex", "CS", _STUDY),
    Attribute("00101010", "PatientAge", "AS", _STUDY, is_default=False),
    Attribute("0020000D", "StudyInstanceUID", "UI", _STUDY, is_computed=True),
    Attribute("00200010", "StudyID", "SH", _STUDY),
    Attribute("00201206", "NumberOfStudyRelatedSeries", "IS", _STUDY, is_computed=True),
    Attribute("00201208", "NumberOfStudyRelatedInstances", "IS", _STUDY, is_computed=True),
    Attribute("00080021", "SeriesDate", "DA", _SERIES, is_default=False),
    Attribute("00080031", "SeriesTime", "TM", _SERIES, is_default=False),
    Attribute("00080060", "Modality", "CS", _SERIES),
    Attribute("00080070", "Manufacturer", "LO", _SERIES, is_default=False),
    Attribute("0008103E", "SeriesDescription", "LO", _SERIES),
    Attribute("00180015", "BodyPartExamined", "CS", _SERIES, is_default=False),
    Attribute("0020000E", "SeriesInstanceUID", "UI", _SERIES, is_computed=True),
    Attribute("00200011", "SeriesNumber", "IS", _SERIES),
    Attribute("00200060", "Laterality", "CS", _SERIES, is_default=False),
    Attribute("00201209", "NumberOfSeriesRelatedInstances", "IS", _SERIES, is_computed=True),
    Attribute("00400244", "PerformedProcedureStepStartDate", "DA", _SERIES),
    Attribute("00400245", "PerformedProcedureStepStartTime", "TM", _SERIES),
    Attribute("00080016", "SOPClassUID", "UI", _INSTANCE, is_computed=True),
    Attribute("00080018", "SOPInstanceUID", "UI", _INSTANCE, is_computed=True),
    Attribute("0008002A", "AcquisitionDateTime", "DT", _INSTANCE, is_default=False),
    Attribute("00083002", "AvailableTransferSyntaxUID", "UI", _INSTANCE, is_computed=True),
    Attribute("00200013", "InstanceNumber", "IS", _INSTANCE),
    Attribute("00280008", "NumberOfFrames", "IS", _INSTANCE),
    Attribute("00280010", "Rows", "US", _INSTANCE),
    Attribute("00280011", "Columns", "US", _INSTANCE),
    Attribute("00280100", "BitsAllocated", "US", _INSTANCE),
)

ATTRIBUTE_BY_TAG: Mapping[str, Attribute] = MappingProxyType(
    {attribute.tag: attribute for attribute in ATTRIBUTES}
)
ATTRIBUTE_BY_KEYWORD: Mapping[str, Attribute] = MappingProxyType(
    {attribute.keyword: attribute for attribute in ATTRIBUTES}
)


def tags_of(level: Level) -> frozenset[str]:
    """The tags that a data set is read for at a level, and that its row keeps."""
    return frozenset(
        entry.tag for entry in ATTRIBUTES if entry.level is level and not entry.is_computed
    )


def attributes_json(attributes: Attributes, wanted: Iterable[Attribute]) -> Json:
    """The wanted attributes, which are in order of tag, in the DICOM JSON Model (PS3.18 F.2).

    An attribute without a value is there with its VR alone (PS3.18 F.2.5). Text is UTF-8, which
    the Specific Character Set says.
    """
    answer: Json = {"00080005": {"vr": "CS", "Value": ["ISO_IR 192"]}}
    for attribute in wanted:
        answer[attribute.tag] = element_json(attribute.vr, attributes.get(attribute.tag, ()))
    return answer


def element_json(vr: str, values: Sequence[str | int | float | None]) -> Json:
    """One element with its values in the DICOM JSON Model, None for an empty one (PS3.18 F.2.2)."""
    if all(value is None for value in values):
        return {"vr": vr}
    if vr == "PN":
        return {"vr": vr, "Value": [name_json(str(value or "")) for value in values]}
    return {"vr": vr, "Value": list(values)}


NAME_GROUPS = ("Alphabetic", "Ideographic", "Phonetic")


def name_json(name: str) -> dict[str, str] | None:
    """A person's name by its component groups, null where it is empty (PS3.18 F.2.2, F.2.5)."""
    groups = zip(NAME_GROUPS, name.split("="), strict=False)
    return {label: group for label, group in groups if group} or None
