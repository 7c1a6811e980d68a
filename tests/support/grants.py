"""What functions call at AWS, and what their roles grant, in the same words."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from infra.permissions import PERMISSIONS_BY_FUNCTION, ObjectAccess, RowAccess, Sending

KNOWN_AS = {
    "HeadObject": "GetObject",
    "CreateMultipartUpload": "PutObject",
    "UploadPart": "PutObject",
    "CompleteMultipartUpload": "PutObject",
    "ListParts": "ListMultipartUploadParts",
    "ListObjectsV2": "ListBucket",
    "ListObjectVersions": "ListBucketVersions",
    "ListMultipartUploads": "ListBucketMultipartUploads",
}
"""Actions that IAM knows by another operation's name."""
OF_BUCKETS = {"ListBucket", "ListBucketVersions", "ListBucketMultipartUploads"}


def granted(function: str) -> set[str]:
    """What the role of a function grants."""
    found = set()
    for permission in PERMISSIONS_BY_FUNCTION[function]:
        match permission:
            case ObjectAccess():
                bucket = permission.bucket.name
                found |= {
                    f"{verb} {bucket}/{prefix}"
                    for verb in permission.verbs
                    for prefix in permission.prefixes
                }
            case RowAccess():
                found |= {f"{action} {permission.table.name}" for action in permission.actions}
            case Sending():
                found.add("sqs:SendMessage")
    return found


@dataclass(frozen=True, slots=True)
class Names:
    """What the buckets and tables of a place stand for."""

    bucket_by_name: Mapping[str, str]
    table_by_name: Mapping[str, str]

    @contextmanager
    def taken_down(self, *clients: Any) -> Iterator[set[str]]:
        """The actions that the clients are asked for meanwhile, addresses they sign included."""
        seen: set[str] = set()

        def note(params: Mapping[str, Any], model: Any, **_: object) -> None:
            seen.update(self.actions(model.service_model.service_name, model.name, params))

        for client in clients:
            client.meta.events.register("before-parameter-build", note)
        try:
            yield seen
        finally:
            for client in clients:
                client.meta.events.unregister("before-parameter-build", note)

    def actions(self, service: str, operation: str, params: Mapping[str, Any]) -> set[str]:
        """The actions that IAM asks for when an operation is called."""
        if service == "sqs":
            return {"sqs:SendMessage"}
        if service == "dynamodb":
            tables = params.get("RequestItems") or [params["TableName"]]
            return {f"dynamodb:{operation} {self.table_by_name[table]}" for table in tables}
        if operation in ("CopyObject", "UploadPartCopy"):
            bucket, _, key = str(params["CopySource"]).partition("/")
            source = f"s3:GetObject {self._place({'Bucket': bucket, 'Key': key})}"
            return {source, f"s3:PutObject {self._place(params)}"}
        if operation == "DeleteObjects":
            keys = params["Delete"]["Objects"]
            return {f"s3:DeleteObject {self._place({**params, **entry})}" for entry in keys}
        if operation == "CreateBucket":  # how boto3 finds the address of a presigned form
            return set()
        action = KNOWN_AS.get(operation, operation)
        if action in OF_BUCKETS:
            return {f"s3:{action} {self.bucket_by_name[params['Bucket']]}"}
        return {f"s3:{action} {self._place(params)}"}

    def _place(self, params: Mapping[str, Any]) -> str:
        return f"{self.bucket_by_name[params['Bucket']]}/{params['Key'].split('/')[0]}/"
