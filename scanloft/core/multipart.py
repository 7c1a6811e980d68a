"""Bodies of the type multipart/related, as DICOMweb sends them (RFC 2387, PS3.18 8.6.1.2)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a body: its header fields and its bytes."""

    headers: Mapping[str, str]
    body: bytes


def multipart_type(root_type: str, *, boundary: str) -> str:
    """The Content-Type of a body whose parts are of `root_type`."""
    return f'multipart/related; type="{root_type}"; boundary={boundary}'


def multipart_body(parts: Iterable[Part], *, boundary: str) -> bytes:
    """The body that holds the parts in order, lines ended by CRLF (RFC 2046 5.1.1).

    Raises:
        ValueError: the boundary occurs in a part, or a header field holds a line break: both
            are faults of the caller, who draws the boundary at random and names the fields.
    """
    delimiter = f"--{boundary}".encode("ascii")
    pieces: list[bytes] = []
    for part in parts:
        if delimiter in part.body:
            raise ValueError("The boundary occurs in a part: draw another one.")
        pieces += [delimiter, b"\r\n", _head(part.headers), b"\r\n", part.body, b"\r\n"]
    pieces += [delimiter, b"--\r\n"]
    return b"".join(pieces)


def head_size_bytes(headers: Mapping[str, str], *, boundary: str) -> int:
    """How many bytes a part takes beside its own."""
    return len(boundary) + len(_head(headers)) + len("--\r\n\r\n\r\n")


def _head(headers: Mapping[str, str]) -> bytes:
    lines = [f"{name}: {value}" for name, value in headers.items()]
    if any("\r" in line or "\n" in line for line in lines):
        raise ValueError("A header field cannot hold a line break.")
    return "".join(f"{line}\r\n" for line in lines).encode("latin-1")
