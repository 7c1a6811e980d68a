"""Keeping a file of a resource: its bytes in the archive, then its row; again changes nothing."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from functions.anonymise.assembly import fill
from functions.anonymise.files.content import check_content
from functions.anonymise.raw import Raw, WholeRaw
from functions.anonymise.tasks import Errand
from scanloft.aws.objects import ObjectStore
from scanloft.aws.resources import ResourceIndex
from scanloft.aws.trash import Trash
from scanloft.core.annotations import Overwrite, Resource, ResourceFile, Target, Trashed
from scanloft.core.errors import Conflict, DeclarationMismatch, Gone, NotFound, Unavailable
from scanloft.core.keys import InboxKey, InboxPrefix, resource_file_key
from scanloft.core.model import Fate, FateKind, FileKind
from scanloft.core.resource_names import NUMBERED_LIMIT, numbered
from scanloft.core.retention import kept_until
from scanloft.deid.source import Span

CONTENT_TYPE = "application/octet-stream"
"""Of the object; what a download says is decided when it is signed."""
ROUNDS = 5
"""How often a file is offered anew because another one came to its place."""


@dataclass(frozen=True, slots=True)
class _Filing:
    """A file on its way into a resource."""

    resource: Resource
    file: ResourceFile
    overwrite: Overwrite


class FileShelf:
    """The files of resources in the archive bucket and the index."""

    def __init__(
        self,
        archive: ObjectStore,
        resources: ResourceIndex,
        trash: Trash,
        *,
        now: Callable[[], str],
    ) -> None:
        self._archive = archive
        self._resources = resources
        self._trash = trash
        self._now = now

    def put(self, key: InboxKey, target: Target, raw: Raw, *, file_id: str, reviewed: bool) -> Fate:
        """Takes a file that is no DICOM into the resource that it was declared for.

        `file_id` follows from its upload and number: so a file that comes again is the same one.
        `reviewed`: a person answers for what it says.

        Raises:
            Gone: the resource was deleted since.
            Conflict: its path is taken.
            HiddenDicom, BadArchiveFile, IdentifyingSidecar: what is in it must not be.
            NotFound: the raw object is gone.
            Unavailable: S3 or DynamoDB did not answer.
        """
        check_content(raw.source, reviewed=reviewed)
        filing = _Filing(
            self._resource(key.project, target),
            _file(key, target, raw, file_id=file_id, now=self._now()),
            target.overwrite,
        )
        kept = self._kept_already(filing)
        if kept is None:
            self._store(raw, key, filing.file)
            kept = self._listed(filing)
            if kept[0] is FateKind.DUPLICATE:
                self._discard(filing.resource, filing.file, by=filing.file)
        kind, file = kept
        return Fate(number=key.number, kind=kind, archive_key=file.key, size_bytes=raw.size_bytes)

    def _resource(self, project: str, target: Target) -> Resource:
        resource = self._resources.resource(project, target.level, target.owner, target.label)
        if resource is None or resource.is_deleted:
            raise Gone(
                "The resource that this file was declared for was deleted: bring it back, or "
                "make it anew, and send the file again."
            )
        return resource

    def _kept_already(self, filing: _Filing) -> tuple[FateKind, ResourceFile] | None:
        """What is there already of this file or its content; None where it has to be stored.

        Raises:
            Conflict: another file has its path, and it must not be touched.
        """
        there = self._resources.file(filing.resource, filing.file.path)
        return None if there is None else _judged(filing, there)

    def _store(self, raw: Raw, key: InboxKey, file: ResourceFile) -> None:
        """Puts the bytes; what is there under the key already has them."""
        metadata = {"sha256": file.sha256, "origin": f"{key.upload}/{key.number}"}
        try:
            if isinstance(raw, WholeRaw):
                self._archive.put(
                    file.key,
                    raw.body,
                    metadata=metadata,
                    sha256_hex=file.sha256,
                    only_if_absent=True,
                )
            elif not self._is_stored(file.key):
                with self._archive.assembled(
                    file.key, metadata=metadata, content_type=CONTENT_TYPE
                ) as upload:
                    fill(upload, [Span(0, raw.size_bytes)], raw.source)
                    upload.complete(size_bytes=raw.size_bytes, only_if_absent=True)
        except Conflict:
            # The key follows from upload and number, whose SHA-256 was declared and checked.
            return

    def _is_stored(self, key: str) -> bool:
        try:
            self._archive.facts(key)
        except NotFound:
            return False
        return True

    def _listed(self, filing: _Filing) -> tuple[FateKind, ResourceFile]:
        """Writes the row of a file that is stored, as its overwriting asks.

        Raises:
            Conflict: its path was taken meanwhile; the sweep removes what was stored.
            Unavailable: too many files come to this path at the same time.
        """
        try:
            if filing.overwrite is Overwrite.REPLACE:
                return self._replaced(filing)
            return self._added(filing)
        except Conflict:
            self._discard(filing.resource, filing.file, by=filing.file)
            raise

    def _added(self, filing: _Filing) -> tuple[FateKind, ResourceFile]:
        """Adds the file at its path; with `append` at the next one that is free."""
        wanted = filing.file
        last = NUMBERED_LIMIT if filing.overwrite is Overwrite.APPEND else 1
        for number in range(1, last + 1):
            file = replace(wanted, path=numbered(wanted.path, number))
            if self._resources.put_new_file(filing.resource, file):
                return FateKind.ARCHIVED, file
            there = self._resources.file(filing.resource, file.path)
            known = _judged(filing, there) if there else None
            if known:
                return known
        raise _taken()

    def _replaced(self, filing: _Filing) -> tuple[FateKind, ResourceFile]:
        """Puts the file in the place of another, which is kept for some days."""
        resource, file = filing.resource, filing.file
        for _ in range(ROUNDS):
            there = self._resources.file(resource, file.path)
            if there is None:
                if self._resources.put_new_file(resource, file):
                    return FateKind.ARCHIVED, file
                continue
            known = _judged(filing, there)
            if known:
                return known
            self._discard(resource, there, by=file)
            if self._resources.replace_file(resource, file, of=there):
                return FateKind.ARCHIVED, file
        raise Unavailable("Too many files come to one path at the same time: try again.")

    def _discard(self, resource: Resource, file: ResourceFile, *, by: ResourceFile) -> None:
        """Puts a file on the list of those that are removed later, unless they are in use then."""
        self._trash.put(
            resource.project,
            Trashed(
                level=resource.level,
                owner=resource.owner,
                label=resource.label,
                file=file,
                deleted_at=by.added_at,
                deleted_by=by.added_by,
                until=kept_until(by.added_at),
            ),
        )


def target_of(errand: Errand) -> Target | None:
    """The place that a file was declared or sent on for; None for what is no file of a resource.

    Raises:
        DeclarationMismatch: it was sent as such a file, and not declared as one.
    """
    if errand.key.prefix is not InboxPrefix.FILES:
        return None
    if errand.instruction is not None and errand.instruction.target is not None:
        return errand.instruction.target
    declaration = errand.declaration
    if declaration is None or declaration.kind is not FileKind.FILE or not declaration.target:
        raise DeclarationMismatch(
            "This object was not declared as a file of a resource: declare it there, then send it "
            "again."
        )
    return declaration.target


def _judged(filing: _Filing, there: ResourceFile) -> tuple[FateKind, ResourceFile] | None:
    """Whether the file at a path is this one, or has its content; None where it is another.

    Raises:
        Conflict: it is another, and must not be touched.
    """
    if there.key == filing.file.key:
        return FateKind.ARCHIVED, there
    if (there.sha256, there.size_bytes) == (filing.file.sha256, filing.file.size_bytes):
        return FateKind.DUPLICATE, there
    if filing.overwrite is Overwrite.NONE:
        raise _taken()
    return None


def _taken() -> Conflict:
    return Conflict(
        "Another file has this path already, and is kept: send this one again under another path, "
        'or with "overwrite" set to "replace".'
    )


def _file(key: InboxKey, target: Target, raw: Raw, *, file_id: str, now: str) -> ResourceFile:
    return ResourceFile(
        path=target.path,
        key=resource_file_key(key.project, file_id),
        size_bytes=raw.size_bytes,
        sha256=raw.sha256_hex,
        content_type=target.content_type,
        added_at=now,
        added_by=target.added_by,
    )
