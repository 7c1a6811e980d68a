"""The boto3 clients of a process: made when first asked for, once each."""

import threading
from functools import cache
from typing import TYPE_CHECKING

import boto3
from botocore.config import Config

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_sqs import SQSClient

CONFIG = Config(
    max_pool_connections=64,
    connect_timeout=5,
    read_timeout=60,
    retries={"mode": "standard", "total_max_attempts": 6},
    parameter_validation=False,
    signature_version="s3v4",
    s3={"us_east_1_regional_endpoint": "regional", "addressing_style": "virtual"},
)
"""Standard retries back off with jitter; the pool is as wide as the widest overlap of a batch.

Parameters are checked by mypy, not again at each call: a twentieth of what a call costs in CPU.

KMS asks for signature version 4; CloudFront passes on a signed address only where the host that
was signed is the regional one, in every region (`tests/aws/test_clients.py`).
"""

_making = threading.Lock()
"""boto3's default session is not made for several threads at once."""


@cache
def s3() -> "S3Client":
    """The S3 client."""
    with _making:
        return boto3.client("s3", config=CONFIG)


@cache
def dynamodb() -> "DynamoDBClient":
    """The DynamoDB client."""
    with _making:
        return boto3.client("dynamodb", config=CONFIG)


@cache
def sqs() -> "SQSClient":
    """The SQS client."""
    with _making:
        return boto3.client("sqs", config=CONFIG)
