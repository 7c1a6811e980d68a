"""The DynamoDB tables and the SQS queue of the stand-in: the operations the pipeline uses."""

import hashlib
import json
from collections.abc import Callable
from typing import Any

Item = dict[str, Any]
Parts = dict[str, Any]

ABSENT = "attribute_not_exists(PK)"
REFUSED = {
    "__type": "com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException",
    "message": "The conditional request failed",
}


class StubTables:
    """Items by table, partition key and sort key; messages are taken and forgotten."""

    def __init__(self) -> None:
        self._partitions: dict[tuple[str, str], dict[str, Item]] = {}
        self._work: dict[str, Callable[[Parts], Parts]] = {
            "GetItem": self._get,
            "BatchGetItem": self._get_many,
            "PutItem": self._put,
            "BatchWriteItem": self._put_many,
            "Query": self._query,
            "SendMessageBatch": _send_many,
        }

    def answer(self, operation: str, body: bytes) -> tuple[int, bytes]:
        """The status and the body of the answer.

        Raises:
            KeyError: an operation that the pipeline did not use when this was written.
        """
        answer = self._work[operation](json.loads(body))
        return (400 if answer is REFUSED else 200), json.dumps(answer).encode()

    def _partition(self, table: str, item: Item) -> dict[str, Item]:
        return self._partitions.setdefault((table, item["PK"]["S"]), {})

    def _find(self, table: str, key: Item) -> Item | None:
        return self._partition(table, key).get(key["SK"]["S"])

    def _store(self, table: str, item: Item) -> None:
        self._partition(table, item)[item["SK"]["S"]] = item

    def _get(self, parts: Parts) -> Parts:
        item = self._find(parts["TableName"], parts["Key"])
        return {} if item is None else {"Item": item}

    def _get_many(self, parts: Parts) -> Parts:
        found = {
            table: [item for key in asked["Keys"] if (item := self._find(table, key))]
            for table, asked in parts["RequestItems"].items()
        }
        return {"Responses": found, "UnprocessedKeys": {}}

    def _put(self, parts: Parts) -> Parts:
        present = self._find(parts["TableName"], parts["Item"])
        if not _holds(parts, present):
            return REFUSED
        self._store(parts["TableName"], parts["Item"])
        return {}

    def _put_many(self, parts: Parts) -> Parts:
        for table, requests in parts["RequestItems"].items():
            for request in requests:
                self._store(table, request["PutRequest"]["Item"])
        return {"UnprocessedItems": {}}

    def _query(self, parts: Parts) -> Parts:
        values = parts["ExpressionAttributeValues"]
        partition = (parts["TableName"], values[":partition"]["S"])
        prefix = values.get(":prefix", {"S": ""})["S"]
        rows = self._partitions.get(partition, {})
        items = [rows[sort] for sort in sorted(rows) if sort.startswith(prefix)]
        return {"Items": items, "Count": len(items), "ScannedCount": len(items)}


def _holds(parts: Parts, present: Item | None) -> bool:
    """Whether the condition holds: absence, equality of one attribute, or either of the two."""
    condition = parts.get("ConditionExpression", "")
    if not condition:
        return True
    if present is None:
        return str(condition).startswith(ABSENT)
    names, values = (parts.get(f"ExpressionAttribute{kind}", {}) for kind in ("Names", "Values"))
    return bool(names) and all(
        present.get(attribute) == values[f":{alias[1:]}"] for alias, attribute in names.items()
    )


def _send_many(parts: Parts) -> Parts:
    sent = [
        {
            "Id": entry["Id"],
            "MessageId": f"message-{entry['Id']}",
            "MD5OfMessageBody": hashlib.md5(
                entry["MessageBody"].encode(), usedforsecurity=False
            ).hexdigest(),
        }
        for entry in parts["Entries"]
    ]
    return {"Successful": sent, "Failed": []}
