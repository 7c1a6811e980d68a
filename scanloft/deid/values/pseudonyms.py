"""Pseudonyms: what replaces UIDs, patient IDs and dates, derived from a project's secret."""

import base64
import hashlib
import hmac
import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from scanloft.core.errors import UnlistedSubject
from scanloft.core.lookup import NotListedError, follow

if TYPE_CHECKING:
    from scanloft.deid.profiles.profile import Subjects

SECRET_LENGTH_BYTES = 32
DEFAULT_PREFIX = "SL-"
PATIENT_KEY_TYPE = "ptid"
"""The key type of Patient IDs in a lookup table, as in CTP's `ptid/1234`."""
CACHE_LIMIT = 4096
"""How many UIDs are remembered: those of studies and series come again, those of objects do not."""
UID_LENGTH_LIMIT = 64
"""Longer values are no UIDs, and remembering them could take any amount of memory."""
SCOPE_LIMIT = 256
MEMORY_LIMIT_BYTES = 256

Digest = Callable[[bytes | memoryview], bytes]

# What DICOM itself registered names classes, syntaxes and frames of reference, never a patient.
_WELL_KNOWN_ROOT = "1.2.840.10008."
_WELL_KNOWN = re.compile(r"1\.2\.840\.10008(?:\.[0-9]{1,5}){1,12}")
_VERSION_8 = 0x8 << 76
_VERSION_MASK = 0xF << 76
_VARIANT_1 = 0x2 << 62
_VARIANT_MASK = 0x3 << 62
_KEPT = ~_VERSION_MASK & ~_VARIANT_MASK
_FIXED = _VERSION_8 | _VARIANT_1
_BLOCK_BYTES = 64


class Memory:
    """Remembers what was found for short values, as many as come again in a batch."""

    __slots__ = ("_found", "get")

    def __init__(self) -> None:
        self._found: dict[Any, Any] = {}
        self.get = self._found.get

    def put(self, key: tuple[bytes, *tuple[Any, ...]], found: object) -> None:
        """Remember what stands for a value, the first of the key, unless it is long."""
        if len(key[0]) > MEMORY_LIMIT_BYTES:
            return
        if len(self._found) >= CACHE_LIMIT:
            self._found.clear()
        self._found[key] = found


