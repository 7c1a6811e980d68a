"""What requests cost at AWS: calls counted, and read units by the rules of DynamoDB.

moto reads what DynamoDB would read but does not count units as it does, so they are computed from
the items that come back: 4 kB of a strongly consistent read are a unit, of a query together, of
other reads for each item.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

UNIT_BYTES = 4096


@dataclass(slots=True)
class Bill:
    """The calls to AWS and the read units of what was done meanwhile."""

    calls: int = 0
    read_units: int = 0
    by_operation: dict[str, int] = field(default_factory=dict)


@contextmanager
def counted(*clients: Any) -> Iterator[Bill]:
    """Counts what the clients do meanwhile; signing an address is no call."""
    bill = Bill()

    def note(parsed: Mapping[str, Any], model: Any, **_: object) -> None:
        bill.calls += 1
        bill.by_operation[model.name] = bill.by_operation.get(model.name, 0) + 1
        bill.read_units += read_units(model.name, parsed)

    for client in clients:
        client.meta.events.register("after-call", note)
    try:
        yield bill
    finally:
        for client in clients:
            client.meta.events.unregister("after-call", note)


def read_units(operation: str, answer: Mapping[str, Any]) -> int:
    """The read units of one strongly consistent call, by what it gave; 0 for other calls."""
    if operation == "GetItem":
        return _units(size_bytes(answer.get("Item", {})))
    if operation == "BatchGetItem":
        found = [item for items in answer["Responses"].values() for item in items]
        return sum(_units(size_bytes(item)) for item in found) or 1
    if operation == "Query":
        return _units(sum(map(size_bytes, answer["Items"])))
    return 0


def size_bytes(item: Mapping[str, Any]) -> int:
    """About what DynamoDB takes an item for: names and values in UTF-8, numbers half."""
    return sum(len(name.encode()) + _value_bytes(value) for name, value in item.items())


def _value_bytes(value: Mapping[str, Any]) -> int:
    ((kind, content),) = value.items()
    if kind == "S":
        return len(content.encode())
    if kind == "N":
        return len(content) // 2 + 1
    if kind == "L":
        return 3 + sum(1 + _value_bytes(entry) for entry in content)
    return 1


def _units(size: int) -> int:
    return max(1, -(-size // UNIT_BYTES))
