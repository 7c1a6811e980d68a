"""Damaged files, at random: a clear rejection or a sound object, never anything else."""

import random
import time
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pydicom
import pytest

from scanloft.core.errors import ArchiveError
from scanloft.deid.engine import deidentify
from scanloft.deid.profile import Profile
from scanloft.deid.pseudonyms import Pseudonyms
from scanloft.dicom.describe import HeaderIncomplete, describe
from scanloft.dicom.json import instance_json
from tests.support.images import image

DATA = Path(__file__).parents[3] / "shared" / "data"
SECONDS = 120
SIZE_LIMIT = 300_000
PSEUDONYMS = Pseudonyms(bytes(32))
PROFILE = Profile.from_dict({"name": "open", "version": 1, "pixel_review": False})

pytestmark = [pytest.mark.fuzz, pytest.mark.filterwarnings("ignore")]


def originals() -> list[bytes]:
    real = [path for path in sorted(DATA.rglob("*.dcm")) if path.stat().st_size < SIZE_LIMIT]
    return [image(), *(path.read_bytes() for path in real)]


def damaged(random_: random.Random, original: bytes) -> bytes:
    """The file with bytes changed, cut out, doubled or cut off, mostly in its header."""
    body = bytearray(original)
    for _ in range(random_.choice((1, 1, 2, 8))):
        place = int(len(body) * random_.random() ** 3)
        length = random_.choice((1, 1, 2, 4, 40))
        match random_.randrange(5):
            case 0:
                body[place : place + length] = random_.randbytes(length)
            case 1:
                del body[place : place + length]
            case 2:
                body[place:place] = body[place : place + length]
            case 3:
                body[place : place + 4] = random_.choice(
                    (b"\xff" * 4, bytes(4), b"\xfe\xff\x00\xe0")
                )
            case _ if random_.random() < 0.1:
                del body[place:]
            case _:
                body[place : place + 1] = b"\xff"
    return bytes(body)


def cases() -> Iterator[bytes]:
    random_ = random.Random(20261122)
    found = originals()
    deadline = time.monotonic() + SECONDS
    while time.monotonic() < deadline:
        yield damaged(random_, random_.choice(found))


def test_damage_ends_in_a_rejection_or_in_an_object_that_can_be_read_indexed_and_shown() -> None:
    passed = 0
    for number, case in enumerate(cases(), start=1):
        try:
            result = deidentify(case, profile=PROFILE, pseudonyms=PSEUDONYMS)
        except ArchiveError:
            continue
        passed += 1
        again = pydicom.dcmread(BytesIO(result.data))
        assert again.SOPInstanceUID == result.sop_uid, number
        try:
            found = describe(result.data, size_bytes=len(result.data))
        except (ArchiveError, HeaderIncomplete) as error:
            raise AssertionError(f"case {number} is archived but not indexed") from error
        assert found.header_length == result.header_length, number
        instance_json(result.data[: found.header_length], bulkdata_base="https://a.example/b")
    assert number > 1000
    assert passed > 100
