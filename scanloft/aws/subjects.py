"""Subjects in the index table: who there is, and what leads from them to their sessions."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from scanloft.aws.rows import Row, Rows
from scanloft.core.annotations import Subject
from scanloft.core.errors import Outdated
from scanloft.core.items import ItemKey
from scanloft.core.items_of_people import (
    session_of_subject_item,
    sessions_of_subject_partition,
    subject_item,
    subject_of_site_item,
    subjects_of_site_partition,
    subjects_partition,
)
from scanloft.core.tables import SORT_KEY


class SubjectIndex:
    """The subjects of all projects; what leads to sessions are hints, the sessions decide."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    def create(self, subject: Subject) -> bool:
        """Writes a new subject; False where there is one of this key."""
        written = self._rows.put_new(
            subject_item(subject.project, subject.subject), {**_row(subject), "revision": 1}
        )
        if written:
            self._lead(subject.project, subject.subject, sites=subject.sites)
        return written

    def subject(self, project: str, subject: str) -> Subject | None:
        """One subject, None where there is none."""
        row = self._rows.get(subject_item(project, subject))
        return None if row is None else _subject(row)

    def known(self, project: str, subjects: Iterable[str]) -> dict[str, Subject]:
        """Those of the subjects that there are, a hundred a call."""
        rows = self._rows.get_many(subject_item(project, subject) for subject in subjects)
        return {row["subject"]: _subject(row) for row in rows.values()}

    def subjects(
        self, project: str, *, after: str | None = None, page_size: int | None = None
    ) -> Iterator[Subject]:
        """The subjects of a project by key, after one or all."""
        rows = self._rows.query(subjects_partition(project), after=after, page_size=page_size)
        return map(_subject, rows)

    def keys_of_site(
        self, project: str, site: str, *, after: str | None = None, page_size: int | None = None
    ) -> Iterator[str]:
        """The keys of the subjects that a site submitted something of, after one or all."""
        partition = subjects_of_site_partition(project, site)
        rows = self._rows.query(partition, after=after, page_size=page_size)
        return (row[SORT_KEY] for row in rows)

    def note(self, project: str, subject: str, *, study_uid: str, sites: Iterable[str]) -> None:
        """Makes sure that the subject is there and leads to a session that these sites sent.

        Where it does already, this is one call to read.

        Raises:
            Outdated: others write the same subject: do it again.
        """
        sites = set(sites)
        named = sites - {""}
        key = subject_item(project, subject)
        link = session_of_subject_item(project, subject, study_uid)
        markers = [subject_of_site_item(project, site, subject) for site in named]
        present = self._rows.get_many([key, link, *markers])
        for missing in {link, *markers} - set(present):
            self._rows.put(missing, {"subject": subject})
        known = _subject(present[key]) if key in present else Subject(project, subject)
        if known.revision == 0 or not sites <= set(known.sites):
            self._put(replace(known, sites=tuple(sorted({*known.sites, *sites}))))

    def study_uids(
        self, project: str, subject: str, *, after: str | None = None, page_size: int | None = None
    ) -> Iterator[str]:
        """What may be the sessions of a subject, by UID, after one or all."""
        partition = sessions_of_subject_partition(project, subject)
        rows = self._rows.query(partition, after=after, page_size=page_size)
        return (row[SORT_KEY] for row in rows)

    def forget_session(self, project: str, subject: str, study_uid: str) -> None:
        """Removes what leads from a subject to a session."""
        self._rows.delete(session_of_subject_item(project, subject, study_uid))

    def remove(self, subject: Subject) -> None:
        """Removes a subject; no error where there is none."""
        for site in subject.sites:
            self._rows.delete(subject_of_site_item(subject.project, site, subject.subject))
        self._rows.delete(subject_item(subject.project, subject.subject))

    def _put(self, subject: Subject) -> None:
        key = subject_item(subject.project, subject.subject)
        row: Row = {**_row(subject), "revision": subject.revision + 1}
        if not self._written(key, row, revision=subject.revision):
            raise Outdated("Somebody changed the subject meanwhile: try again.")

    def _written(self, key: ItemKey, row: Row, *, revision: int) -> bool:
        if revision == 0:
            return self._rows.put_new(key, row)
        return self._rows.put_if(
            key, row, condition="#revision = :revision", values={"revision": revision}
        )

    def _lead(self, project: str, subject: str, *, sites: Iterable[str]) -> None:
        for site in set(sites) - {""}:
            self._rows.put(subject_of_site_item(project, site, subject), {"subject": subject})


def _row(subject: Subject) -> Row:
    return {
        "project": subject.project,
        "subject": subject.subject,
        "created_at": subject.created_at,
        "created_by": subject.created_by,
        "sites": list(subject.sites),
    }


def _subject(row: Mapping[str, Any]) -> Subject:
    return Subject(
        project=row["project"],
        subject=row["subject"],
        created_at=row["created_at"],
        created_by=row["created_by"],
        sites=tuple(row["sites"]),
        revision=row["revision"],
    )
