"""Where sessions stand: what they are part of, whose they are, and what deletion hides them."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from scanloft.contents.shelves import Shelves
from scanloft.core.annotations import Card, Level
from scanloft.core.hierarchy import subject_of
from scanloft.core.model import Study

Known = Callable[[list[str]], Iterable[Study]]
"""Finds the studies of these UIDs, as far as whoever asks may see them."""


@dataclass(frozen=True, slots=True)
class Standing:
    """A study, the session that it is or was merged into, and the key of that one's subject.

    `card` is that of the session. `hidden_by` is the level of what was deleted and hides it.
    """

    study: Study
    session: str
    card: Card
    subject: str
    hidden_by: Level | None


def standings(
    shelves: Shelves, project: str, studies: Iterable[Study], *, known: Known | None = None
) -> list[Standing]:
    """The standing of each study, in order; all that is needed comes in a call each.

    Without `known`, whoever asks may see all studies of the project.
    """
    found = {study.study_uid: study for study in studies}
    asked = list(found.values())
    cards = _cards(shelves, project, found)
    into = {uid: card.merged_into or uid for uid, card in cards.items()}
    others = sorted(set(into.values()) - set(found))
    of_others = (
        known(others) if known else shelves.instances.studies_among(project, others).values()
    )
    found |= {study.study_uid: study for study in of_others}
    cards |= _cards(shelves, project, others)
    subjects = {uid: subject_of(study.attributes, cards[uid]) for uid, study in found.items()}
    gone = shelves.tombstones.among(
        project,
        [(Level.SESSION, uid) for uid in cards]
        + [(Level.SUBJECT, subject) for subject in set(subjects.values())],
    )

    def standing(study: Study) -> Standing:
        session = into[study.study_uid]
        subject = subjects.get(session, subjects[study.study_uid])
        hiding = [
            (Level.SESSION, study.study_uid),
            (Level.SESSION, session),
            (Level.SUBJECT, subject),
        ]
        hidden_by = next((place[0] for place in hiding if place in gone), None)
        return Standing(study, session, cards[session], subject, hidden_by)

    return list(map(standing, asked))


def hidden(shelves: Shelves, project: str, studies: Iterable[Study]) -> dict[str, Level]:
    """The level of what was deleted and hides a study, by UID; the others are not in it."""
    found = standings(shelves, project, studies)
    return {each.study.study_uid: each.hidden_by for each in found if each.hidden_by}


def hidden_by_level(
    shelves: Shelves, project: str, study_uid: str, study: Study | None
) -> Level | None:
    """The same of one study; where it has no row, a tombstone of its own alone can hide it."""
    if study is not None:
        return hidden(shelves, project, [study]).get(study_uid)
    is_deleted = shelves.tombstones.one(project, Level.SESSION, study_uid) is not None
    return Level.SESSION if is_deleted else None


def _cards(shelves: Shelves, project: str, names: Iterable[str]) -> dict[str, Card]:
    found = shelves.cards.many(project, [(Level.SESSION, name) for name in names])
    return {name: card for (_, name), card in found.items()}
