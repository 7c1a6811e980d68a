"""One run of an upload: declares what is new, sends what has not arrived, and closes."""

import secrets
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from http import HTTPStatus
from pathlib import Path
from typing import TypeVar

from scanloft.client.upload_files import (
    ChangedError,
    Content,
    Failure,
    Found,
    content_of,
    unreadable,
)
from scanloft.client.upload_forms import FormCase
from scanloft.client.upload_journal import Journal, Row, Run, RunState
from scanloft.client.upload_progress import Progress
from scanloft.client.upload_sender import Sender
from scanloft.client.upload_site import KEY_USED, RefusedError, Site
from scanloft.client.upload_stock import Stock
from scanloft.client.workers import Workers
from scanloft.core.batching import batches

Entry = TypeVar("Entry")

FILES_PER_CALL = 500
ROUNDS = 3
"""How often files are sent again that change while they are sent, or that do not arrive."""
RETRIABLE = frozenset({"gone", "unreadable", "refused", "changing", "not_arrived"})
"""What may be better in the next run, so that the upload stays open for it."""


def opened(site: Site, journal: Journal, *, wishes: Mapping[str, str]) -> tuple[Run, bool]:
    """The run to go on with, or a new one, and whether it is resumed.

    A new one is in the journal with a key and its wishes before the archive hears of it: should
    this program be ended in between, the same key and wishes begin the same upload, whatever the
    next call wishes.
    """
    run = journal.unfinished()
    if run is not None and run.upload is not None:
        state = _state(site, journal, run, run.upload)
        if state is not run.state:
            journal.reached(run, state)
            run = replace(run, state=state)
        if state is not RunState.FINISHED:
            return run, True
        run = None
    if run is not None:
        try:
            return _begun(site, journal, run, wishes=wishes), True
        except RefusedError as error:
            if error.code != KEY_USED:
                raise
        journal.reached(run, RunState.FINISHED)  # begun with other wishes, and never used
    run = journal.begin(key=secrets.token_hex(16), wishes=wishes)
    return _begun(site, journal, run, wishes=wishes), False


def _begun(site: Site, journal: Journal, run: Run, *, wishes: Mapping[str, str]) -> Run:
    upload = site.begin(key=run.key, wishes=wishes if run.wishes is None else run.wishes)
    return journal.named(run, upload)


def _state(site: Site, journal: Journal, run: Run, upload: str) -> RunState:
    """How far the run is by what the archive says.

    It may have closed the upload before this side wrote that down. If files are missing then,
    another one closed it, and they need another upload.
    """
    try:
        is_closed = bool(site.show(upload).get("closed_at"))
        if not is_closed or run.state is not RunState.OPEN:
            return run.state
        missing = journal.chosen(run, site.missing(upload))
        is_whole = all(row.changed for row in missing) and not any(
            journal.rows(run, after=run.declared)
        )
        return RunState.CLOSED if is_whole else RunState.FINISHED
    except RefusedError as error:
        if error.status == HTTPStatus.NOT_FOUND:
            return RunState.FINISHED
        raise


