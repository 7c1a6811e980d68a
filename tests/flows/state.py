"""What an archive holds, in a form that can be compared: keys, checksums and rows."""

from typing import Any

from infra.local.archive import LocalArchive
from infra.local.place import bucket_name, table_name
from scanloft.core.blueprint import ARCHIVE, INBOX
from scanloft.core.tables import INDEX

KEPT = ("#SE#", "#ST#", "#IDX#")
"""Partitions of instances, series and studies."""


def state_of(archive: LocalArchive) -> dict[str, Any]:
    """The objects of both buckets, and the rows of instances, series, studies and quarantine."""
    s3 = archive.client("s3")
    return {
        "archive": _objects(s3, bucket_name(ARCHIVE)),
        "inbox": _objects(s3, bucket_name(INBOX)),
        "rows": rows(archive),
    }


def rows(archive: LocalArchive) -> dict[tuple[str, str], dict[str, Any]]:
    """The rows that must not change when the same is sent again, without their revision."""
    return {
        (item["PK"]["S"], item["SK"]["S"]): {
            name: value for name, value in item.items() if name != "revision"
        }
        for item in all_items(archive, table_name(INDEX))
        if any(part in item["PK"]["S"] for part in KEPT) or item["SK"]["S"].startswith("Q#")
    }


def all_items(archive: LocalArchive, table: str) -> list[dict[str, Any]]:
    """All items of a table."""
    pages = archive.client("dynamodb").get_paginator("scan").paginate(TableName=table)
    return [item for page in pages for item in page["Items"]]


def _objects(s3: Any, bucket: str) -> dict[str, str]:
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket)
    return {entry["Key"]: entry["ETag"] for page in pages for entry in page.get("Contents", ())}
