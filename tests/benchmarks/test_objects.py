from io import BytesIO
from pathlib import Path

import pydicom
import pytest

from benchmarks.objects import fresh_series, new_uid, sample
from scanloft.core.identifiers import is_uid


@pytest.fixture
def model() -> bytes:
    """The MR that pydicom brings, wherever the tests run."""
    return sample("MR", folder=Path("nowhere")).files[0].read_bytes()


def headers(objects: list[bytes]) -> list[pydicom.Dataset]:
    return [pydicom.dcmread(BytesIO(one), stop_before_pixels=True) for one in objects]


def test_objects_of_a_batch_are_distinct_instances_of_one_series(model: bytes) -> None:
    found = headers(fresh_series(model, batch=1, count=5))
    assert len({header.SOPInstanceUID for header in found}) == 5
    assert len({header.SeriesInstanceUID for header in found}) == 1
    assert len({header.StudyInstanceUID for header in found}) == 1


def test_file_meta_names_the_new_instance_too(model: bytes) -> None:
    (found,) = headers(fresh_series(model, batch=1, count=1))
    assert found.file_meta.MediaStorageSOPInstanceUID == found.SOPInstanceUID


def test_each_batch_is_a_series_of_its_own(model: bytes) -> None:
    first, second = (headers(fresh_series(model, batch=batch, count=2)) for batch in (1, 2))
    assert first[0].SeriesInstanceUID != second[0].SeriesInstanceUID
    assert first[0].SOPInstanceUID != second[0].SOPInstanceUID


def test_fresh_objects_are_as_long_as_their_model(model: bytes) -> None:
    assert {len(one) for one in fresh_series(model, batch=3, count=3)} == {len(model)}


def test_new_uid_is_a_uid_of_the_length_asked_for() -> None:
    uid = new_uid(57, (2, 17))
    assert len(uid) == 57
    assert is_uid(uid)
    assert uid != new_uid(57, (2, 18))


def test_uid_that_has_no_room_for_its_numbers_is_refused() -> None:
    with pytest.raises(ValueError, match="too short"):
        new_uid(30, (1, 1))


def test_sample_falls_back_to_the_file_that_pydicom_brings() -> None:
    found = sample("CT", folder=Path("nowhere"))
    assert [path.name for path in found.files] == ["CT_small.dcm"]
    assert found.title == "CT, 39 kB"
