from email import message_from_bytes
from email.message import Message

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanloft.core.multipart import Part, head_size_bytes, multipart_body, multipart_type

BOUNDARY = "3f9cdb1d2c7e4a55a4b3b0a1a0d4f1c2"
HEADERS = {
    "Content-Type": "application/dicom; transfer-syntax=1.2.840.10008.1.2.1",
    "Content-Location": "https://archive.example/studies/1",
}


def _parse(body: bytes) -> list[Message]:
    head = f"Content-Type: {multipart_type('application/dicom', boundary=BOUNDARY)}\r\n\r\n"
    message = message_from_bytes(head.encode() + body)
    assert message.get_content_type() == "multipart/related"
    assert message.get_param("type") == "application/dicom"
    return [part for part in message.walk() if not part.is_multipart()]


@given(st.lists(st.binary(max_size=300), min_size=1, max_size=5))
def test_an_independent_parser_finds_the_parts_again(bodies: list[bytes]) -> None:
    parts = _parse(multipart_body([Part(HEADERS, body) for body in bodies], boundary=BOUNDARY))
    assert [part.get_payload(decode=True) for part in parts] == bodies
    assert all(dict(part.items()) == HEADERS for part in parts)


def test_lines_end_with_crlf_and_the_last_boundary_closes() -> None:
    body = multipart_body([Part({"Content-Type": "text/plain"}, b"x")], boundary="b")
    assert body == b"--b\r\nContent-Type: text/plain\r\n\r\nx\r\n--b--\r\n"


@given(st.lists(st.binary(max_size=50), max_size=4))
def test_size_is_known_before_the_body_is_made(bodies: list[bytes]) -> None:
    body = multipart_body([Part(HEADERS, each) for each in bodies], boundary=BOUNDARY)
    head = head_size_bytes(HEADERS, boundary=BOUNDARY)
    assert len(body) == sum(head + len(each) for each in bodies) + len(BOUNDARY) + len("----\r\n")


def test_a_part_with_the_boundary_in_it_is_never_sent() -> None:
    with pytest.raises(ValueError, match="boundary"):
        multipart_body([Part({}, b"..--b..")], boundary="b")


def test_no_header_field_can_be_smuggled_in() -> None:
    with pytest.raises(ValueError, match="line break"):
        multipart_body([Part({"Content-Location": "x\r\nSet-Cookie: a=b"}, b"")], boundary="b")
