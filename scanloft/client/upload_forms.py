"""Sending files whole: posted to S3 by forms, which are renewed before they end."""

import base64
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import IO

import httpx

from scanloft.client.backoff import Backoff
from scanloft.client.upload_files import ChangedError, Failure, look_at, unreadable
from scanloft.client.upload_journal import Row
from scanloft.client.upload_site import Form, Forms, Site

Told = Callable[[int], None]
"""Called with how many more bytes were sent."""


class SendingError(Exception):
    """A file that cannot be sent; the others can."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.reason)
        self.failure = failure


class FormCase:
    """The forms of one upload, for all threads; one that is half through its time is renewed."""

    def __init__(
        self, site: Site, upload: str, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._site = site
        self._upload = upload
        self._clock = clock
        self._lock = threading.Lock()
        self._form_by_kind: dict[str, tuple[Form, float]] = {}

    def keep(self, forms: Forms) -> None:
        """Takes the forms of a declaration."""
        with self._lock:
            self._keep(forms)

    def form(self, row: Row, *, instead_of: Form | None = None) -> Form:
        """A form that is good for the file, another one than that which S3 refused."""
        with self._lock:
            form, good_until = self._form_by_kind.get(row.kind, (None, 0.0))
            if form is None or form is instead_of or self._clock() >= good_until:
                self._keep(self._site.declare(self._upload, [row]))
                form, _ = self._form_by_kind[row.kind]
            return form

    def _keep(self, forms: Forms) -> None:
        good_until = self._clock() + forms.expires_in_s / 2
        for kind, form in forms.form_by_kind.items():
            self._form_by_kind[kind] = (form, good_until)


@dataclass(frozen=True, slots=True)
class Poster:
    """Posts the files of one upload."""

    inbox: httpx.Client
    forms: FormCase
    backoff: Backoff

    def post(self, row: Row, key: str, told: Told) -> None:
        """Sends one file under its key, if it is still the one that was declared.

        Raises:
            ChangedError: it is not.
            SendingError: it cannot be read, or S3 refuses it.
            UnreachableError: S3 does not answer.
        """
        form = self.forms.form(row)
        answer = self._post(row, key, form, told)
        if answer.status_code == HTTPStatus.FORBIDDEN:
            answer = self._post(row, key, self.forms.form(row, instead_of=form), told)
        if b"<Code>BadDigest</Code>" in answer.content:
            raise ChangedError
        if not answer.is_success:
            reason = f"The inbox of the archive refused it with {answer.status_code}: run again."
            raise SendingError(Failure(row.found, "refused", reason))

    def _post(self, row: Row, key: str, form: Form, told: Told) -> httpx.Response:
        checksum = base64.b64encode(bytes.fromhex(row.sha256)).decode()
        fields = {**form.fields, "key": key, "x-amz-checksum-sha256": checksum}

        def act() -> httpx.Response:
            with row.path.open("rb") as file:
                counted = Counted(file, told)
                try:
                    # A name of its own, as httpx would take that of the file.
                    parts = {"file": ("file", counted, "application/octet-stream")}
                    answer = self.inbox.post(form.url, data=fields, files=parts)  # type: ignore[arg-type]  # it reads
                except httpx.LocalProtocolError:
                    raise ChangedError from None  # it became longer or shorter meanwhile
                except httpx.TransportError:
                    counted.take_back()
                    raise
                if not answer.is_success:
                    counted.take_back()
                return answer

        try:
            check_unchanged(row)
            answer = self.backoff.call(act)
            check_unchanged(row)
        except OSError as error:
            raise SendingError(unreadable(row.found, error)) from None
        return answer


class Counted:
    """A file that tells how much of it was read."""

    def __init__(self, file: IO[bytes], told: Told) -> None:
        self._file = file
        self._told = told
        self._count = 0

    def read(self, size: int = -1) -> bytes:
        """Reads, and tells."""
        block = self._file.read(size)
        self._count += len(block)
        self._told(len(block))
        return block

    def fileno(self) -> int:
        """By which httpx learns the size."""
        return self._file.fileno()

    def seek(self, offset: int, whence: int = 0) -> int:
        """Goes to another place; what was told is taken back, as it is read once more."""
        self.take_back()
        return self._file.seek(offset, whence)

    def take_back(self) -> None:
        """Tells that nothing was sent after all."""
        self._told(-self._count)
        self._count = 0


def check_unchanged(row: Row) -> None:
    """Compares how the file looks with how it looked when it was read.

    Raises:
        ChangedError: it looks different.
        OSError: it is not there any more.
    """
    if look_at(row.path) != row.look:
        raise ChangedError
