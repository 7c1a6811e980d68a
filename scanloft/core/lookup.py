"""Lookup tables: where a key leads, and which values they can have."""

from collections.abc import Mapping

VALUE_LIMIT = 64
"""Of a value that is a Patient ID (PS3.5 6.2, LO)."""
VALUE_FORM = f"1 to {VALUE_LIMIT} printable ASCII characters and no backslash"
_INDIRECTIONS = 10


class NotListedError(LookupError):
    """A key that the table does not have, or from which it leads on to nothing."""


def follow(table: Mapping[str, str], key: str) -> str:
    """Return the value of a key; a value "@keytype/key" leads on, ten times at most.

    Raises NotListedError.
    """
    for _ in range(_INDIRECTIONS):
        value = table.get(key)
        if value is None:
            break
        target = target_of(value)
        if target is None:
            return value.strip()
        key = target
    raise NotListedError


def target_of(value: str) -> str | None:
    """Return the key to which a value leads on, None if it does not."""
    value = value.strip()
    return value[1:].strip() if value.startswith("@") and "/" in value else None


def is_usable(value: str) -> bool:
    """Whether a value leads on to a key, or is the same Patient ID in every character set."""
    target = target_of(value)
    if target is not None:
        key_type, _, key = target.partition("/")
        return bool(key_type.strip() and key.strip())
    return (
        value.strip() != ""
        and len(value) <= VALUE_LIMIT
        and value.isascii()
        and value.isprintable()
        and "\\" not in value
    )