class Pseudonyms:
    """Keyed, deterministic replacements: the same secret gives the same.

    `lookup` has keys as "ptid/1234" ("ptid/site:A/1234" within a scope) and may read lazily; a
    value "@ptid/1235" leads on. With `lookup_patients`, new Patient IDs come from there alone.
    `within` is a scope that `subject_scope` gave: the same Patient ID in two scopes means two
    subjects. `memory` is for what others derive from it.

    Raises ValueError for a secret of less than 32 bytes.
    """

    __slots__ = (
        "_content",
        "_digests",
        "_looks_up",
        "_prefix",
        "_scopes",
        "_uid_digest",
        "_uids",
        "lookup",
        "memory",
    )

    def __init__(
        self,
        secret: bytes,
        *,
        lookup: Mapping[str, str] | None = None,
        lookup_patients: bool = True,
        patient_id_prefix: str = DEFAULT_PREFIX,
    ) -> None:
        if len(secret) < SECRET_LENGTH_BYTES:
            raise ValueError(f"A secret of at least {SECRET_LENGTH_BYTES} bytes is needed.")
        self.lookup: Mapping[str, str] = {} if lookup is None else lookup
        self._looks_up = lookup is not None and lookup_patients
        self._prefix = patient_id_prefix
        self._uid_digest, self._content, self._scopes = (
            _keyed(hmac.digest(secret, kind, "sha256")) for kind in (b"uid", b"content", b"scope")
        )
        self._digests: dict[tuple[str, str], Digest] = {
            (kind, ""): _keyed(hmac.digest(secret, kind.encode(), "sha256"))
            for kind in ("patient_id", "shift")
        }
        self._uids: dict[str, str] = {}
        self.memory = Memory()

    def uid(self, old: str) -> str:
        """Return the UID that stands for `old`, at most 44 characters; PS3.5 B.2, RFC 9562 5.8.

        Blank stays blank; UIDs that the standard registered are returned as they are.
        """
        new = self._uids.get(old)
        if new is None:
            new = self._new_uid(old.strip(" \0"))
            if len(old) <= UID_LENGTH_LIMIT:
                if len(self._uids) >= CACHE_LIMIT:
                    self._uids.clear()
                self._uids[old] = new
        return new

    def patient_id(self, old: str, *, within: str = "") -> str:
        """Return what stands for a Patient ID: listed, or the prefix and 16 characters (80 bits).

        Blank stays blank. Raises UnlistedSubject where a lookup table does not have it.
        """
        old = old.strip(" \0")
        if not old:
            return ""
        if self._looks_up:
            return self._listed(old, within=within)
        digest = self._digest("patient_id", within)(_bytes(old))
        return self._prefix + base64.b32encode(digest[:10]).decode()

    def text_hash(self, text: str) -> str:
        """Return 16 characters (80 bits) that stand for a text, the same in the whole project."""
        return base64.b32encode(self._digest("text", "")(_bytes(text))[:10]).decode()

    def shift_days(self, patient_id: str, *, within: str = "") -> int:
        """Return how far the dates of a subject move, in days: -1 to -3650, never 0.

        Patient IDs that a lookup table makes one subject move together.
        """
        subject = patient_id.strip(" \0")
        digest = self._digest("shift", within)
        if self._looks_up and subject:
            try:
                subject = self._listed(subject, within=within)
                digest = self._digest("listed_shift", "")
            except UnlistedSubject:
                # Without a Patient ID the study stands for the subject, and no table lists it.
                pass
        return -1 - int.from_bytes(digest(_bytes(subject))[:8], "big") % 3650

    def content_id(self, data: bytes | memoryview) -> str:
        """Return 32 hexadecimal digits by which the holder of the key recognises the bytes."""
        return self._content(data).hex()[:32]

    def _new_uid(self, old: str) -> str:
        if not old or is_well_known(old):
            return old
        number = int.from_bytes(self._uid_digest(_bytes(old))[:16], "big")
        return f"2.25.{number & _KEPT | _FIXED}"

    def _listed(self, old: str, *, within: str) -> str:
        try:
            return follow(self.lookup, lookup_key(old, within=within))
        except NotListedError:
            raise UnlistedSubject(
                "The project's lookup table does not have this Patient ID, or leads on from it to "
                "nothing: add it there, then send the object again or retry it from quarantine."
            ) from None

    def _digest(self, kind: str, within: str) -> Digest:
        """Return the function of a kind; each scope has a key of its own."""
        digest = self._digests.get((kind, within))
        if digest is None:
            digest = _keyed(self._scopes(_bytes(f"{kind}\0{within}")))
            if len(self._digests) < SCOPE_LIMIT:
                self._digests[kind, within] = digest
        return digest


def subject_scope(subjects: "Subjects", *, issuer: str, site: str) -> str:
    """Return the scope in which a Patient ID means one person; "" is the whole project.

    With "issuer", an object that names none is taken for its site's own (PS3.3 C.7.1.1): so two
    people never become one, though one may become two.
    """
    issuer, site = issuer.strip(" \0"), site.strip(" \0")
    if subjects == "project":
        return ""
    if subjects == "issuer" and issuer:
        return f"issuer:{issuer}"
    return f"site:{site}"


def lookup_key(patient_id: str, *, within: str = "") -> str:
    """Return the key under which a lookup table lists a Patient ID.

    A slash in the scope is written %2F and a percent sign %25: scope `A` with ID `1/2` is not
    scope `A/1` with ID `2`.
    """
    scope = f"{within.replace('%', '%25').replace('/', '%2F')}/" if within else ""
    return f"{PATIENT_KEY_TYPE}/{scope}{patient_id}"


def is_well_known(uid: str) -> bool:
    """Whether the standard registered the UID (root 1.2.840.10008, PS3.6 A)."""
    return uid.startswith(_WELL_KNOWN_ROOT) and _WELL_KNOWN.fullmatch(uid) is not None


def _keyed(key: bytes) -> Digest:
    """Return HMAC-SHA256 (RFC 2104) with a key of up to 64 bytes.

    It hashes the two blocks of the key once and not with each message: a third of hmac.digest.
    """
    block = key.ljust(_BLOCK_BYTES, b"\0")
    inner = hashlib.sha256(bytes(byte ^ 0x36 for byte in block))
    outer = hashlib.sha256(bytes(byte ^ 0x5C for byte in block))

    def digest(message: bytes | memoryview) -> bytes:
        within, around = inner.copy(), outer.copy()
        within.update(message)
        around.update(within.digest())
        return around.digest()

    return digest


def _bytes(text: str) -> bytes:
    # Undecodable text must get a pseudonym too, so lone surrogates may not fail.
    return text.encode("utf-8", "surrogatepass")
