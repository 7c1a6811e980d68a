"""Whose data something is, for the feed: people of a site are told what is of that site alone."""

from functions.api.services import Services
from scanloft.core.annotations import Level


def sites_of(services: Services, project: str, level: Level, name: str) -> tuple[str, ...]:
    """The sites that submitted something; none where the project has no row of it (any more)."""
    if level is Level.SUBJECT:
        subject = services.subjects.subject(project, name)
        return subject.sites if subject else ()
    study_uid, _, series_uid = name.partition("/")
    if level is Level.SESSION:
        study = services.instances.study(project, study_uid)
        return study.sites if study else ()
    if level is Level.SCAN:
        series = services.instances.series(project, study_uid, series_uid)
        return series.sites if series else ()
    return ()
