"""Items of a DynamoDB table as plain dicts: put, get, query, delete."""

import random
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from scanloft.aws.errors import MESSAGE_BY_ERROR, translated
from scanloft.core.errors import Conflict, Unavailable
from scanloft.core.items import ItemKey
from scanloft.core.overlap import overlapped
from scanloft.core.tables import PARTITION_KEY, SORT_KEY

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

Value = str | int | bool | list[str]
Row = Mapping[str, Value]

WRITE_LIMIT = 25
"""How many items one BatchWriteItem call takes."""
PUT_THREADS = 32
"""How many items are written at a time where each has a condition, which no batch call takes."""
READ_LIMIT = 100
"""How many keys one BatchGetItem call takes."""
ROUNDS = 8
"""How often what a batch call left over is offered again."""

ABSENT = f"attribute_not_exists({PARTITION_KEY})"


class Rows:
    """The items of one table; reads are strongly consistent."""

    def __init__(self, table: str, client: "DynamoDBClient") -> None:
        self.table = table
        self._client = client

    def put(self, key: ItemKey, row: Row) -> None:
        """Writes the item, whatever was there."""
        with translated("PutItem"):
            self._client.put_item(TableName=self.table, Item=_to_item(key, row))

    def put_new(self, key: ItemKey, row: Row) -> bool:
        """Writes the item unless one is there; whether it did."""
        return self.put_if(key, row, condition=ABSENT)

    def put_if(self, key: ItemKey, row: Row, *, condition: str, values: Row | None = None) -> bool:
        """Writes the item if the condition holds of what is there; whether it did.

        `condition` names attributes as `#name` and values as `:name`; `values` holds the latter.
        """
        try:
            with translated("PutItem"):
                self._client.put_item(
                    TableName=self.table,
                    Item=_to_item(key, row),
                    ConditionExpression=condition,
                    **_expression(values),
                )
        except Conflict:
            return False
        return True

    def put_many(self, items: Iterable[tuple[ItemKey, Row]]) -> None:
        """Writes items, 25 a call, whatever was there; the last of several with one key wins.

        Raises:
            Unavailable: the table still refuses some after several rounds.
        """
        unique = {key: _to_item(key, row) for key, row in items}
        self._write([{"PutRequest": {"Item": item}} for item in unique.values()])

    def put_each_new(self, items: Iterable[tuple[ItemKey, Row]]) -> bool:
        """Writes each item unless one is there that differs; False where one does.

        The first one is written before the others, which are left alone where it differs: of two
        who write other items under the same keys at once, one writes all and the other nothing.

        Raises:
            Unavailable: some may be written, some not.
        """
        waiting = list(items)
        if not all(map(self._put_new_or_same, waiting[:1])):
            return False
        results = overlapped(waiting[1:], self._put_new_or_same, threads=PUT_THREADS)
        for result in results:
            if isinstance(result, Exception):
                raise result
        return all(results)

    def _put_new_or_same(self, item: tuple[ItemKey, Row]) -> bool:
        key, row = item
        return self.put_new(key, row) or self.get(key) == _from_item(_to_item(key, row))

    def delete_many(self, keys: Iterable[ItemKey]) -> None:
        """Deletes items, 25 a call; no error where there is none.

        Raises:
            Unavailable: the table still refuses some after several rounds.
        """
        unique = dict.fromkeys(keys)
        self._write([{"DeleteRequest": {"Key": _to_item(key, {})}} for key in unique])

    def _write(self, waiting: list[Any]) -> None:
        attempts = 0
        while waiting:
            with translated("BatchWriteItem"):
                answer = self._client.batch_write_item(
                    RequestItems={self.table: waiting[:WRITE_LIMIT]}
                )
            left_over: list[Any] = list(answer["UnprocessedItems"].get(self.table, []))
            waiting = left_over + waiting[WRITE_LIMIT:]
            attempts = _backed_off(attempts, operation="BatchWriteItem") if left_over else attempts

    def get(self, key: ItemKey) -> dict[str, Any] | None:
        """The item, None where there is none."""
        with translated("GetItem"):
            answer = self._client.get_item(
                TableName=self.table, Key=_to_item(key, {}), ConsistentRead=True
            )
        item = answer.get("Item")
        return None if item is None else _from_item(item)

    def get_many(self, keys: Iterable[ItemKey]) -> dict[ItemKey, dict[str, Any]]:
        """Those of the items that exist, a hundred keys a call.

        Raises:
            Unavailable: the table still leaves some unread after several rounds.
        """
        waiting: list[Any] = [_to_item(key, {}) for key in dict.fromkeys(keys)]
        found: dict[ItemKey, dict[str, Any]] = {}
        attempts = 0
        while waiting:
            chunk, rest = waiting[:READ_LIMIT], waiting[READ_LIMIT:]
            with translated("BatchGetItem"):
                answer = self._client.batch_get_item(
                    RequestItems={self.table: {"Keys": chunk, "ConsistentRead": True}}
                )
            for item in map(_from_item, answer["Responses"].get(self.table, ())):
                found[ItemKey(item[PARTITION_KEY], item[SORT_KEY])] = item
            unprocessed: Mapping[str, Any] = answer["UnprocessedKeys"]
            left_over: list[Any] = unprocessed.get(self.table, {}).get("Keys", [])
            attempts = _backed_off(attempts, operation="BatchGetItem") if left_over else attempts
            waiting = [*left_over, *rest]
        return found

    def query(
        self,
        partition: str,
        *,
        sort_prefix: str = "",
        after: str | None = None,
        page_size: int | None = None,
        descending: bool = False,
        attributes: Sequence[str] = (),
    ) -> Iterator[dict[str, Any]]:
        """The items of a partition in the order of their sort keys, `after` one of them or all.

        DynamoDB reads a megabyte at a time, with `page_size` so many items at a time: whoever needs
        few of many says so, for what is read is paid for. With `attributes` no others are sent.
        """
        condition, values = f"{PARTITION_KEY} = :partition", {":partition": {"S": partition}}
        if sort_prefix:
            condition += f" AND begins_with({SORT_KEY}, :prefix)"
            values[":prefix"] = {"S": sort_prefix}
        extra: dict[str, Any] = {}
        if after is not None:
            extra["ExclusiveStartKey"] = _to_item(ItemKey(partition, after), {})
        if page_size is not None:
            extra["Limit"] = page_size
        if attributes:
            names = {f"#{place}": name for place, name in enumerate(attributes)}
            extra["ProjectionExpression"] = ", ".join(names)
            extra["ExpressionAttributeNames"] = names
        if descending:
            extra["ScanIndexForward"] = False
        pages = self._client.get_paginator("query").paginate(
            TableName=self.table,
            KeyConditionExpression=condition,
            ExpressionAttributeValues=values,
            ConsistentRead=True,
            **extra,
        )
        with translated("Query"):
            for page in pages:
                yield from map(_from_item, page["Items"])

    def delete(self, key: ItemKey) -> None:
        """Deletes the item; no error where there is none."""
        with translated("DeleteItem"):
            self._client.delete_item(TableName=self.table, Key=_to_item(key, {}))

    def delete_if(self, key: ItemKey, *, condition: str, values: Row) -> bool:
        """Deletes the item if the condition holds of it, as in `put_if`; whether it did."""
        try:
            with translated("DeleteItem"):
                self._client.delete_item(
                    TableName=self.table,
                    Key=_to_item(key, {}),
                    ConditionExpression=condition,
                    **_expression(values),
                )
        except Conflict:
            return False
        return True

    def scan_below(
        self, partition: str, *, after: ItemKey | None = None
    ) -> Iterator[tuple[list[ItemKey], ItemKey | None]]:
        """The keys of all items of a partition and of those named `{partition}#…`, wherever.

        Reads the whole table, a megabyte at a time: for what is rare. With each of these pages
        comes the place to go on `after`, None at the end of the table.
        """
        extra: dict[str, Any] = {}
        while True:
            if after is not None:
                extra["ExclusiveStartKey"] = _to_item(after, {})
            with translated("Scan"):
                answer = self._client.scan(
                    TableName=self.table,
                    FilterExpression=f"{PARTITION_KEY} = :it OR begins_with({PARTITION_KEY}, :its)",
                    ExpressionAttributeValues={
                        ":it": {"S": partition},
                        ":its": {"S": f"{partition}#"},
                    },
                    ProjectionExpression=f"{PARTITION_KEY}, {SORT_KEY}",
                    **extra,
                )
            last = answer.get("LastEvaluatedKey")
            after = _key_of(_from_item(last)) if last else None
            yield [_key_of(_from_item(item)) for item in answer["Items"]], after
            if after is None:
                return