@dataclass(slots=True)
class Uploading:
    """An upload on its way; `failures` by the path of the file, as names may be alike."""

    run: Run
    upload: str
    site: Site
    journal: Journal
    forms: FormCase
    sender: Sender
    progress: Progress
    workers: Workers
    failures: dict[Path, Failure] = field(default_factory=dict)
    _unstable: list[Found] = field(default_factory=list)

    def send(self, stock: Stock) -> None:
        """Sends what has not arrived; closes the upload if another run could not do better.

        Raises:
            RefusedError: the archive does not let us.
            UnreachableError: the archive or S3 does not answer; the same again goes on.
        """
        self.failures = {failure.file.path: failure for failure in stock.failures}
        self.progress.expect(stock.size_bytes)
        for rows in chunks(self.journal.rows(self.run, after=self.run.declared)):
            self._declare(rows)
        missing = set(self.site.missing(self.upload)) if self.run.declared else set[int]()
        fresh = list(self._fresh(stock, missing))
        self._send_again(self.journal.chosen(self.run, missing))
        self._add(fresh)
        self._send_the_rest()
        if not any(failure.code in RETRIABLE for failure in self.failures.values()):
            self.site.close(self.upload)
            self.journal.reached(self.run, RunState.CLOSED)

    def _fresh(self, stock: Stock, missing: set[int]) -> Iterator[Found]:
        """The files that have no number, or were other ones when they got theirs."""
        for found, look in stock.files:
            row = self.journal.latest(self.run, found.path)
            if row is not None and row.look == look and not row.changed:
                if row.number not in missing:
                    self.progress.arrived(row.size_bytes)
                continue
            if row is not None:
                self.journal.change(self.run, row.number)
            yield found

    def _send_the_rest(self) -> None:
        for _ in range(ROUNDS):
            changed = self._settled()
            left = list(self._left())
            if not changed and not left:
                return
            self._send_again(left)
            self._add(changed)
        for found in self._settled():
            reason = "It changes all the time: run again when it is complete."
            self._fail(Failure(found, "changing", reason))
        for row in self._left():
            reason = "It was sent and has not arrived: run again."
            self._fail(Failure(row.found, "not_arrived", reason))

    def _add(self, files: Iterable[Found]) -> None:
        """Gives files numbers, declares and sends them."""
        for group in chunks(files):
            read = self.workers.attempt(content_of, [found.path for found in group])
            rows = self.journal.add(self.run, list(self._readable(group, read)))
            if rows:
                self._send(rows, self._declare(rows))

    def _readable(
        self, files: Iterable[Found], read: Iterable[Content | Exception]
    ) -> Iterator[tuple[Found, Content]]:
        for found, content in zip(files, read, strict=True):
            if isinstance(content, Content):
                yield found, content
            elif isinstance(content, ChangedError):
                self._unstable.append(found)
            elif isinstance(content, OSError):
                self._fail(unreadable(found, content))
            else:
                raise content

    def _send_again(self, rows: Iterable[Row]) -> None:
        """Sends declared files, those left out that changed; declares them again for their keys."""
        for group in spans(row for row in rows if not row.changed):
            between = self.journal.between(self.run, group[0].number, group[-1].number)
            self._send(group, self._declare(list(between)))

    def _declare(self, rows: list[Row]) -> Mapping[int, str]:
        forms = self.site.declare(self.upload, rows)
        self.forms.keep(forms)
        self.run = self.journal.told(self.run, rows[-1].number)
        return forms.key_by_number

    def _send(self, rows: Iterable[Row], key_by_number: Mapping[int, str]) -> None:
        for row in rows:
            self.sender.send(row, key_by_number[row.number])

    def _settled(self) -> list[Found]:
        """Waits for what was begun; the files that changed meanwhile."""
        settled = self.sender.settled()
        for failure in settled.failures:
            self._fail(failure)
        for row in settled.changed:
            self.journal.change(self.run, row.number)
        unstable, self._unstable = self._unstable, []
        return unstable + [row.found for row in settled.changed]

    def _left(self) -> Iterator[Row]:
        """The files that ought to have arrived and have not."""
        for row in self.journal.chosen(self.run, self.site.missing(self.upload)):
            if not row.changed and row.path not in self.failures:
                yield row

    def _fail(self, failure: Failure) -> None:
        self.failures[failure.file.path] = failure


def chunks(entries: Iterable[Entry]) -> Iterator[list[Entry]]:
    """The entries, so many at a time as one call may declare."""
    return batches(entries, size=FILES_PER_CALL)


def spans(rows: Iterable[Row]) -> Iterator[list[Row]]:
    """The rows in groups, the numbers of each so near that one call declares all between them."""
    group: list[Row] = []
    for row in sorted(rows, key=lambda row: row.number):
        if group and row.number - group[0].number >= FILES_PER_CALL:
            yield group
            group = []
        group.append(row)
    if group:
        yield group
