"""Putting results into the archive, each UID once: the first object that has it is kept.

Unless the project or a person wants otherwise: then a later one takes its place, marked with what
it replaces, so that the index follows and what was replaced does not come back.
"""

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial

from functions.anonymise.assembly import RECIPE, blocks, fill, recipe
from scanloft.aws.instances import InstanceIndex
from scanloft.aws.objects import ObjectFacts, ObjectStore
from scanloft.aws.source import RangedSource
from scanloft.aws.tombstones import TombstoneIndex
from scanloft.core.annotations import Level
from scanloft.core.errors import Conflict, Gone, NotFound, Unavailable
from scanloft.core.hierarchy import scan_name
from scanloft.core.keys import REPLACES, REPLACES_LIMIT, ArchiveKey, InboxKey
from scanloft.core.model import FateKind
from scanloft.deid.results import Deidentified, Plan, Result

CONTENT_TYPE = "application/dicom"


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a result comes from: its raw object, and the content of that under the secret.

    `site` is the site that submitted it, where the project has sites. `replaces`: it takes the
    place of another object that has its UID.
    """

    raw: InboxKey
    source: str
    site: str = ""
    replaces: bool = False


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A result for a key: what it is marked with, and its bytes for whom the marks do not do."""

    key: ArchiveKey
    metadata: dict[str, str]
    size_bytes: int
    blocks: Callable[[], Iterable[bytes]]
    put_over: Callable[[str, dict[str, str]], None] | None
    """Puts it over the object that has this ETag, marked so; None where it may not."""


