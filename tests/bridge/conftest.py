"""The parts of a hospital, put up and torn down for each test."""

from collections.abc import Iterator
from pathlib import Path

import boto3
import pydicom.config
import pytest
from moto import mock_aws

from scanloft.aws.objects import ObjectStore
from tests.bridge.site import Inbox, Site


@pytest.fixture
def credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")


@pytest.fixture
def inbox(credentials: None) -> Iterator[Inbox]:
    with mock_aws():
        client = boto3.client("s3")
        client.create_bucket(Bucket="inbox")
        yield Inbox(ObjectStore("inbox", client))


@pytest.fixture
def site(tmp_path: Path, inbox: Inbox) -> Iterator[Site]:
    site = Site(tmp_path / "spool", inbox.store)
    yield site
    site.stop()


@pytest.fixture
def unvalidated() -> Iterator[None]:
    """pydicom as the program sets it: what it reads is not judged, so nothing is quoted."""
    with pydicom.config.disable_value_validation():
        yield
