"""Looking at a quarantined object: what it is, never whom it shows."""

import base64
import re

from functions.api.edge.request import Answer, Request
from functions.api.edge.shapes import Shown
from functions.api.quarantine.listing import ItemShown, shown
from functions.api.quarantine.services import ReviewServices
from functions.api.quarantine.shapes import ITEM
from scanloft.aws.detention import kept_at
from scanloft.core.errors import NotFound
from scanloft.core.settings import MIB
from scanloft.deid.glance import glance, why_unsafe
from scanloft.dicom.thumbnail import thumbnail

HEADER_BYTES = MIB
"""What is read of a large object: more than nearly any header has."""
WHOLE_BYTES = 16 * MIB
"""Up to this size an object is read whole, so that a picture of it can be made."""
TOO_LARGE = "No picture is made of large objects."
_ITEM = re.compile(ITEM)


class ElementShown(Shown):
    """An element of the top level; `length` in bytes, `value` null where it is hidden or absent."""

    tag: str
    keyword: str
    vr: str
    length: int | None
    value: str | None


class HeaderShown(Shown):
    """What may be seen of a header; not complete where reading had to stop early."""

    transfer_syntax_uid: str
    is_complete: bool
    elements: list[ElementShown]


class ItemDetail(ItemShown):
    """An item and what may be seen of its object.

    No header of an empty one. `thumbnail` is a PNG as a data URL, of pixels that the gate would let
    pass as they are; otherwise `thumbnail_absent` says why there is none.
    """

    header: HeaderShown | None
    thumbnail: str | None
    thumbnail_absent: str


def look(services: ReviewServices, request: Request) -> Answer:
    """An item of the project's quarantine.

    Raises:
        NotFound: there is none.
    """
    return _look(services, request, request.project)


def look_unassigned(services: ReviewServices, request: Request) -> Answer:
    """An item of no project.

    Raises:
        NotFound: there is none.
    """
    return _look(services, request, None)


def _look(services: ReviewServices, request: Request, project: str | None) -> Answer:
    item = request.path["item"]
    found = services.quarantine.many(project, [item]) if _ITEM.fullmatch(item) else {}
    if item not in found:
        raise NotFound("There is no such item in this quarantine.")
    entry = found[item]
    is_whole = entry.size_bytes <= WHOLE_BYTES
    data = b""
    if entry.size_bytes:
        length = entry.size_bytes if is_whole else HEADER_BYTES
        data = services.inbox.get(kept_at(entry), length=length).body
    picture, why_not = _picture(data) if is_whole else (None, TOO_LARGE)
    detail = ItemDetail(
        **shown(entry).model_dump(),
        header=_header(data) if data else None,
        thumbnail=picture,
        thumbnail_absent=why_not,
    )
    return Answer(detail)


def _picture(data: bytes) -> tuple[str | None, str]:
    """A small picture as a data URL, or why there is none."""
    why_not = why_unsafe(data)
    if why_not:
        return None, why_not
    picture = thumbnail(data)
    if picture is None:
        return None, "No picture is made of pixels that are compressed, or of objects without any."
    return f"data:image/png;base64,{base64.b64encode(picture).decode()}", ""


def _header(data: bytes) -> HeaderShown:
    seen = glance(data)
    return HeaderShown(
        transfer_syntax_uid=seen.transfer_syntax_uid,
        is_complete=seen.is_complete,
        elements=[
            ElementShown(
                tag=one.tag, keyword=one.keyword, vr=one.vr, length=one.length, value=one.value
            )
            for one in seen.elements
        ],
    )
