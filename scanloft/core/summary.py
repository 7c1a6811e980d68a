"""Series and study rows, recomputed from the rows below them: nothing is ever incremented."""

from collections.abc import Iterable, Sequence

from scanloft.core.attributes import Level, tags_of
from scanloft.core.model import Attributes, Instance, Series, Study

MODALITY = "00080060"


def series_of(instances: Sequence[Instance], *, revision: int) -> Series:
    """The row of the series that these instances make up, written over `revision`.

    Where instances differ in an attribute of the series or study, the instance with the lowest
    SOP Instance UID that has it decides, so that the order of arrival never does.
    """
    ordered = sorted(instances, key=lambda instance: instance.sop_uid)
    first = ordered[0]
    tags = tags_of(Level.STUDY) | tags_of(Level.SERIES)
    return Series(
        project=first.project,
        study_uid=first.study_uid,
        series_uid=first.series_uid,
        instance_count=len(ordered),
        size_bytes=sum(instance.location.length for instance in ordered),
        attributes=_first_of((instance.attributes for instance in ordered), tags=tags),
        revision=revision,
        sites=tuple(sorted({instance.site for instance in ordered})),
    )


def study_of(series: Sequence[Series], *, revision: int) -> Study:
    """The row of the study that these series make up, written over `revision`."""
    ordered = sorted(series, key=lambda one: one.series_uid)
    first = ordered[0]
    modalities = {str(value) for one in ordered for value in one.attributes.get(MODALITY, ())}
    return Study(
        project=first.project,
        study_uid=first.study_uid,
        series_count=len(ordered),
        instance_count=sum(one.instance_count for one in ordered),
        size_bytes=sum(one.size_bytes for one in ordered),
        modalities=tuple(sorted(modalities)),
        attributes=_first_of((one.attributes for one in ordered), tags=tags_of(Level.STUDY)),
        revision=revision,
        sites=tuple(sorted({site for one in ordered for site in one.sites})),
    )


def _first_of(candidates: Iterable[Attributes], *, tags: frozenset[str]) -> Attributes:
    chosen: dict[str, tuple[str | int | float, ...]] = {}
    for attributes in candidates:
        for tag, values in attributes.items():
            if tag in tags and values:
                chosen.setdefault(tag, values)
    return chosen
