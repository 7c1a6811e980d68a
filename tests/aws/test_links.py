import boto3
import pytest
from botocore.config import Config

from scanloft.aws.links import public_link
from scanloft.aws.objects import ObjectStore

KEY = "dicom/room/1.1/1.2/1.3"


@pytest.mark.parametrize(
    "addressing",
    [Config(s3={"addressing_style": "path"}), Config(s3={"addressing_style": "virtual"})],
)
def test_link_keeps_the_signature_and_leaves_the_host_of_s3(addressing: Config) -> None:
    client = boto3.client(
        "s3",
        region_name="eu-central-1",
        aws_access_key_id="key",
        aws_secret_access_key="secret",
        config=Config(signature_version="s3v4").merge(addressing),
    )
    signed = ObjectStore("the-archive", client).signed_get(KEY, ttl_s=60, headers={})
    link = public_link(signed, bucket="the-archive", key=KEY, public_base_url="https://a.example/")
    assert link == f"https://a.example/objects/{KEY}?{signed.partition('?')[2]}"
    assert "amazonaws" not in link


def test_address_of_another_key_is_no_link() -> None:
    with pytest.raises(ValueError, match="not the address"):
        public_link(
            "https://b.s3.amazonaws.com/other?x=1",
            bucket="b",
            key=KEY,
            public_base_url="https://a.example",
        )
