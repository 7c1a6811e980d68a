"""One call of `scanloft upload` from the journal to the results; no options, no exit codes."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import httpx
from rich.console import Console

from scanloft.client.archive_address import api_client, goes_through_proxies
from scanloft.client.backoff import Backoff
from scanloft.client.upload_files import Failure
from scanloft.client.upload_follow import Follower, Result, results_of
from scanloft.client.upload_forms import FormCase, Poster
from scanloft.client.upload_journal import Job, Journal, Run, RunState
from scanloft.client.upload_parts import PartSender
from scanloft.client.upload_progress import Progress, following
from scanloft.client.upload_run import Uploading, opened
from scanloft.client.upload_sender import Sender
from scanloft.client.upload_site import Site
from scanloft.client.upload_stock import take_stock
from scanloft.client.workers import Workers

INBOX_TIMEOUT = httpx.Timeout(120, connect=20)
WINDOW = 2
"""How many files, or parts, are got ready for each thread."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What is to be uploaded, to where, and how."""

    job: Job
    token: str
    state_folder: Path
    wishes: Mapping[str, str] = field(default_factory=dict)
    threads: int = 8
    wait: bool = True
    backoff: Backoff = field(default_factory=Backoff)


@dataclass(frozen=True, slots=True)
class Account:
    """What became of the files; not `complete` while some have no fate.

    It is not `closed` while another run may send what this one could not.
    """

    upload: str
    results: Sequence[Result]
    complete: bool
    closed: bool


class Session:
    """The upload of one order; `tell` gets the account before the upload counts as finished."""

    def __init__(
        self, order: Order, console: Console, *, tell: Callable[[Account], None] = lambda _: None
    ) -> None:
        self._order = order
        self._console = console
        self._tell = tell

    def perform(self) -> Account:
        """Sends what has not arrived, and finds out what became of each file.

        Raises:
            InUseError: another program uploads the same.
            OSError, sqlite3.Error: the journal cannot be written.
            RefusedError: the archive does not let us.
            UnreachableError: the archive or S3 does not answer.
        """
        order = self._order
        with (
            Journal(order.state_folder, order.job) as journal,
            api_client(order.job.server, order.token) as http,
        ):
            site = Site(http, order.job.project, backoff=order.backoff)
            run, is_resumed = opened(site, journal, wishes=order.wishes)
            if is_resumed:
                self._console.print(f"Going on with upload {run.upload}, which was not finished.")
            failures: Mapping[Path, Failure] = {}
            if run.state is RunState.OPEN:
                failures = self._send(run, journal, site)
            return self._account(run, journal, site, failures)

    def _send(self, run: Run, journal: Journal, site: Site) -> Mapping[Path, Failure]:
        order, upload = self._order, str(run.upload)
        stock = take_stock(order.job.sources).within(site.show(upload).get("limits", {}))
        trust_env = goes_through_proxies(order.job.server)
        inbox = httpx.Client(timeout=INBOX_TIMEOUT, trust_env=trust_env)
        workers = Workers(order.threads)
        window = order.threads * WINDOW
        with Progress(self._console) as progress:
            forms = FormCase(site, upload)
            with Sender(
                Poster(inbox, forms, order.backoff),
                PartSender(site, upload, inbox, order.backoff, workers, window),
                backoff=order.backoff,
                progress=progress,
                workers=workers,
                window=window,
            ) as sender:
                uploading = Uploading(
                    run=run,
                    upload=upload,
                    site=site,
                    journal=journal,
                    forms=forms,
                    sender=sender,
                    progress=progress,
                    workers=workers,
                )
                uploading.send(stock)
        workers.dismiss()
        inbox.close()
        return uploading.failures

    def _account(
        self, run: Run, journal: Journal, site: Site, failures: Mapping[Path, Failure]
    ) -> Account:
        upload = str(run.upload)
        entries = None
        if self._order.wait:
            with following(self._console) as told:
                entries = Follower(site, upload).follow(told)
        complete = entries is not None
        if entries is None:
            entries = list(site.files(upload))
        rows = {row.number: row for row in journal.rows(run)}
        closed = journal.state(run) is not RunState.OPEN
        account = Account(upload, results_of(entries, rows, failures), complete, closed)
        self._tell(account)
        if closed and (complete or not self._order.wait):
            journal.reached(run, RunState.FINISHED)
        return account