class Shelf:
    """The instances of the archive bucket."""

    def __init__(
        self, archive: ObjectStore, index: InstanceIndex, tombstones: TombstoneIndex
    ) -> None:
        self._archive = archive
        self._index = index
        self._tombstones = tombstones

    def put(self, result: Deidentified, origin: Origin) -> tuple[ArchiveKey, FateKind]:
        """Puts a result that is in memory.

        Raises:
            Conflict: another object with its UID is there.
            Gone: the same object is there, and its scan or session is deleted.
            Unavailable: S3 or DynamoDB did not answer.
        """
        key = self._claimed(result, origin)
        sha256 = hashlib.sha256(result.data).hexdigest()
        metadata = _metadata(sha256, origin)
        put = partial(
            self._archive.put,
            str(key),
            result.data,
            content_type=CONTENT_TYPE,
            sha256_hex=sha256,
        )

        def put_over(etag: str, metadata: dict[str, str]) -> None:
            put(metadata=metadata, only_over=etag)

        try:
            put(metadata=metadata, only_if_absent=True)
        except Conflict:
            candidate = _Candidate(
                key,
                metadata,
                size_bytes=len(result.data),
                blocks=lambda: (result.data,),
                put_over=put_over if origin.replaces else None,
            )
            return key, self._kind_of_existing(candidate)
        return key, FateKind.ARCHIVED

    def assemble(
        self, plan: Plan, origin: Origin, *, source: RangedSource
    ) -> tuple[ArchiveKey, FateKind]:
        """Puts a result whose bytes are mostly those of the source, which S3 copies itself.

        Raises:
            Conflict: another object with its UID is there.
            Gone: the same object is there, and its scan or session is deleted.
            NotFound: the source is gone.
            Unavailable: S3 or DynamoDB did not answer, or the source was replaced meanwhile.
        """
        key = self._claimed(plan, origin)
        metadata = _metadata(recipe(plan.parts, source), origin)

        def put(*, metadata: dict[str, str], only_if_absent: bool = False, etag: str = "") -> None:
            with self._archive.assembled(
                str(key), metadata=metadata, content_type=CONTENT_TYPE
            ) as upload:
                fill(upload, plan.parts, source)
                upload.complete(size_bytes=plan.size, only_if_absent=only_if_absent, only_over=etag)

        def put_over(etag: str, metadata: dict[str, str]) -> None:
            put(metadata=metadata, etag=etag)

        candidate = _Candidate(
            key,
            metadata,
            size_bytes=plan.size,
            blocks=partial(blocks, plan.parts, source),
            put_over=put_over if origin.replaces else None,
        )
        existing = self._existing(key)
        if existing:
            return key, self._kind_of(existing, candidate)
        try:
            put(metadata=metadata, only_if_absent=True)
        except Conflict:
            return key, self._kind_of_existing(candidate)
        return key, FateKind.ARCHIVED

    def _claimed(self, result: Result, origin: Origin) -> ArchiveKey:
        key = ArchiveKey.build(
            origin.raw.project,
            study_uid=result.study_uid,
            series_uid=result.series_uid,
            sop_uid=result.sop_uid,
        )
        self._index.claim(key)
        return key

    def _existing(self, key: ArchiveKey) -> ObjectFacts | None:
        try:
            return self._archive.facts(str(key))
        except NotFound:
            return None

    def _kind_of_existing(self, candidate: _Candidate) -> FateKind:
        existing = self._existing(candidate.key)
        if existing is None:
            raise _gone()
        return self._kind_of(existing, candidate)

    def _kind_of(self, existing: ObjectFacts, candidate: _Candidate) -> FateKind:
        if self._is_same(existing, candidate):
            if existing.metadata.get("origin") == candidate.metadata["origin"]:
                return FateKind.ARCHIVED
            self._check_kept(candidate.key)
            return FateKind.DUPLICATE
        if candidate.metadata["sha256"] in existing.metadata.get(REPLACES, "").split():
            self._check_kept(candidate.key)
            return FateKind.DUPLICATE
        if candidate.put_over is not None:
            self._check_kept(candidate.key)
            return self._put_over(existing, candidate)
        raise Conflict(
            "Another object with this SOP Instance UID and other content is already in the "
            "archive: the first one is kept. Decide which one is right; give the other its own UID."
        )

    def _put_over(self, existing: ObjectFacts, candidate: _Candidate) -> FateKind:
        theirs = existing.metadata
        replaced = [theirs.get("sha256", ""), *theirs.get(REPLACES, "").split()]
        marks = {**candidate.metadata, REPLACES: " ".join(replaced[:REPLACES_LIMIT])}
        assert candidate.put_over is not None, "Asked of what may not."  # noqa: S101
        try:
            candidate.put_over(existing.etag, marks)
        except Conflict as error:
            raise _gone() from error
        return FateKind.ARCHIVED

    def _check_kept(self, key: ArchiveKey) -> None:
        """Lets a duplicate be thrown away only where what it doubles stays.

        Raises:
            Gone: it is deleted, and will be removed for good.
        """
        scan = scan_name(key.study_uid, key.series_uid)
        places = [(Level.SESSION, key.study_uid), (Level.SCAN, scan)]
        if self._tombstones.among(key.project, places):
            raise Gone(
                "The same object is in the archive, but its scan or session was deleted: bring "
                "that back, or wait until it is removed for good; then retry this one."
            )

    def _is_same(self, existing: ObjectFacts, candidate: _Candidate) -> bool:
        """By the marks; by the bytes where nobody has read all of one of the two yet."""
        theirs, ours = existing.metadata, candidate.metadata
        sha256s = theirs.get("sha256", ""), ours["sha256"]
        if theirs.get("source") == ours["source"] or sha256s[0] == sha256s[1]:
            return True
        unread = any(sha256.startswith(RECIPE) for sha256 in sha256s)
        if not unread or existing.size_bytes != candidate.size_bytes:
            return False
        return self._has_same_bytes(existing, candidate)

    def _has_same_bytes(self, existing: ObjectFacts, candidate: _Candidate) -> bool:
        stored = RangedSource(self._archive, str(candidate.key), existing)
        at = 0
        for block in candidate.blocks():
            try:
                if stored.exactly(at, len(block)) != block:
                    return False
            except NotFound as error:
                raise _gone() from error
            at += len(block)
        return True


def _metadata(sha256: str, origin: Origin) -> dict[str, str]:
    return {
        "sha256": sha256,
        "source": origin.source,
        "origin": f"{origin.raw.upload}/{origin.raw.number}",
        **({"site": origin.site} if origin.site else {}),
    }


def _gone() -> Unavailable:
    return Unavailable("The object with this UID went away meanwhile: try again.")
