"""Large files in parts: begun, signed, completed or given up; the pipeline sees whole ones only."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated

from pydantic import Field

from functions.api.edge.request import Answer, Request
from functions.api.edge.shapes import Body, Shown
from functions.api.services import Services
from functions.api.uploads.files import NUMBER_LIMIT, key_of
from functions.api.uploads.uploads import unswept_upload
from scanloft.aws.sent_parts import StoredPart
from scanloft.core.errors import Conflict, InvalidRequest, NotFound
from scanloft.core.identifiers import NUMBER
from scanloft.core.model import Declaration, FateKind, Upload
from scanloft.core.parts import PARTS_LIMIT, Cut

NAMED_LIMIT = 20
"""How many missing parts an error names."""


class PartWanted(Body):
    """A part to be sent: its number from 1 on, and its SHA-256 in hex."""

    part: Annotated[int, Field(ge=1, le=PARTS_LIMIT)]
    sha256: Annotated[str, Field(pattern="^[0-9a-f]{64}$")]


class PartsWanted(Body):
    """Parts of the file with this number."""

    number: Annotated[int, Field(ge=1, le=NUMBER_LIMIT)]
    parts: Annotated[list[PartWanted], Field(min_length=1, max_length=PARTS_LIMIT)]


class SignedPart(Shown):
    """Where a part is put, with these headers."""

    part: int
    url: str
    headers: dict[str, str]


class SignedParts(Shown):
    """Where parts are put."""

    parts: list[SignedPart]
    expires_in_s: int


class InParts(Shown):
    """How a file is cut, and which parts have arrived; all have `part_bytes` but the last one."""

    number: str
    part_bytes: int
    parts: int
    arrived: list[int]


class Whole(Shown):
    """A file whose parts were put together."""

    number: str
    size_bytes: int


@dataclass(frozen=True, slots=True)
class _Sending:
    """A declared file that is sent in parts; `name` is S3's for them, None before the first."""

    upload: Upload
    file: Declaration
    name: str | None

    @property
    def key(self) -> str:
        return key_of(self.upload, self.file)

    @property
    def cut(self) -> Cut:
        return Cut.of(self.file.size_bytes)

    @property
    def place(self) -> tuple[str, str, str]:
        return self.upload.project, self.upload.upload, self.file.number


def begin(services: Services, request: Request) -> Answer:
    """Begins to take a file in parts, or says which of them have arrived.

    Raises:
        NotFound: no such upload or file, or another user's and the caller does not review.
        Conflict: the file has arrived, or the upload takes nothing more.
    """
    sending = _sending(services, request, number=request.path["number"])
    if sending.name is not None:
        try:
            return _answer(sending, services.parts.parts(sending.key, sending.name))
        except NotFound:
            pass  # S3 clears away what nobody goes on with
    if _has_arrived(services, sending):
        raise Conflict("This file has arrived: it need not be sent.")
    name = services.parts.begin(sending.key)
    if services.uploads.put_parts(*sending.place, name=name, instead_of=sending.name):
        return _answer(sending, [])
    services.parts.abort(sending.key, name)
    raise Conflict("This file is begun twice at the same time: try again.")


def sign(services: Services, request: Request) -> Answer:
    """Hands out where to put parts, each bound to its size and its SHA-256.

    Raises:
        NotFound: no such upload or file, or another user's and the caller does not review.
        Conflict: the file was not begun, or the upload takes nothing more.
        InvalidRequest: a part that the file does not have, or one twice.
    """
    wanted = request.body(PartsWanted)
    sending = _sending(services, request, number=str(wanted.number))
    if sending.name is None:
        raise _not_begun()
    digest_by_part = {part.part: part.sha256 for part in wanted.parts}
    if len(digest_by_part) < len(wanted.parts) or max(digest_by_part) > sending.cut.count:
        raise InvalidRequest(f'"parts" must be different ones from 1 to {sending.cut.count}.')
    return Answer(
        SignedParts(
            parts=_signed(services, sending, sending.name, digest_by_part),
            expires_in_s=services.settings.upload_url_ttl_s,
        )
    )


