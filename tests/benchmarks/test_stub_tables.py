import json

from benchmarks.stub_tables import StubTables


def ask(tables: StubTables, operation: str, **parts: object) -> tuple[int, dict[str, object]]:
    status, body = tables.answer(operation, json.dumps(parts).encode())
    return status, json.loads(body)


def row(sort: str, **values: str) -> dict[str, dict[str, str]]:
    return {name: {"S": value} for name, value in {"PK": "p", "SK": sort, **values}.items()}


def test_conditional_put_takes_the_same_content_and_refuses_other() -> None:
    tables = StubTables()
    statuses = [
        ask(
            tables,
            "PutItem",
            TableName="index",
            Item=row("I#1", sha256=content),
            ConditionExpression="attribute_not_exists(PK) OR #sha256 = :sha256",
            ExpressionAttributeNames={"#sha256": "sha256"},
            ExpressionAttributeValues={":sha256": {"S": content}},
        )[0]
        for content in ("a", "a", "b")
    ]
    assert statuses == [200, 200, 400]


def test_put_over_a_revision_needs_the_row_to_be_there() -> None:
    status, _ = ask(
        StubTables(),
        "PutItem",
        TableName="index",
        Item=row("SE#1"),
        ConditionExpression="#revision = :revision",
        ExpressionAttributeNames={"#revision": "revision"},
        ExpressionAttributeValues={":revision": {"N": "1"}},
    )
    assert status == 400


def test_query_gives_the_rows_of_a_prefix_in_order() -> None:
    tables = StubTables()
    for sort in ("I#2", "SE#1", "I#1"):
        ask(tables, "PutItem", TableName="index", Item=row(sort))
    _, answer = ask(
        tables,
        "Query",
        TableName="index",
        ExpressionAttributeValues={":partition": {"S": "p"}, ":prefix": {"S": "I#"}},
    )
    assert answer["Items"] == [row("I#1"), row("I#2")]
