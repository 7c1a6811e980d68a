"""Copying the objects of a session into another project, each once, the marks that it has kept."""

import hashlib
from collections.abc import Callable, Iterable
from typing import TypeVar

from scanloft.aws.instances import InstanceIndex
from scanloft.aws.multipart import CopySource
from scanloft.aws.objects import ObjectFacts, ObjectStore
from scanloft.core.errors import Conflict, NotFound, Unavailable
from scanloft.core.keys import ArchiveKey, dicom_prefix
from scanloft.core.overlap import overlapped

MIB = 1024 * 1024
WHOLE_BYTES = 16 * MIB
"""Up to so many bytes an object is read and put; S3 copies the parts of larger ones."""
PART_BYTES = 128 * MIB
CHUNK = 256
LEFT_S = 120
CONTENT_TYPE = "application/dicom"
SITE = "site"
"""The one mark that is not kept: the sites of one project are not those of another."""

Item = TypeVar("Item")


class Copies:
    """The objects of one session, in the project that they are in and in the one they go to."""

    def __init__(self, archive: ObjectStore, index: InstanceIndex, *, threads: int) -> None:
        self._archive = archive
        self._index = index
        self._threads = threads

    def keys(self, project: str, study_uid: str) -> list[ArchiveKey]:
        """The keys of the objects of a session in a project."""
        found = self._archive.keys(dicom_prefix(project, study_uid))
        return [ArchiveKey.parse(key) for key in found]

    def prepare(self, sources: Iterable[ArchiveKey], target: str) -> None:
        """Claims all UIDs in the target, and compares what is there already.

        Before this nothing is copied, so that a conflict leaves nothing behind.

        Raises:
            Conflict: the target has another object with one of the UIDs; no claim is kept.
        """
        sources = list(sources)
        there = set(self.keys(target, sources[0].study_uid)) if sources else set()

        def claim(source: ArchiveKey) -> None:
            key = source._replace(project=target)
            self._index.claim(key)
            if key in there:
                self._check_same(source, key)

        try:
            self._each(sources, claim)
        except Conflict:
            unused = [source._replace(project=target) for source in sources]
            self._each([key for key in unused if key not in there], self._index.release)
            raise

    def copy(
        self, sources: Iterable[ArchiveKey], target: str, *, seconds_left: Callable[[], float]
    ) -> bool:
        """Copies what is not there yet; False where time ran out before all was.

        Raises:
            NotFound: an object went away meanwhile.
            Unavailable: S3 did not answer.
        """
        sources = list(sources)
        there = set(self.keys(target, sources[0].study_uid)) if sources else set()
        wanted = [source for source in sources if source._replace(project=target) not in there]
        for start in range(0, len(wanted), CHUNK):
            if seconds_left() < LEFT_S:
                return False
            self._each(wanted[start : start + CHUNK], lambda key: self._copy(key, target))
        return True

    def _each(self, items: Iterable[Item], work: Callable[[Item], None]) -> None:
        failures = [
            result
            for result in overlapped(list(items), work, threads=self._threads)
            if isinstance(result, Exception)
        ]
        conflicts = [failure for failure in failures if isinstance(failure, Conflict)]
        for failure in [*conflicts, *failures]:
            raise failure

    def _copy(self, source: ArchiveKey, target: str) -> None:
        key = source._replace(project=target)
        facts = self._archive.facts(str(source))
        try:
            if facts.size_bytes <= WHOLE_BYTES:
                self._put(source, key, facts)
            else:
                self._assemble(source, key, facts)
        except Conflict:
            self._check_same(source, key)

    def _put(self, source: ArchiveKey, key: ArchiveKey, facts: ObjectFacts) -> None:
        body = self._archive.get(str(source)).body
        sha256 = hashlib.sha256(body).hexdigest()
        marked = facts.metadata.get("sha256", "")
        if len(marked) == len(sha256) and marked != sha256:
            raise Unavailable("The object is not what its checksum says: try again.")
        self._archive.put(
            str(key),
            body,
            metadata=_kept(facts),
            content_type=CONTENT_TYPE,
            sha256_hex=sha256,
            only_if_absent=True,
        )

    def _assemble(self, source: ArchiveKey, key: ArchiveKey, facts: ObjectFacts) -> None:
        whole = CopySource(self._archive.bucket, str(source), facts.etag)
        with self._archive.assembled(
            str(key), metadata=_kept(facts), content_type=CONTENT_TYPE
        ) as upload:
            for number, offset in enumerate(range(0, facts.size_bytes, PART_BYTES), start=1):
                length = min(PART_BYTES, facts.size_bytes - offset)
                upload.copy(number, whole, offset=offset, length=length)
            upload.complete(size_bytes=facts.size_bytes, only_if_absent=True)

    def _check_same(self, source: ArchiveKey, key: ArchiveKey) -> None:
        try:
            theirs, ours = self._archive.facts(str(key)), self._archive.facts(str(source))
        except NotFound as error:
            raise Unavailable("An object went away while it was compared: try again.") from error
        if (theirs.metadata.get("sha256"), theirs.size_bytes) != (
            ours.metadata.get("sha256"),
            ours.size_bytes,
        ):
            raise Conflict(
                "The other project has another object with the UID of one of this session: decide "
                "which one is right, and delete the other one."
            )


def _kept(facts: ObjectFacts) -> dict[str, str]:
    return {name: value for name, value in facts.metadata.items() if name != SITE}
