"""The hash chain of an audit log: each entry covers the one before, so none can be changed alone.

A chain proves that nothing inside it was changed, left out or put in. That nothing was cut off at
its end is proved by a hash that was kept elsewhere: each one is in the log of the function too.
"""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields, replace

from scanloft.core.model import AuditEntry

FIELDS = frozenset(field.name for field in fields(AuditEntry))
COVERED = ("project", "at", "actor", "action", "facts", "reason", "sequence", "previous")


@dataclass(frozen=True, slots=True)
class Verdict:
    """How many entries hold, and where and why the first one does not (0: all do)."""

    entries: int
    head: str
    broken_at: int = 0
    fault: str = ""


def start_of(project: str) -> str:
    """What the first entry of a project has in the place of the hash of one before."""
    return hashlib.sha256(f"scanloft audit {project}".encode()).hexdigest()


def linked(entry: AuditEntry, *, last: AuditEntry | None) -> AuditEntry:
    """The entry as the next one after `last`."""
    numbered = replace(
        entry,
        sequence=last.sequence + 1 if last else 1,
        previous=last.hash if last else start_of(entry.project),
    )
    return replace(numbered, hash=hash_of(numbered))


def hash_of(entry: AuditEntry) -> str:
    """The SHA-256 of all of the entry but its hash, as JSON with sorted keys and no blanks."""
    covered = {name: getattr(entry, name) for name in COVERED} | {"facts": dict(entry.facts)}
    text = json.dumps(covered, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(text.encode()).hexdigest()


def line_of(entry: AuditEntry) -> str:
    """The entry as a line of JSON, as exports hold it."""
    described = {**asdict(entry), "facts": dict(entry.facts)}
    return json.dumps(described, sort_keys=True, separators=(",", ":")) + "\n"


def entry_of(line: str) -> AuditEntry:
    """The entry of such a line.

    Raises:
        ValueError: the line is not the whole of one entry.
    """
    described = json.loads(line)
    if not isinstance(described, dict) or set(described) != FIELDS:
        raise ValueError("This line is no entry of an audit log.")
    texts = FIELDS - {"facts", "sequence"}
    if not all(isinstance(described[name], str) for name in texts):
        raise ValueError("This line is no entry of an audit log.")
    if not isinstance(described["facts"], dict) or type(described["sequence"]) is not int:
        raise ValueError("This line is no entry of an audit log.")
    return AuditEntry(**described)


def verdict(entries: Iterable[AuditEntry], *, project: str, head: str = "") -> Verdict:
    """Whether the entries of a project, from the first one on, are an unbroken chain.

    `head` is the hash of an entry that was kept elsewhere: the chain must hold it.
    """
    expected, count, met = start_of(project), 0, not head
    for entry in entries:
        fault = _fault(entry, project=project, sequence=count + 1, previous=expected)
        if fault:
            return Verdict(count, expected, broken_at=count + 1, fault=fault)
        count, expected = count + 1, entry.hash
        met = met or entry.hash == head
    if not met:
        return Verdict(count, expected, broken_at=count + 1, fault="the given hash is missing")
    return Verdict(count, expected)


def _fault(entry: AuditEntry, *, project: str, sequence: int, previous: str) -> str:
    if entry.project != project:
        return "an entry of another project"
    if entry.sequence != sequence:
        return "an entry is missing or stands twice"
    if entry.previous != previous:
        return "it does not follow the entry before it"
    if entry.hash != hash_of(entry):
        return "it was changed after it was written"
    return ""
