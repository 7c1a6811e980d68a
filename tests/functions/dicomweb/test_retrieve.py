from email import message_from_bytes
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from dicomweb_client.web import DICOMwebClient

from scanloft.core.model import Location
from tests.functions.dicomweb.front import EXPLICIT, JPEG, URL, Front, Reply

ONE = "/studies/1.1/series/1.1.1/instances/1.1.1.1"
JPEG_ONE = "/studies/1.2/series/1.2.1/instances/1.2.1.1"


def _parts(answer: Reply) -> list[tuple[str, str, Any]]:
    head = f"Content-Type: {answer.headers['Content-Type']}\r\n\r\n".encode()
    message = message_from_bytes(head + answer.body)
    return [
        (part["Content-Type"], part["Content-Location"], part.get_payload(decode=True))
        for part in message.walk()
        if not part.is_multipart()
    ]


def test_instance_comes_as_multipart_unless_asked_otherwise(front: Front) -> None:
    for headers in ({}, {"accept": "*/*"}, {"accept": "multipart/related; type=application/dicom"}):
        answer = front.ask(ONE, headers=headers)
        assert answer.status == 200
        expected = (f"application/dicom; transfer-syntax={EXPLICIT}", f"{URL}{ONE}", b"one")
        assert _parts(answer) == [expected]


def test_instance_comes_alone_where_that_is_asked_for(front: Front) -> None:
    answer = front.ask(ONE, headers={"accept": "application/dicom"})
    assert (answer.status, answer.body) == (200, b"one")
    assert answer.headers["Content-Type"] == f"application/dicom; transfer-syntax={EXPLICIT}"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="1.1.1.1.dcm"'
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"].startswith("private")


@pytest.mark.parametrize(
    ("accept", "status"),
    [
        (f"application/dicom; transfer-syntax={JPEG}", 200),
        ("application/dicom; transfer-syntax=*", 200),
        (f"application/dicom; transfer-syntax={EXPLICIT}", 406),
        (f'multipart/related; type="application/dicom"; transfer-syntax={EXPLICIT}', 406),
        ('multipart/related; type="application/dicom"; transfer-syntax=*', 200),
        ("image/jpeg", 406),
    ],
)
def test_instance_is_sent_only_as_it_is_stored(front: Front, accept: str, status: int) -> None:
    assert front.ask(JPEG_ONE, headers={"accept": accept}).status == status


def test_accept_in_the_query_counts_before_the_header(front: Front) -> None:
    answer = front.ask(ONE, "accept=application/dicom", headers={"accept": "image/jpeg"})
    assert answer.body == b"one"


def test_series_and_study_come_whole(front: Front) -> None:
    series = _parts(front.ask("/studies/1.1/series/1.1.1"))
    assert [body for *_, body in series] == [b"one", b"two"]
    study = _parts(front.ask("/studies/1.1"))
    assert [body for *_, body in study] == [b"one", b"two", b"three"]
    assert len({location for _, location, _ in study}) == 3


def test_one_instance_in_another_transfer_syntax_is_enough_to_refuse(front: Front) -> None:
    front.store("1.1", "1.1.1", "1.1.1.3", transfer_syntax_uid=JPEG)
    path = "/studies/1.1/series/1.1.1"
    wanted = 'multipart/related; type="application/dicom"; transfer-syntax='
    assert front.ask(path, headers={"accept": f"{wanted}{EXPLICIT}"}).status == 406
    assert front.ask(path, headers={"accept": f"{wanted}*"}).status == 200
    assert front.ask(path, headers={"accept": "application/dicom"}).status == 406


def test_the_bytes_are_read_where_the_location_says(front: Front) -> None:
    row = front.store("5", "5.1", "5.1.1", body=b"head|the instance|tail")
    packed = Location(row.location.key, 5, 12)
    fields = {name: getattr(row, name) for name in type(row).__slots__}
    front.services.index.put_instance(type(row)(**{**fields, "location": packed}))
    answer = front.ask("/studies/5/series/5.1/instances/5.1.1", "accept=application/dicom")
    assert answer.body == b"the instance"


def test_what_the_client_has_is_not_sent_again(front: Front) -> None:
    for path in (ONE, "/studies/1.1/series/1.1.1", "/studies/1.1"):
        etag = front.ask(path).headers["ETag"]
        answer = front.ask(path, headers={"if-none-match": etag})
        assert (answer.status, answer.body) == (304, b"")


@pytest.mark.parametrize(
    "path",
    [
        "/studies/9", "/studies/1.1/series/9", "/studies/1.2/series/1.1.1",
        "/studies/1.1/series/1.1.1/instances/9", "/studies/1.2/series/1.1.1/instances/1.1.1.1",
        "/studies/1.1/series/1.1.2/instances/1.1.1.1",
    ],
)  # fmt: skip
def test_what_is_not_there_is_not_found(front: Front, path: str) -> None:
    assert front.ask(path).status == 404


def test_large_instance_is_had_from_the_same_host(front: Front) -> None:
    row = front.store("6", "6.1", "6.1.1", body=b"x" * 20_001)
    answer = front.ask("/studies/6/series/6.1/instances/6.1.1")
    location = urlsplit(answer.headers["Location"])
    assert (answer.status, answer.body) == (303, b"")
    assert f"{location.scheme}://{location.netloc}" == "https://archive.example"
    assert location.path == f"/objects/{row.location.key}"
    signed = parse_qs(location.query)
    assert signed["response-content-disposition"] == ['attachment; filename="6.1.1.dcm"']
    assert signed["response-content-type"] == ["application/dicom"]
    assert answer.headers["Cache-Control"] == "no-store"


def test_large_series_and_study_name_the_ways_to_have_them(front: Front) -> None:
    rows = [front.store("7", "7.1", f"7.1.{n}", body=b"x" * 9_900) for n in range(2)]
    for path in ("/studies/7/series/7.1",):
        assert front.ask(path).status == 413
    front.sum_up([*rows, front.store("7", "7.1", "7.1.2", body=b"x" * 9_900)])
    for path in ("/studies/7/series/7.1", "/studies/7"):
        answer = front.ask(path)
        assert (answer.status, answer.json["code"]) == (413, "oversized")
        assert "/download/" in answer.json["detail"]


def test_dicomweb_client_finds_the_instances_in_the_body(front: Front) -> None:
    answer = front.ask("/studies/1.1")
    response = requests.Response()
    response.status_code = answer.status
    response._content = answer.body
    response.headers.update(answer.headers)
    client = DICOMwebClient("https://archive.example")
    found = list(client._decode_multipart_message(response, stream=False))
    assert found == [b"one", b"two", b"three"]
