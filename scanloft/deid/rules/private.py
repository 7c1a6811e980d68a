"""The list of private elements that identify nobody (PS3.15 E.3.10)."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

_LIST = Path(__file__).parents[1] / "data" / "safe-private.tsv"
_Key = tuple[int, str, int]


@dataclass(frozen=True, slots=True)
class SafePrivate:
    """A safe private element: its VR and what has to happen to its value."""

    vr: str
    action: Literal["keep", "hash_uid", "shift_date"]


def disposition(group: int, creator: str, element: int) -> SafePrivate | None:
    """Return what to do with a private element; None where it is not known to be safe.

    `element` is the last byte of its tag, `creator` the private creator of its block. Padding of
    the creator does not count, its case does (PS3.5 7.8.1, 6.2 on LO).
    """
    return _safe_by_key()[0].get((group, creator.strip(" \0"), element))


def is_known_creator(group: int, creator: str) -> bool:
    """Whether any element of this creator's blocks in the group is safe."""
    return (group, creator.strip(" \0")) in _safe_by_key()[1]


@cache
def _safe_by_key() -> tuple[Mapping[_Key, SafePrivate], frozenset[tuple[int, str]]]:
    kinds: dict[str, SafePrivate] = {}
    safe_by_key: dict[_Key, SafePrivate] = {}
    for line in _LIST.read_text("utf-8").splitlines()[1:]:
        group, creator, element, kind = line.split("\t", 3)
        if kind not in kinds:
            vr, action = kind.split("\t")
            kinds[kind] = SafePrivate(vr, action)  # type: ignore[arg-type]  # a test reads them all
        safe_by_key[int(group, 16), creator, int(element, 16)] = kinds[kind]
    return safe_by_key, frozenset((group, creator) for group, creator, _ in safe_by_key)
