"""A project with sessions, scans, labels and resources, put straight into the index."""

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

from scanloft.core.annotations import Card, Level, Resource, ResourceFile, Tombstone
from scanloft.core.model import Instance, Location, Series, Study
from tests.functions.api.front import Front, Reply

SIZE = 10


class Library:
    """The project alpha, unless said otherwise."""

    def __init__(self, front: Front, project: str = "alpha") -> None:
        self.front = front
        self.project = project

    def session(
        self,
        study_uid: str,
        *,
        scans: Mapping[str, int],
        patient: str = "P1",
        site: str = "",
        description: str = "T1 mprage",
        stored: bool = False,
    ) -> None:
        """A session; `scans` says how many images each has, which are numbered from 1."""
        index = self.front.services.instances
        for number, (series_uid, count) in enumerate(scans.items(), start=1):
            for place in range(1, count + 1):
                index.put_instance(self.instance(study_uid, series_uid, place, site=site))
                if stored:
                    self.front.services.archive.put(
                        self._key(study_uid, series_uid, place), self.body(series_uid, place)
                    )
            index.put_series(
                Series(
                    project=self.project,
                    study_uid=study_uid,
                    series_uid=series_uid,
                    instance_count=count,
                    size_bytes=count * SIZE,
                    attributes={"00200011": (number,), "0008103E": (description,)},
                    sites=(site,),
                )
            )
        index.put_study(
            Study(
                project=self.project,
                study_uid=study_uid,
                series_count=len(scans),
                instance_count=sum(scans.values()),
                size_bytes=0,
                modalities=("MR",),
                attributes={"00100020": (patient,), "00100040": ("F",)},
                sites=(site,),
            )
        )

    def instance(self, study_uid: str, series_uid: str, place: int, *, site: str) -> Instance:
        """An image of a series."""
        return Instance(
            project=self.project,
            study_uid=study_uid,
            series_uid=series_uid,
            sop_uid=f"{series_uid}.{place}",
            sop_class_uid="1.2.840.10008.5.1.4.1.1.4",
            transfer_syntax_uid="1.2.840.10008.1.2.1",
            location=Location(self._key(study_uid, series_uid, place), 0, SIZE),
            sha256=hashlib.sha256(self.body(series_uid, place)).hexdigest(),
            header_length=SIZE,
            attributes={"00200013": (place,)},
            site=site,
        )

    def body(self, series_uid: str, place: int) -> bytes:
        """The bytes of an image."""
        return f"{series_uid} {place}".ljust(SIZE)[:SIZE].encode()

    def card(self, level: Level, name: str, **said: Any) -> None:
        """What people say of something."""
        card = Card(self.project, level, name, **said)
        self.front.services.labels.put(card, before="", now=0, mark=lambda: "m")

    def delete(self, level: Level, name: str) -> None:
        """Puts a tombstone."""
        self.front.services.tombstones.put(
            Tombstone(self.project, level, name, "2026-01-01", "olga", "2026-02-01")
        )

    def resource(self, level: Level, owner: str, label: str, *paths: str) -> None:
        """A resource with files that have their paths as content."""
        found = self.front.services.resources.put(
            Resource(self.project, level, owner, label, "2026-01-01", "olga")
        )
        for path in paths:
            body = path.encode()
            place = hashlib.sha256(f"{owner}{label}{path}".encode()).hexdigest()
            key = f"files/{self.project}/{place}"
            self.front.services.archive.put(key, body)
            self.front.services.resources.put_new_file(
                found,
                ResourceFile(
                    path, key, len(body), hashlib.sha256(body).hexdigest(), "text/html", "", ""
                ),
            )

    def manifest(self, *, user: str = "olga", **asked: Any) -> Reply:
        """A page of a manifest."""
        return self.front.call(
            "POST", f"/api/projects/{self.project}/manifests", user=user, body=asked
        )

    def names(self, *, user: str = "olga", **asked: Any) -> list[str]:
        """What the files of a manifest are called, over all of its pages."""
        return [file["name"] for file in self.files(user=user, **asked)]

    def files(self, *, user: str = "olga", **asked: Any) -> Sequence[Any]:
        """The files of a manifest, over all of its pages."""
        files: list[Any] = []
        after: dict[str, str] = {}
        while True:
            reply = self.manifest(user=user, **asked, **after)
            assert reply.status == 200, reply.body
            files += reply.body["files"]
            if reply.body["next"] is None:
                return files
            after = {"after": reply.body["next"]}

    def _key(self, study_uid: str, series_uid: str, place: int) -> str:
        return f"dicom/{self.project}/{study_uid}/{series_uid}/{series_uid}.{place}"
