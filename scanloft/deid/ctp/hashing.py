"""CTP's hashes: the MD5 of a text as one decimal number."""

import hashlib
import re

UID_LENGTH = 64
_NAME_NOISE = re.compile(r"[\s,'^.]", re.ASCII)


def decimal_md5(text: str, length: int = 0) -> str:
    """Return the MD5 of the UTF-8 bytes in decimal, at most its first `length` digits; 0 is all."""
    digest = hashlib.md5(text.encode("utf-8", "surrogatepass"), usedforsecurity=False).digest()
    digits = str(int.from_bytes(digest, "big"))
    return digits[:length] if length > 0 else digits


def hash_uid(root: str, uid: str) -> str:
    """Return what `@hashuid` makes of a UID: root, hash, cut at 64 characters."""
    digits = decimal_md5(uid)
    digits = "9" + digits if digits.startswith("0") else digits
    return f"{root.strip().rstrip('.')}.{digits}"[:UID_LENGTH]


def hash_patient_id(site: str, patient_id: str, length: int = 0) -> str:
    """Return what `@hashptid` makes of a Patient ID of a site."""
    return decimal_md5(f"[{site.strip()}]{patient_id.strip()}", length)


def hash_name(name: str, length: int, words: int = 0) -> str:
    """Return what `@hashname` makes of a name; only its first components count, 0 is all."""
    components = name.split("^")
    chosen = "".join(components[:words] if words > 0 else components)
    return decimal_md5(_NAME_NOISE.sub("", chosen).upper(), length)


def hashed_days(text: str) -> int:
    """Return by how many days `@hashdate` moves a date: -1 to -3649."""
    return -(int(decimal_md5(text)[-4:]) % 3650) or -1