def _key_of(item: Mapping[str, Any]) -> ItemKey:
    return ItemKey(item[PARTITION_KEY], item[SORT_KEY])


def _expression(values: Row | None) -> dict[str, Any]:
    """What the names and values of a condition stand for."""
    if not values:
        return {}
    return {
        "ExpressionAttributeValues": {f":{name}": _encode(value) for name, value in values.items()},
        "ExpressionAttributeNames": {f"#{name}": name for name in values},
    }


def _backed_off(attempts: int, *, operation: str) -> int:
    """Sleeps longer each time, with jitter; gives the count of attempts so far."""
    if attempts == ROUNDS:
        raise Unavailable(MESSAGE_BY_ERROR[Unavailable], operation=operation)
    time.sleep(random.uniform(0.5, 1.0) * 0.05 * 2**attempts)
    return attempts + 1


def _to_item(key: ItemKey, row: Row) -> dict[str, Any]:
    item = {name: _encode(value) for name, value in row.items()}
    item[PARTITION_KEY] = {"S": key.partition}
    item[SORT_KEY] = {"S": key.sort}
    return item


def _from_item(item: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _decode(value) for name, value in item.items()}


def _encode(value: Value) -> dict[str, Any]:
    if isinstance(value, bool):
        return {"BOOL": value}
    if isinstance(value, int):
        return {"N": str(value)}
    if isinstance(value, str):
        return {"S": value}
    return {"L": [{"S": entry} for entry in value]}


def _decode(value: Mapping[str, Any]) -> Any:
    ((kind, content),) = value.items()
    if kind == "N":
        return int(content)
    if kind == "L":
        return [_decode(entry) for entry in content]
    return content
