"""Which project each called AE title stands for."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Self

from scanloft.core.errors import InvalidRequest
from scanloft.core.identifiers import checked_ae_title, checked_project
from scanloft.core.receivers import checked_receiver

INVALID_AE_TITLE = "INVALID"
"""Stands in metadata and logs for an AE title that breaks PS3.5 6.2."""


@dataclass(frozen=True, slots=True)
class Receivers:
    """The AE titles that the bridge answers to, and the project that each one feeds.

    An empty project stands for none: what comes there is routed by the archive.
    """

    project_by_ae_title: Mapping[str, str]

    def __contains__(self, ae_title: str) -> bool:
        return ae_title in self.project_by_ae_title

    def __iter__(self) -> Iterator[str]:
        return iter(self.project_by_ae_title)

    def project(self, ae_title: str) -> str:
        """The project that this AE title feeds; empty where the archive routes what comes."""
        return self.project_by_ae_title[ae_title]

    @classmethod
    def parse(cls, text: str) -> Self:
        """Reads "AE1=project1,AE2="; blanks around the parts do not count.

        Raises:
            ValueError: nothing there, a part without "=", a bad name, or an AE title twice; the
                message says which part, counted from 1.
        """
        project_by_ae_title: dict[str, str] = {}
        for place, part in enumerate(text.split(","), start=1):
            ae_title, project = _receiver(part, place=place)
            if ae_title in project_by_ae_title:
                raise ValueError(
                    f"SCANLOFT_RECEIVERS: part {place} names an AE title for the second time; "
                    "one AE title feeds one project."
                )
            project_by_ae_title[ae_title] = project
        return cls(project_by_ae_title)


def _receiver(part: str, *, place: int) -> tuple[str, str]:
    ae_title, equals, project = part.rpartition("=")
    if not equals:
        raise ValueError(
            f'SCANLOFT_RECEIVERS: part {place} is not "AETITLE=project"; '
            'write them as "AE1=project1,AE2=project2".'
        )
    try:
        if not project.strip():
            return checked_receiver(checked_ae_title(ae_title)), ""
        return checked_ae_title(ae_title), checked_project(project.strip())
    except InvalidRequest as error:
        raise ValueError(f"SCANLOFT_RECEIVERS: part {place}: {error.message}") from None


def shown_ae_title(text: str) -> str:
    """The AE title as it may be stored and logged: itself where valid, else "INVALID"."""
    try:
        return checked_ae_title(text)
    except InvalidRequest:
        return INVALID_AE_TITLE
