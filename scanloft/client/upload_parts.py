"""Sending a large file in parts, several at a time; parts that have arrived are not sent again."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus

import httpx

from scanloft.client.backoff import Backoff
from scanloft.client.upload_files import BLOCK_BYTES, ChangedError, Failure, unreadable
from scanloft.client.upload_forms import SendingError, Told, check_unchanged
from scanloft.client.upload_journal import Row
from scanloft.client.upload_site import Plan, RefusedError, SignedPart, Site
from scanloft.client.workers import Workers


@dataclass(frozen=True, slots=True)
class PartSender:
    """Sends large files of one upload."""

    site: Site
    upload: str
    inbox: httpx.Client
    backoff: Backoff
    workers: Workers
    group: int
    """How many parts are signed together: their addresses must not end before a slow line does."""

    def send(self, row: Row, told: Told) -> None:
        """Sends one file, if it is still the one that was declared.

        Raises:
            ChangedError: it is not; its parts are thrown away then.
            SendingError: it cannot be read, or S3 refuses a part.
            UnreachableError: the archive or S3 does not answer.
        """
        try:
            check_unchanged(row)
            plan = self._plan(row)
            if plan is None:
                return
            told(sum(_size(row, plan, part) for part in plan.arrived))
            self._send_parts(row, plan, told)
            check_unchanged(row)
        except ChangedError:
            self.site.abort_parts(self.upload, row.number)
            raise
        except OSError as error:
            raise SendingError(unreadable(row.found, error)) from None
        self._complete(row)

    def _plan(self, row: Row) -> Plan | None:
        """None where the file has arrived; whether it has is asked once more at the end."""
        try:
            return self.site.begin_parts(self.upload, row.number)
        except RefusedError as error:
            if error.status == HTTPStatus.CONFLICT:
                return None
            raise

    def _complete(self, row: Row) -> None:
        try:
            self.site.complete_parts(self.upload, row.number)
        except RefusedError as error:
            if error.status == HTTPStatus.CONFLICT:
                raise SendingError(Failure(row.found, "refused", error.detail)) from None
            raise

    def _send_parts(self, row: Row, plan: Plan, told: Told) -> None:
        left = [part for part in range(1, plan.parts + 1) if part not in plan.arrived]
        for start in range(0, len(left), self.group):
            self._send_group(row, plan, left[start : start + self.group], told)

    def _send_group(self, row: Row, plan: Plan, parts: Sequence[int], told: Told) -> None:
        digests = self.workers.map(lambda part: _digest(row, plan, part), parts)
        digest_by_part = dict(zip(parts, digests, strict=True))
        signed = self.site.sign_parts(self.upload, row.number, digest_by_part)

        def put(part: int) -> None:
            self._put(row, plan, part, signed[part], digest_by_part[part])
            told(_size(row, plan, part))

        self.workers.map(put, parts)

    def _put(self, row: Row, plan: Plan, part: int, signed: SignedPart, digest: str) -> None:
        body = _read(row, plan, part)
        if hashlib.sha256(body).hexdigest() != digest:
            raise ChangedError
        answer = self._put_once(signed, body)
        if answer.status_code == HTTPStatus.FORBIDDEN:
            fresh = self.site.sign_parts(self.upload, row.number, {part: digest})
            answer = self._put_once(fresh[part], body)
        if not answer.is_success:
            reason = f"The inbox of the archive refused it with {answer.status_code}: run again."
            raise SendingError(Failure(row.found, "refused", reason))

    def _put_once(self, signed: SignedPart, body: bytes) -> httpx.Response:
        headers = dict(signed.headers)
        return self.backoff.call(lambda: self.inbox.put(signed.url, content=body, headers=headers))


def _size(row: Row, plan: Plan, part: int) -> int:
    return min(plan.part_bytes, row.size_bytes - (part - 1) * plan.part_bytes)


def _read(row: Row, plan: Plan, part: int) -> bytes:
    with row.path.open("rb") as file:
        file.seek((part - 1) * plan.part_bytes)
        return file.read(_size(row, plan, part))


def _digest(row: Row, plan: Plan, part: int) -> str:
    digest = hashlib.sha256()
    left = _size(row, plan, part)
    with row.path.open("rb") as file:
        file.seek((part - 1) * plan.part_bytes)
        while left and (block := file.read(min(left, BLOCK_BYTES))):
            digest.update(block)
            left -= len(block)
    return digest.hexdigest()
