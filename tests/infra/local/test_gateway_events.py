import base64

import pytest
from werkzeug import Request
from werkzeug.datastructures import Headers
from werkzeug.test import EnvironBuilder

from infra.local.gateway_events import (
    authorizer_event,
    function_for,
    is_open,
    request_event,
    response_of,
)
from scanloft.core.blueprint import API

BASE = "/api/projects/alpha/dicomweb"


def request(
    path: str = "/api/projects", *, query: str = "", body: bytes = b"", content_type: str = ""
) -> Request:
    builder = EnvironBuilder(
        path,
        method="POST" if body else "GET",
        query_string=query,
        data=body,
        content_type=content_type or None,
        headers=Headers([("Authorization", "Bearer t"), ("X-Two", "1")]),
    )
    return builder.get_request(Request)


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/api/projects", "api"),
        ("/api/projects/alpha", "api"),
        ("/api/projects/alpha/dicom", "api"),
        (f"{BASE}/studies", "dicomweb"),
        (f"{BASE}/studies/1/series/2/instances/3", "dicomweb"),
        ("/api/projects/alpha/uploads/dicomweb/x", "api"),
        (BASE, "api"),
        (f"{BASE}/", "api"),
        ("/api/projects//dicomweb/studies", "api"),
        ("/api", None),
        ("/api/", None),
        ("/", None),
        ("/viewer/", None),
        ("/apis/projects", None),
    ],
)
def test_the_longest_matching_route_is_chosen(path: str, name: str | None) -> None:
    function = function_for(path)
    assert (function and function.name) == name


def test_a_request_is_an_event_of_payload_2() -> None:
    event = request_event(
        request(f"{BASE}/studies", query="a=1&a=2&b=x%20y&c="), context={"user": "olga"}
    )
    assert event["rawPath"] == f"{BASE}/studies"
    assert event["rawQueryString"] == "a=1&a=2&b=x%20y&c="
    assert event["queryStringParameters"] == {"a": "1,2", "b": "x y", "c": ""}
    assert event["headers"]["authorization"] == "Bearer t"
    assert event["headers"]["x-two"] == "1"
    assert event["requestContext"]["http"]["method"] == "GET"
    assert event["requestContext"]["authorizer"] == {"lambda": {"user": "olga"}}
    assert "body" not in event


def test_a_request_without_a_query_has_none() -> None:
    assert "queryStringParameters" not in request_event(request(), context={})


@pytest.mark.parametrize(
    ("body", "content_type", "is_text"),
    [
        (b'{"a": "\xc3\xa4"}', "application/json", True),
        (b"[]", "application/dicom+json", True),
        (b"text", "text/plain; charset=utf-8", True),
        (b"\xff\xfe", "application/json", False),
        (b"DICM\0\xff", "application/dicom", False),
        (b"--b", 'multipart/related; type="application/dicom"; boundary=b', False),
        (b"ascii", "", False),
    ],
)
def test_a_body_arrives_as_it_was_sent(body: bytes, content_type: str, is_text: bool) -> None:
    event = request_event(request(body=body, content_type=content_type), context={})
    assert event["isBase64Encoded"] is not is_text
    decoded = event["body"].encode() if is_text else base64.b64decode(event["body"])
    assert decoded == body


def test_the_authoriser_sees_the_token_and_no_body() -> None:
    event = authorizer_event(request(body=b"secret", content_type="text/plain"))
    assert (event["type"], event["identitySource"]) == ("REQUEST", ["Bearer t"])
    assert "body" not in event
    assert "authorizer" not in event["requestContext"]


def test_an_answer_becomes_a_response() -> None:
    response = response_of(
        {
            "statusCode": 303,
            "headers": {"Location": "/objects/a", "Content-Type": "application/json"},
            "multiValueHeaders": {"Link": ["a", "b"]},
            "cookies": ["x=1"],
            "body": "ä",
        }
    )
    assert (response.status_code, response.get_data()) == (303, "ä".encode())
    assert response.headers["Location"] == "/objects/a"
    assert response.headers.getlist("Link") == ["a", "b"]
    assert response.headers.getlist("Set-Cookie") == ["x=1"]


def test_a_binary_answer_is_decoded_and_an_empty_one_is_empty() -> None:
    body = base64.b64encode(b"\0\xff").decode()
    binary = response_of({"statusCode": 200, "body": body, "isBase64Encoded": True})
    assert binary.get_data() == b"\0\xff"
    assert "Content-Type" not in binary.headers
    assert response_of({"statusCode": "204"}).get_data() == b""


@pytest.mark.parametrize(
    ("path", "opened"),
    [
        ("/api/openapi.json", True),
        ("/api/docs", True),
        ("/api/shared/secret", True),
        ("/api/shared/secret/files", True),
        ("/api/shared/secret/files/more", False),
        ("/api/shared/", False),
        ("/api/shared", False),
        ("/api/projects", False),
        ("/api/docs/", False),
    ],
)
def test_only_the_open_routes_ask_for_no_sign_in(path: str, opened: bool) -> None:
    assert is_open(API, path) is opened
