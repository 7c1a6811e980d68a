"""De-identification of one object: PS3.15 Annex E with default deny, by the quickest safe way."""

from dataclasses import fields
from typing import Any

from scanloft.deid.bytewise.by_bytes import plan_by_bytes
from scanloft.deid.bytewise.table import Declined
from scanloft.deid.profiles.profile import Profile
from scanloft.deid.results import Deidentified, Plan, Result
from scanloft.deid.source import NeedsWhole, Source, Span, WholeSource
from scanloft.deid.values.pseudonyms import Pseudonyms

_FACTS = tuple(field.name for field in fields(Result))


def deidentify(
    data: bytes, *, profile: Profile, pseudonyms: Pseudonyms, site: str = ""
) -> Deidentified:
    """De-identify one object; the same data, profile, secret and site give the same bytes.

    The transfer syntax is kept, except that a deflated object becomes Explicit VR Little Endian.

    Raises NotDicom, NotAnInstance, MalformedDicom, Oversized, PixelReview and UnlistedSubject;
    nothing else, whatever the data.
    """
    found = by_bytes(data, profile=profile, pseudonyms=pseudonyms, site=site)
    if found is not None:
        return found
    return by_pydicom(data, profile=profile, pseudonyms=pseudonyms, site=site)


def plan(source: Source, *, profile: Profile, pseudonyms: Pseudonyms, site: str = "") -> Plan:
    """Say how the result of an object is put together, without its pixels in memory.

    Raises NeedsWhole where all of it has to be, and what `deidentify` raises.
    """
    try:
        return plan_by_bytes(source, profile=profile, pseudonyms=pseudonyms, site=site)
    except Declined:
        raise NeedsWhole from None


def by_bytes(
    data: bytes, *, profile: Profile, pseudonyms: Pseudonyms, site: str = ""
) -> Deidentified | None:
    """De-identify by the byte-level way; None where it declines."""
    try:
        found = plan_by_bytes(
            WholeSource(data), profile=profile, pseudonyms=pseudonyms, site=site
        )  # fmt: skip
    except Declined:
        return None
    facts: dict[str, Any] = {name: getattr(found, name) for name in _FACTS}
    return Deidentified(**facts, data=_joined(found, data))


def by_pydicom(
    data: bytes, *, profile: Profile, pseudonyms: Pseudonyms, site: str = ""
) -> Deidentified:
    """De-identify by the slow way, which takes whatever can be taken."""
    # What is plain, which is nearly all, is spared the time that pydicom takes to be imported.
    from scanloft.deid.parsed.by_pydicom import deidentify_by_pydicom

    return deidentify_by_pydicom(data, profile=profile, pseudonyms=pseudonyms, site=site)


def _joined(found: Plan, data: bytes) -> bytes:
    view = memoryview(data)
    return b"".join(
        view[part.offset : part.offset + part.length] if isinstance(part, Span) else part
        for part in found.parts
    )
