"""The archive as an uploading client sees it: the REST API, each request asked again if need be."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

import httpx

from scanloft.client.backoff import Backoff, never
from scanloft.client.upload_journal import Row

PAGE_LIMIT = 1000
KEY_HEADER = "Idempotency-Key"
STILL_RUNS, KEY_USED = "conflict", "idempotency_key_used"
"""Codes of a conflict: the first request with this key still runs, or was another request."""


class RefusedError(Exception):
    """The archive says no, and why; asking again cannot help."""

    def __init__(self, status: int, code: str, detail: str) -> None:
        super().__init__(detail)
        self.status = status
        self.code = code
        self.detail = detail


@dataclass(frozen=True, slots=True)
class Form:
    """Where a file of one kind is posted to, and the fields that go with it."""

    url: str
    fields: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Forms:
    """What a declaration is answered with: a key for each number, a form for each kind."""

    key_by_number: Mapping[int, str]
    form_by_kind: Mapping[str, Form]
    expires_in_s: float


@dataclass(frozen=True, slots=True)
class Plan:
    """How a large file is cut into parts, and which of them have arrived."""

    part_bytes: int
    parts: int
    arrived: frozenset[int]


@dataclass(frozen=True, slots=True)
class SignedPart:
    """Where one part is put, and the headers that the signature asks for."""

    url: str
    headers: Mapping[str, str]


class Site:
    """The uploads of one project; `http` has the address of the archive and the token."""

    def __init__(self, http: httpx.Client, project: str, *, backoff: Backoff) -> None:
        self._http = http
        self._backoff = backoff
        self._uploads = f"/api/projects/{project}/uploads"

    def begin(self, *, key: str, wishes: Mapping[str, str]) -> str:
        """Begins an upload; the same key again answers with the same one.

        Raises:
            RefusedError: no such project, no right to upload, or `KEY_USED` as its code.
            UnreachableError: the archive does not answer. So do all that follow.
        """
        headers = {KEY_HEADER: key}
        answer = self._json(
            "POST", self._uploads, also=_still_runs, json=dict(wishes), headers=headers
        )
        return str(answer["upload"])

    def show(self, upload: str) -> Mapping[str, Any]:
        """What the archive says of an upload."""
        return self._json("GET", f"{self._uploads}/{upload}")

    def declare(self, upload: str, rows: Sequence[Row]) -> Forms:
        """Tells sizes and checksums of files whose numbers follow each other; never their names."""
        files = [
            {"size_bytes": row.size_bytes, "sha256": row.sha256, "kind": row.kind} for row in rows
        ]
        path = f"{self._uploads}/{upload}/files"
        answer = self._json("POST", path, json={"first": rows[0].number, "files": files})
        return Forms(
            key_by_number={int(entry["number"]): entry["key"] for entry in answer["files"]},
            form_by_kind={
                kind: Form(post["url"], post["fields"]) for kind, post in answer["posts"].items()
            },
            expires_in_s=float(answer["expires_in_s"]),
        )

    def missing(self, upload: str) -> Iterator[int]:
        """The numbers that were declared and have not arrived."""
        return map(int, self._pages(f"{self._uploads}/{upload}/missing", "missing"))

    def files(self, upload: str) -> Iterator[Mapping[str, Any]]:
        """What became of each file so far, the members of zips and tars included."""
        return self._pages(f"{self._uploads}/{upload}/files", "files")

    def close(self, upload: str) -> Mapping[str, Any]:
        """Says that no more files will be declared."""
        return self._json("POST", f"{self._uploads}/{upload}/close", json={})

    def begin_parts(self, upload: str, number: int) -> Plan:
        """Begins to take a file in parts, or goes on with it."""
        answer = self._json("POST", self._multipart(upload, number), json={})
        arrived = frozenset(map(int, answer["arrived"]))
        return Plan(int(answer["part_bytes"]), int(answer["parts"]), arrived)

    def sign_parts(
        self, upload: str, number: int, sha256_by_part: Mapping[int, str]
    ) -> dict[int, SignedPart]:
        """Where to put parts with these checksums."""
        wanted = [{"part": part, "sha256": digest} for part, digest in sha256_by_part.items()]
        body = {"number": number, "parts": wanted}
        answer = self._json("POST", f"{self._uploads}/{upload}/parts", json=body)
        return {
            int(entry["part"]): SignedPart(entry["url"], entry["headers"])
            for entry in answer["parts"]
        }

    def complete_parts(self, upload: str, number: int) -> None:
        """Makes the file of its parts."""
        self._json("POST", f"{self._multipart(upload, number)}/complete", json={})

    def abort_parts(self, upload: str, number: int) -> None:
        """Throws away the parts that have arrived."""
        self._json("DELETE", self._multipart(upload, number))

    def _multipart(self, upload: str, number: int) -> str:
        return f"{self._uploads}/{upload}/files/{number}/multipart"

    def _pages(self, path: str, name: str) -> Iterator[Any]:
        after: str | None = None
        while True:
            params = {"limit": str(PAGE_LIMIT)} | ({"after": after} if after else {})
            answer = self._json("GET", path, params=params)
            yield from answer[name]
            after = answer["next"]
            if after is None:
                return

    def _json(
        self,
        method: str,
        path: str,
        *,
        also: Callable[[httpx.Response], bool] = never,
        **options: Any,
    ) -> Mapping[str, Any]:
        answer = self._backoff.call(lambda: self._http.request(method, path, **options), also=also)
        if not answer.is_success:
            raise _refusal(answer)
        try:
            body: Mapping[str, Any] = answer.json() if answer.content else {}
        except ValueError:
            raise _no_archive(answer) from None
        return body


def _still_runs(answer: httpx.Response) -> bool:
    return answer.status_code == HTTPStatus.CONFLICT and _refusal(answer).code == STILL_RUNS


def _refusal(answer: httpx.Response) -> RefusedError:
    """The error of an answer; the gateway itself answers without a code where a token is bad."""
    try:
        body = answer.json()
        return RefusedError(answer.status_code, body["code"], body["detail"])
    except (ValueError, KeyError, TypeError):
        pass
    if answer.status_code in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
        detail = "The archive does not take the token: it ended, or it is none of this archive."
        return RefusedError(answer.status_code, "unauthenticated", detail)
    return _no_archive(answer)


def _no_archive(answer: httpx.Response) -> RefusedError:
    detail = f"What answers at this address, with {answer.status_code}, is no scanloft archive."
    return RefusedError(answer.status_code, "no_archive", detail)
