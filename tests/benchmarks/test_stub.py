import json

from benchmarks.stub import Request, StubBuckets
from benchmarks.stub_tables import StubTables


def request(method: str, path: str = "/bucket/key", **parts: object) -> Request:
    values: dict[str, object] = {"query": "", "headers": {}, "body": b""}
    return Request(method=method, path=path, **(values | parts))  # type: ignore[arg-type]  # as given


def ask(tables: StubTables, operation: str, **parts: object) -> tuple[int, dict[str, object]]:
    status, body = tables.answer(operation, json.dumps(parts).encode())
    return status, json.loads(body)


def row(sort: str, **values: str) -> dict[str, dict[str, str]]:
    return {name: {"S": value} for name, value in {"PK": "p", "SK": sort, **values}.items()}


def test_object_comes_back_with_the_metadata_it_was_put_with() -> None:
    buckets = StubBuckets()
    buckets.answer(request("PUT", body=b"pixels", headers={"x-amz-meta-sha256": "abc"}))
    answer = buckets.answer(request("GET"))
    assert (answer.status, answer.body) == (200, b"pixels")
    assert answer.headers["x-amz-meta-sha256"] == "abc"


def test_range_of_an_object_says_how_large_the_whole_is() -> None:
    buckets = StubBuckets()
    buckets.answer(request("PUT", body=b"0123456789"))
    answer = buckets.answer(request("GET", headers={"range": "bytes=2-99"}))
    assert (answer.status, answer.body) == (206, b"23456789")
    assert answer.headers["Content-Range"] == "bytes 2-9/10"


def test_second_put_of_a_key_that_must_be_absent_is_refused() -> None:
    buckets = StubBuckets()
    only_new = request("PUT", body=b"1", headers={"if-none-match": "*"})
    assert [buckets.answer(only_new).status for _ in range(2)] == [200, 412]


def test_deleted_object_is_gone() -> None:
    buckets = StubBuckets()
    buckets.answer(request("PUT", body=b"1"))
    body = b"<Delete><Object><Key>key</Key></Object></Delete>"
    buckets.answer(request("POST", "/bucket", query="delete", body=body))
    assert buckets.answer(request("GET")).status == 404


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
