"""The host of signed addresses: CloudFront and the CSP name the regional one of the bucket."""

import pytest

from scanloft.aws import clients
from scanloft.aws.objects import ObjectStore


@pytest.mark.parametrize("region", ["us-east-1", "eu-west-1", "eu-central-1"])
def test_a_signed_address_names_the_regional_host_of_the_bucket(
    monkeypatch: pytest.MonkeyPatch, region: str
) -> None:
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    monkeypatch.setenv("AWS_DEFAULT_REGION", region)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "key")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    clients.s3.cache_clear()
    try:
        store = ObjectStore("bkt", clients.s3())
        host = f"https://bkt.s3.{region}.amazonaws.com/"
        assert store.signed_get("dicom/a", ttl_s=60, headers={}).startswith(f"{host}dicom/a?")
        assert store.signed_post("dicom/a/", size_limit_bytes=1, ttl_s=60).url == host
    finally:
        clients.s3.cache_clear()
