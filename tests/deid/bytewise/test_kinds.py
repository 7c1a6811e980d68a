"""Headers of a kind that was met before are not walked again, and nothing is mixed up by it."""

import sys
import threading
from collections.abc import Iterator
from dataclasses import replace

import pytest

from scanloft.deid.bytewise.kinds import KindBook, book_of
from scanloft.deid.bytewise.walk import ByteWalk
from scanloft.deid.engine import by_bytes, by_pydicom
from scanloft.deid.profiles.profile import Profile
from scanloft.deid.results import Deidentified
from tests.support.growth import in_proportion
from tests.support.objects import COMPREHENSIVE_SR, file_with
from tests.support.two_ways import PSEUDONYMS
from tests.support.wire import Wire

PROFILE = Profile("kinds", 1, pixel_review=False)
LOCATION = 0x00201041


@pytest.fixture(autouse=True)
def nothing_known() -> Iterator[None]:
    book_of.cache_clear()
    yield
    book_of.cache_clear()


@pytest.fixture
def walks(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    counted: list[int] = []
    run = ByteWalk.run

    def counting(self: ByteWalk, *arguments: object) -> object:
        counted.append(1)
        return run(self, *arguments)  # type: ignore[arg-type]  # passed on

    monkeypatch.setattr(ByteWalk, "run", counting)
    return counted


def slice_at(location: str) -> bytes:
    return file_with([Wire(LOCATION, "DS", location.encode())])


def passed(data: bytes, profile: Profile = PROFILE) -> Deidentified:
    result = by_bytes(data, profile=profile, pseudonyms=PSEUDONYMS)
    assert result is not None
    assert result == by_pydicom(data, profile=profile, pseudonyms=PSEUDONYMS)
    return result


def test_the_third_slice_of_a_series_is_not_walked(walks: list[int]) -> None:
    results = [passed(slice_at(f"{number}.5")) for number in range(10, 20)]
    assert len(walks) == 2
    assert len({result.data for result in results}) == 10


def test_a_value_of_another_length_makes_another_kind(walks: list[int]) -> None:
    for location in ("10.5", "10.5", "101.25", "101.25", "10.5", "101.25"):
        passed(slice_at(location))
    assert len(walks) == 4


def test_another_profile_knows_nothing_of_it(walks: list[int]) -> None:
    dated = replace(PROFILE, options=frozenset({"rtn_long_full_dates"}))
    data = file_with([Wire(0x00080022, "DA", b"20200131")])
    kept = [passed(data, profile).data for profile in (PROFILE, PROFILE, PROFILE, dated)]
    assert [b"20200131" in data for data in kept] == [False, False, False, True]


def test_many_threads_get_what_one_gets() -> None:
    files = [slice_at("1" * length) for length in range(2, 16, 2)] * 3
    expected = [passed(data).data for data in files]
    book_of.cache_clear()
    wrong: list[object] = []

    def run() -> None:
        for _ in range(20):
            for data, right in zip(files, expected, strict=True):
                found = by_bytes(data, profile=PROFILE, pseudonyms=PSEUDONYMS)
                if found is None or found.data != right:
                    wrong.append(found)

    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    try:
        threads = [threading.Thread(target=run) for _ in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        sys.setswitchinterval(interval)
    assert wrong == []


def test_a_book_forgets_what_it_met_long_ago() -> None:
    for length in range(2, 1000, 2):
        for _ in range(2):
            passed(file_with([Wire(0x00282000, "OB", bytes(length))]))
    book = book_of(PROFILE)
    assert isinstance(book, KindBook)
    assert len(book) <= 128


def test_objects_without_pixels_that_are_larger_than_the_first_window_stay_whole() -> None:
    value = bytes(range(256)) * 400
    waveform = Wire(0x00282000, "OB", value)
    for _ in range(4):
        result = passed(file_with([waveform], sop_class_uid=COMPREHENSIVE_SR))
        assert value in result.data


def test_thousands_of_names_and_texts_take_time_in_proportion() -> None:
    def named(count: int) -> bytes:
        names = b" ".join(b"name%05d" % number for number in range(count))
        texts = b"\\".join(b"TEXT %05d" % number for number in range(count))
        return file_with([Wire(0x00101001, "PN", names), Wire(0x00081090, "LO", texts)])

    def work(data: bytes) -> None:
        book_of.cache_clear()
        assert b"TEXT" not in passed(data).data

    assert in_proportion(work, named, 5000)
