import traceback

import pydicom
import pytest
from pydicom.dataset import Dataset

from scanloft.core.errors import ArchiveError, MalformedDicom
from scanloft.dicom.raw import raw_value, text, tolerant_pydicom
from scanloft.dicom.read import read_dicom
from tests.dicom.objects import BODY, element, part10


def test_values_that_cannot_be_decoded_stay_raw_and_warn_nobody(
    caplog: pytest.LogCaptureFixture,
) -> None:
    bad = element(0x00080005, "CS", b"KLINGON ") + element(0x00180050, "DS", b"NaN\\x?")
    dataset = read_dicom(part10(bad + element(0x00180088, "DS", b"1")))
    assert dataset.get_item(0x00180050).value == b"NaN\\x?"
    assert caplog.records == []


def test_reading_leaves_the_settings_of_pydicom_as_they_were() -> None:
    before = pydicom.config.settings.reading_validation_mode
    with pytest.raises(MalformedDicom):
        read_dicom(part10(b"\xff" * 30))
    assert pydicom.config.settings.reading_validation_mode == before
    with pytest.warns(UserWarning, match="Invalid value"):
        Dataset().Modality = "lower case"


def test_errors_do_not_carry_the_values_of_the_object() -> None:
    with pytest.raises(ArchiveError) as caught:
        read_dicom(part10(element(0x00080005, "SQ", b"CANARYXX") + BODY))
    shown = "".join(traceback.format_exception(caught.value, chain=True))
    assert "CANARY" not in shown.replace(__file__, "").split("MalformedDicom")[-1]
    assert "CANARY" not in f"{caught.value.facts}"


@pytest.mark.parametrize("error", [ValueError("CANARY"), KeyError("CANARY"), RecursionError()])
def test_what_pydicom_raises_becomes_one_error_without_its_words(error: Exception) -> None:
    with pytest.raises(MalformedDicom, match="cannot be decoded") as caught, tolerant_pydicom():
        raise error
    assert "CANARY" not in f"{caught.value}{caught.value.facts}"
    assert caught.value.__suppress_context__


def test_values_are_given_as_they_were_read() -> None:
    dataset = read_dicom(part10(BODY))
    assert raw_value(dataset, 0x00080016) == b"1.2.840.10008.5.1.4.1.1.2\0"
    assert text(dataset, 0x00080016) == "1.2.840.10008.5.1.4.1.1.2"
    assert (raw_value(dataset, 0x00100010), text(dataset, 0x00100010)) == (b"", "")
