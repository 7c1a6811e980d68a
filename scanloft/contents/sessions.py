"""The sessions and scans of a selection, as far as the caller sees them, with their labels."""

from collections.abc import Iterable, Iterator

from scanloft.contents.placing import Chosen, Placed
from scanloft.contents.shelves import Shelves
from scanloft.contents.standing import Standing, standings
from scanloft.contents.waiting import results
from scanloft.core.annotations import Card, Level
from scanloft.core.batching import batches
from scanloft.core.errors import Gone, NotFound
from scanloft.core.hierarchy import scan_name
from scanloft.core.layouts import SessionPlace, digest
from scanloft.core.model import Series, Study
from scanloft.core.selections import Wish

PAGE = 100
"""Studies that are read at once: a page of a manifest seldom needs more."""
BATCH = 25
"""Sessions that are looked at together: their cards and tombstones come in a call each."""


class Chooser:
    """Finds the sessions of a selection."""

    def __init__(self, shelves: Shelves, wish: Wish) -> None:
        self._shelves = shelves
        self._site = wish.site
        self._project = wish.project
        self._selection = wish.selection

    def sessions(self, *, start: str = "") -> Iterator[Chosen]:
        """The sessions with their scans in the order of their UIDs, from `start` on."""
        for batch in batches(self._studies(start), size=BATCH):
            yield from self._chosen(self._placed(batch))

    def placed(self) -> Iterator[Placed]:
        """The same without their scans."""
        for batch in batches(self._studies(""), size=BATCH):
            yield from filter(self._takes, self._placed(batch))

    def check(self) -> None:
        """Makes sure that what is named is there.

        Raises:
            NotFound: a session or scan is not, or the caller does not see it.
            Gone: it was deleted.
        """
        named = self._selection.named_sessions
        studies = {study.study_uid: study for study in self._known(sorted(named))}
        if named - set(studies):
            raise NotFound("A session of the selection is not in this project.")
        scans_gone = self._shelves.tombstones.among(
            self._project, [(Level.SCAN, scan_name(*scan)) for scan in self._selection.scans]
        )
        hidden = any(each.hidden_by for each in self._standings(studies.values()))
        if hidden or scans_gone:
            raise Gone("Something in the selection was deleted: bring it back, or leave it out.")
        scans = results(
            sorted(self._selection.scans),
            lambda scan: self._shelves.instances.series(self._project, *scan),
        )
        if any(scan is None or not self._sees(scan.sites) for scan in scans):
            raise NotFound("A scan of the selection is not in this project.")

    def _studies(self, start: str) -> Iterator[Study]:
        """The studies that may be in the selection and that the caller sees."""
        if self._selection.is_narrow:
            yield from self._known([uid for uid in self._named() if uid >= start])
            return
        yield from self._known([start] if start else [])
        for study in self._shelves.instances.studies(
            self._project, after=start or None, page_size=PAGE
        ):
            if self._sees(study.sites):
                yield study

    def _named(self) -> list[str]:
        """The sessions that are named, and those that were merged into them."""
        named = self._selection.named_sessions
        cards = self._shelves.cards.all(self._project, Level.SESSION)
        merged = {card.name for card in cards if card.merged_into in self._selection.sessions}
        return sorted(named | merged)

    def _known(self, uids: list[str]) -> list[Study]:
        studies = results(uids, lambda uid: self._shelves.instances.study(self._project, uid))
        return [study for study in studies if study and self._sees(study.sites)]

    def _placed(self, studies: list[Study]) -> list[Placed]:
        """The studies with the labels that people gave them; without those that were deleted."""
        kept = [each for each in self._standings(studies) if each.hidden_by is None]
        names = self._subject_names({each.subject for each in kept})
        return [
            Placed(
                each.study,
                each.subject,
                SessionPlace(names[each.subject], each.card.label, each.session),
            )
            for each in kept
        ]

    def _subject_names(self, subjects: set[str]) -> dict[str, str]:
        """Their labels, or their keys, which get a digest where another subject is labelled so."""
        cards = self._cards(Level.SUBJECT, subjects)
        keys = [subject for subject in subjects if not cards[subject].label]
        taken = self._shelves.labels.borne(self._project, Level.SUBJECT, keys)
        return {
            subject: f"{subject}-{digest(subject)}" if subject in taken else card.label or subject
            for subject, card in cards.items()
        }

    def _standings(self, studies: Iterable[Study]) -> list[Standing]:
        return standings(self._shelves, self._project, studies, known=self._known)

    def _chosen(self, placed: list[Placed]) -> Iterator[Chosen]:
        wanted = [each for each in placed if self._takes(each)]
        scans = results(
            wanted,
            lambda each: list(
                self._shelves.instances.series_of_study(self._project, each.study.study_uid)
            ),
        )
        gone = self._shelves.tombstones.among(
            self._project,
            ((Level.SCAN, _name(series)) for found in scans for series in found),
        )
        for each, found in zip(wanted, scans, strict=True):
            seen = [
                series
                for series in found
                if self._sees(series.sites) and (Level.SCAN, _name(series)) not in gone
            ]
            taken = [series for series in seen if self._takes_scan(each, series)]
            yield each.chosen(seen, taken, is_whole=self._takes_all(each))

    def _takes(self, placed: Placed) -> bool:
        uids = {placed.study.study_uid, placed.place.study_uid}
        return self._takes_all(placed) or bool(uids & self._selection.named_sessions)

    def _takes_all(self, placed: Placed) -> bool:
        chosen = self._selection
        return (
            chosen.all
            or placed.subject in chosen.subjects
            or placed.study.study_uid in chosen.sessions
            or placed.place.study_uid in chosen.sessions
        )

    def _takes_scan(self, placed: Placed, series: Series) -> bool:
        scan = (series.study_uid, series.series_uid)
        return self._takes_all(placed) or scan in self._selection.scans

    def _sees(self, sites: Iterable[str]) -> bool:
        """Whether whoever wishes it may see data of these sites: all of it theirs."""
        return not self._site or set(sites) == {self._site}

    def _cards(self, level: Level, names: Iterable[str]) -> dict[str, Card]:
        places = [(level, name) for name in names]
        found = self._shelves.cards.many(self._project, places)
        return {name: card for (_, name), card in found.items()}


def _name(series: Series) -> str:
    return scan_name(series.study_uid, series.series_uid)
