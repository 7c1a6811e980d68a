"""Where the scans of a session are put in a download."""

from collections.abc import Mapping
from dataclasses import dataclass

from scanloft.core.layouts import Layout, Scan, SessionPlace, digest, scan_folders
from scanloft.core.model import Attributes, Series, Study

PATIENT_ID, PATIENT_SEX = "00100020", "00100040"
SERIES_NUMBER, SERIES_DESCRIPTION = "00200011", "0008103E"
SEX_IN_BIDS = {"M": "M", "F": "F", "O": "O"}


@dataclass(frozen=True, slots=True)
class Chosen:
    """A session of the selection and those of its scans that are in it.

    `subject` is the key of its subject. A session that is merged into another one has the place
    of that one; one that is whole is selected with all that it has.
    """

    study_uid: str
    subject: str
    place: SessionPlace
    is_merged: bool
    is_whole: bool
    series: tuple[Series, ...]
    folder_by_series: Mapping[str, str]

    def scan_folder(self, layout: Layout, series_uid: str) -> str:
        """The folder of a scan."""
        return f"{self.place.folder(layout)}/{self.folder_by_series[series_uid]}"


@dataclass(frozen=True, slots=True)
class Placed:
    """A study, the key of its subject, and where it is put."""

    study: Study
    subject: str
    place: SessionPlace

    @property
    def sex(self) -> str:
        """The sex that the images name, "n/a" where BIDS has no word for it."""
        return SEX_IN_BIDS.get(text_of(self.study.attributes, PATIENT_SEX), "n/a")

    def chosen(self, seen: list[Series], taken: list[Series], *, is_whole: bool) -> Chosen:
        """The session; folders are named by all scans that are seen, so they stay the same."""
        is_merged = self.study.study_uid != self.place.study_uid
        folders = scan_folders([_scan(series) for series in seen])
        if is_merged:
            folders = {uid: f"{folder}-{digest(uid)}" for uid, folder in folders.items()}
        return Chosen(
            study_uid=self.study.study_uid,
            subject=self.subject,
            place=self.place,
            is_merged=is_merged,
            is_whole=is_whole,
            series=tuple(taken),
            folder_by_series=folders,
        )


def text_of(attributes: Attributes, tag: str) -> str:
    """The first value of an attribute, empty where there is none."""
    values = attributes.get(tag, ())
    return str(values[0]) if values else ""


def number_of(attributes: Attributes, tag: str) -> int | None:
    """The first value of an attribute, where it is a whole number."""
    values = attributes.get(tag, ())
    return values[0] if values and isinstance(values[0], int) else None


def _scan(series: Series) -> Scan:
    return Scan(
        series_uid=series.series_uid,
        number=number_of(series.attributes, SERIES_NUMBER),
        description=text_of(series.attributes, SERIES_DESCRIPTION),
    )
