from datetime import UTC, datetime, timedelta

import boto3
import pytest
from botocore.config import Config
from botocore.credentials import Credentials

from infra.local.signatures import check_signature
from scanloft.core.errors import Forbidden

CREDENTIALS = Credentials("an-access-key", "a-secret-key")
REGION = "eu-central-1"


def signed(
    key: str = "dicom/alpha/1 2/ä+b", *, method: str = "get_object", ttl_s: int = 300
) -> str:
    """An address as the archive signs it, by boto3 itself."""
    client = boto3.session.Session(
        CREDENTIALS.access_key, CREDENTIALS.secret_key, region_name=REGION
    ).client("s3", endpoint_url="http://127.0.0.1:9", config=Config(signature_version="s3v4"))
    parameters = {"Bucket": "archive", "Key": key}
    if method == "get_object":
        parameters["ResponseContentDisposition"] = 'attachment; filename="a b.dcm"'
    return client.generate_presigned_url(method, Params=parameters, ExpiresIn=ttl_s)


def check(
    url: str, *, after_s: float = 0, secret: str = CREDENTIALS.secret_key, method: str = "GET"
) -> None:
    check_signature(
        url,
        credentials=Credentials(CREDENTIALS.access_key, secret),
        region=REGION,
        now=datetime.now(UTC) + timedelta(seconds=after_s),
        method=method,
    )


@pytest.mark.parametrize("key", ["a", "dicom/alpha/1 2/ä+b", "a~b(c)!*'", "a%2Fb"])
def test_what_boto3_signed_passes(key: str) -> None:
    check(signed(key))


def test_it_passes_for_the_method_it_was_signed_for_only() -> None:
    check(signed(method="put_object"), method="PUT")
    check(signed(method="head_object"), method="HEAD")
    with pytest.raises(Forbidden):
        check(signed(), method="PUT")


def test_it_passes_until_its_time_is_over() -> None:
    url = signed(ttl_s=300)
    check(url, after_s=290)
    with pytest.raises(Forbidden, match="expired"):
        check(url, after_s=302)


TAMPERED = {
    "other key": ("/dicom/alpha/", "/dicom/beta/"),
    "longer time": ("X-Amz-Expires=300", "X-Amz-Expires=30000"),
    "endless time": ("X-Amz-Expires=300", "X-Amz-Expires=99999999999"),
    "other header": ("attachment", "inline"),
    "other signer": ("an-access-key", "my-access-key"),
    "other date": ("X-Amz-Date=20", "X-Amz-Date=21"),
    "no signature": ("X-Amz-Signature", "X-Amz-Nothing"),
    "no time": ("X-Amz-Expires", "X-Amz-Nothing"),
    "no date": ("X-Amz-Date", "X-Amz-Nothing"),
    "odd time": ("X-Amz-Expires=300", "X-Amz-Expires=soon"),
    "no life": ("X-Amz-Expires=300", "X-Amz-Expires=0"),
    "more": ("X-Amz-Expires=300", "X-Amz-Expires=300&versionId=1"),
}


@pytest.mark.parametrize(("old", "new"), TAMPERED.values(), ids=TAMPERED.keys())
def test_what_was_changed_afterwards_does_not_pass(old: str, new: str) -> None:
    url = signed()
    assert old in url
    with pytest.raises(Forbidden):
        check(url.replace(old, new))


@pytest.mark.parametrize("url", ["", "http://127.0.0.1:9/archive/a", "http://127.0.0.1:9/a?x=1"])
def test_what_was_never_signed_does_not_pass(url: str) -> None:
    with pytest.raises(Forbidden, match="not signed"):
        check(url)


def test_what_others_signed_does_not_pass() -> None:
    with pytest.raises(Forbidden):
        check(signed(), secret="another-secret")  # guards nothing


def test_a_second_value_in_front_of_a_signed_one_does_not_pass() -> None:
    with pytest.raises(Forbidden):
        check(signed().replace("?", "?response-content-disposition=inline&"))


def test_what_is_not_valid_yet_does_not_pass() -> None:
    with pytest.raises(Forbidden):
        check(signed(), after_s=-24 * 3600)