def complete(services: Services, request: Request) -> Answer:
    """Makes the file of its parts, if S3 has all of them in the right sizes. Again is no error.

    Raises:
        NotFound: no such upload or file, or another user's and the caller does not review.
        Conflict: parts are missing, or none was begun, or the upload takes nothing more.
    """
    sending = _sending(services, request, number=request.path["number"])
    whole = Whole(number=sending.file.number, size_bytes=sending.file.size_bytes)
    if sending.name is not None:
        try:
            parts = _checked(sending.cut, services.parts.parts(sending.key, sending.name))
            size_bytes = sending.file.size_bytes
            if not services.parts.complete(sending.key, sending.name, parts, size_bytes=size_bytes):
                services.parts.abort(sending.key, sending.name)
            services.uploads.remove_parts(*sending.place, name=sending.name)
            return Answer(whole)
        except NotFound:
            pass  # completed before by a request that broke off, or cleared away by S3
    if not _has_arrived(services, sending):
        raise _not_begun()
    if sending.name is not None:
        services.uploads.remove_parts(*sending.place, name=sending.name)
    return Answer(whole)


def give_up(services: Services, request: Request) -> Answer:
    """Throws away the parts that have arrived. Again is no error.

    Raises:
        NotFound: no such upload or file, or another user's and the caller does not review.
        Conflict: the upload takes nothing more.
    """
    sending = _sending(services, request, number=request.path["number"])
    if sending.name is not None:
        services.parts.abort(sending.key, sending.name)
        services.uploads.remove_parts(*sending.place, name=sending.name)
    return _answer(sending, [])


def _sending(services: Services, request: Request, *, number: str) -> _Sending:
    upload = unswept_upload(services, request)
    place = (upload.project, upload.upload, number)
    file = services.uploads.declaration(*place) if NUMBER.fullmatch(number) else None
    if file is None or file.number != number:
        raise NotFound("There is no such file in this upload: declare it first.")
    return _Sending(upload, file, services.uploads.parts(*place))


def _has_arrived(services: Services, sending: _Sending) -> bool:
    """Whether it lies in the inbox, or was there: looked for in this order, none is overlooked."""
    if services.parts.is_whole(sending.key):
        return True
    fate = services.uploads.fate(*sending.place)
    return fate is not None and fate.kind is not FateKind.EXPIRED


def _signed(
    services: Services, sending: _Sending, name: str, digest_by_part: Mapping[int, str]
) -> list[SignedPart]:
    signed = []
    for part, digest in digest_by_part.items():
        put = services.parts.sign(
            sending.key,
            name,
            part=part,
            size_bytes=sending.cut.size_of(part),
            sha256_hex=digest,
            ttl_s=services.settings.upload_url_ttl_s,
        )
        signed.append(SignedPart(part=part, url=put.url, headers=dict(put.headers)))
    return signed


def _checked(cut: Cut, parts: Sequence[StoredPart]) -> list[StoredPart]:
    """The parts that make the file, as S3 has them; what the client says does not count."""
    fitting = [part for part in parts if _fits(cut, part)]
    lacking = sorted(set(range(1, cut.count + 1)) - {part.number for part in fitting})
    if lacking:
        named = ", ".join(map(str, lacking[:NAMED_LIMIT]))
        raise Conflict(
            f"Parts are missing or have another size: send these, first of all: {named}."
        )
    return fitting


def _answer(sending: _Sending, parts: Sequence[StoredPart]) -> Answer:
    cut = sending.cut
    arrived = [part.number for part in parts if _fits(cut, part)]
    return Answer(
        InParts(
            number=sending.file.number,
            part_bytes=cut.part_bytes,
            parts=cut.count,
            arrived=arrived,
        )
    )


def _fits(cut: Cut, part: StoredPart) -> bool:
    return part.number <= cut.count and part.size_bytes == cut.size_of(part.number)


def _not_begun() -> Conflict:
    return Conflict("The parts of this file were not begun, or are gone: begin them first.")
