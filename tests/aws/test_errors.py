import pytest
from botocore.exceptions import ClientError, EndpointConnectionError, ReadTimeoutError

from scanloft.aws.errors import ERROR_BY_CODE, MESSAGE_BY_ERROR, translated
from scanloft.core.errors import ArchiveError, Conflict, NotFound, Unavailable

PASSING = ["SlowDown", "ThrottlingException", "InternalError", "KMS.ThrottlingException", "Unheard"]


@pytest.mark.parametrize(
    ("code", "kind"), [*ERROR_BY_CODE.items(), *((code, Unavailable) for code in PASSING)]
)
def test_a_code_of_aws_is_an_error_of_ours(code: str, kind: type[ArchiveError]) -> None:
    refusal = ClientError({"Error": {"Code": code, "Message": "CANARY"}}, "PutObject")
    with pytest.raises(ArchiveError) as caught, translated("PutObject"):
        raise refusal
    assert type(caught.value) is kind
    assert caught.value.facts == {"operation": "PutObject", "aws_code": code}
    assert caught.value.message == MESSAGE_BY_ERROR[kind]


@pytest.mark.parametrize(
    "error",
    [EndpointConnectionError(endpoint_url="x"), ReadTimeoutError(endpoint_url="x")],
)
def test_a_service_that_does_not_answer_is_unavailable(error: Exception) -> None:
    with pytest.raises(Unavailable) as caught, translated("GetObject"):
        raise error
    assert caught.value.facts["aws_code"] == type(error).__name__


@pytest.mark.parametrize("error", [KeyError("x"), NotFound("x"), Conflict("x")])
def test_other_errors_pass_as_they_are(error: Exception) -> None:
    with pytest.raises(type(error)) as caught, translated("GetObject"):
        raise error
    assert caught.value is error
