"""The items of a table in a dict, for tests that take more steps than moto has time for.

Only what edits need, and only conditions of the form that the adapters write. Whether DynamoDB does
the same is what the tests of the adapters with moto say.
"""

import re
from collections.abc import Iterable
from typing import Any

from scanloft.aws.rows import ABSENT, Row, Rows
from scanloft.core.items import ItemKey

COMPARISON = re.compile(r"#(\w+) (=|<) :(\w+)")


class MemoryRows(Rows):
    """Rows of no table."""

    def __init__(self) -> None:
        self._items: dict[ItemKey, dict[str, Any]] = {}

    def get(self, key: ItemKey) -> dict[str, Any] | None:
        item = self._items.get(key)
        return None if item is None else {**item, "PK": key.partition, "SK": key.sort}

    def get_many(self, keys: Iterable[ItemKey]) -> dict[ItemKey, dict[str, Any]]:
        found = {key: self.get(key) for key in keys}
        return {key: item for key, item in found.items() if item is not None}

    def put(self, key: ItemKey, row: Row) -> None:
        self._items[key] = dict(row)

    def put_if(self, key: ItemKey, row: Row, *, condition: str, values: Row | None = None) -> bool:
        holds = self._holds(key, condition, values or {})
        if holds:
            self.put(key, row)
        return holds

    def delete_if(self, key: ItemKey, *, condition: str, values: Row) -> bool:
        holds = self._holds(key, condition, values)
        if holds:
            del self._items[key]
        return holds

    def delete(self, key: ItemKey) -> None:
        self._items.pop(key, None)

    def _holds(self, key: ItemKey, condition: str, values: Row) -> bool:
        """Comparisons joined by AND, or that nothing is there, or either of the two."""
        item: Any = self._items.get(key)
        if item is None:
            return ABSENT in condition
        compared = COMPARISON.findall(condition)
        return bool(compared) and all(
            name in item
            and (item[name] < values[value] if sign == "<" else item[name] == values[value])
            for name, sign, value in compared
        )
