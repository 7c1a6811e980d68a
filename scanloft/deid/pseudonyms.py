"""Pseudonyms: what replaces UIDs, patient IDs and dates, derived from a project's secret."""

import base64
import hmac
import re

SECRET_LENGTH_BYTES = 32

# What DICOM itself registered names classes, syntaxes and frames of reference, never a patient.
_WELL_KNOWN = re.compile(r"1\.2\.840\.10008(?:\.[0-9]{1,5}){1,12}")
_VERSION_8 = 0x8 << 76
_VERSION_MASK = 0xF << 76
_VARIANT_1 = 0x2 << 62
_VARIANT_MASK = 0x3 << 62


class Pseudonyms:
    """Keyed, deterministic replacements: the same secret gives the same, and no table is kept.

    Raises ValueError for a secret of less than 32 bytes.
    """

    __slots__ = ("_keys",)

    def __init__(self, secret: bytes) -> None:
        if len(secret) < SECRET_LENGTH_BYTES:
            raise ValueError(f"A secret of at least {SECRET_LENGTH_BYTES} bytes is needed.")
        kinds = ("uid", "patient_id", "shift", "content")
        self._keys = {kind: hmac.digest(secret, kind.encode(), "sha256") for kind in kinds}

    def uid(self, old: str) -> str:
        """Return the UID that stands for `old`, at most 44 characters; PS3.5 B.2, RFC 9562 5.8.

        Blank stays blank; UIDs that the standard registered are returned as they are.
        """
        old = old.strip(" \0")
        if not old or is_well_known(old):
            return old
        number = int.from_bytes(self._digest("uid", _bytes(old))[:16], "big")
        number = number & ~_VERSION_MASK & ~_VARIANT_MASK | _VERSION_8 | _VARIANT_1
        return f"2.25.{number}"

    def patient_id(self, old: str) -> str:
        """Return `SL-` and 16 characters (80 bits) that stand for a Patient ID; blank for blank."""
        old = old.strip(" \0")
        if not old:
            return ""
        return "SL-" + base64.b32encode(self._digest("patient_id", _bytes(old))[:10]).decode()

    def shift_days(self, patient_id: str) -> int:
        """Return how far the dates of a subject move, in days: -1 to -3650, never 0."""
        digest = self._digest("shift", _bytes(patient_id.strip(" \0")))
        return -1 - int.from_bytes(digest[:8], "big") % 3650

    def content_id(self, data: bytes | memoryview) -> str:
        """Return 32 hexadecimal digits by which the holder of the key recognises the bytes."""
        return self._digest("content", data).hex()[:32]

    def _digest(self, kind: str, message: bytes | memoryview) -> bytes:
        return hmac.digest(self._keys[kind], message, "sha256")


def is_well_known(uid: str) -> bool:
    """Whether the standard registered the UID (root 1.2.840.10008, PS3.6 A)."""
    return _WELL_KNOWN.fullmatch(uid) is not None


def _bytes(text: str) -> bytes:
    # Undecodable text must get a pseudonym too, so lone surrogates may not fail.
    return text.encode("utf-8", "surrogatepass")
