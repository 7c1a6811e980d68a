"""Giving subjects and sessions the labels that routing found or a person chose for an object.

A label is given where there is none yet and nobody else bears it: what people set by hand stays.
"""

import secrets
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import replace

from functions.anonymise.tasks import Passed
from scanloft.aws.cards import CardIndex
from scanloft.aws.labels import LabelIndex
from scanloft.aws.rows import Rows
from scanloft.core.annotations import Level
from scanloft.core.errors import Conflict
from scanloft.core.hierarchy import subject_key
from scanloft.core.keys import ArchiveKey

MARK_BYTES = 8

Wish = tuple[str, Level, str, str]
"""A project, a level, the name of a subject or session of it, and the label that it is to have."""


class Labels:
    """The labels of the subjects and sessions that objects were archived in."""

    def __init__(self, rows: Rows, *, now: Callable[[], int]) -> None:
        self._cards = CardIndex(rows)
        self._labels = LabelIndex(rows, self._cards)
        self._now = now

    def give(self, passed: Iterable[Passed]) -> None:
        """Gives the labels that the instructions of the objects name; again is a no-op.

        Raises:
            Outdated: somebody is editing the same card: do it again.
            Unavailable: the table did not answer.
        """
        for project, level, name, label in dict.fromkeys(_wishes(passed)):
            card = self._cards.card(project, level, name)
            if card.label:
                continue
            with suppress(Conflict):  # another one bears it, and keeps it
                self._labels.put(
                    replace(card, label=label),
                    before="",
                    now=self._now(),
                    mark=lambda: secrets.token_hex(MARK_BYTES),
                )


def _wishes(passed: Iterable[Passed]) -> Iterator[Wish]:
    for one in passed:
        if one.instruction is None or not one.fate.archive_key:
            continue
        project = one.key.project
        if one.instruction.session_label:
            study = ArchiveKey.parse(one.fate.archive_key).study_uid
            yield project, Level.SESSION, study, one.instruction.session_label
        if one.instruction.subject_label and one.patient_id:
            subject = subject_key(one.patient_id.strip())
            yield project, Level.SUBJECT, subject, one.instruction.subject_label
