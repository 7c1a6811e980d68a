"""What a VR can hold of what a script gives."""

import pytest
from pydicom.dataset import Dataset

from scanloft.core.errors import CtpQuarantine
from tests.deid.ctp.conftest import Run

KEYWORDS = {
    "AS": "PatientAge",
    "CS": "BodyPartExamined",
    "DA": "StudyDate",
    "DS": "PatientWeight",
    "DT": "AcquisitionDateTime",
    "IS": "InstanceNumber",
    "TM": "StudyTime",
    "US": "Rows",
}


def set_to(run: Run, vr: str, text: str, old: str | int | None = None) -> object:
    dataset = Dataset()
    if old is not None:
        setattr(dataset, KEYWORDS[vr], old)
    run(dataset, {KEYWORDS[vr]: f"@always(){text}"})
    return dataset[KEYWORDS[vr]].value


@pytest.mark.parametrize(
    ("vr", "text"),
    [
        ("AS", "hello"),
        ("AS", "45.5"),
        ("CS", "hello"),
        ("CS", "LONGER THAN 16 LETTERS"),
        ("CS", "A-B"),
        ("DA", "hello"),
        ("DA", "20200230"),
        ("DA", "2020"),
        ("DA", "2020/01/31"),
        ("DA", r"20200101\\hello"),
        ("DS", "1" * 17),
        ("DS", "nan"),
        ("DT", "hello"),
        ("DT", "20201301"),
        ("IS", "99999999999"),
        ("IS", "1_000"),
        ("TM", "hello"),
        ("TM", "250000"),
        ("TM", "10-11-12"),
        ("US", "70000"),
        ("US", "-1"),
    ],
)
def test_what_a_vr_cannot_hold_sends_the_object_to_quarantine(run: Run, vr: str, text: str) -> None:
    with pytest.raises(CtpQuarantine) as caught:
        set_to(run, vr, text)
    assert text not in str(caught.value)


@pytest.mark.parametrize(
    ("vr", "text"),
    [
        ("AS", "045Y"),
        ("AS", "5Y"),
        ("AS", "50"),
        ("CS", "HEAD_2 A"),
        ("DA", "20200131"),
        ("DA", "2020-01-31"),
        ("DA", "2020.01.31"),
        ("DT", "20200131101112.5+0100"),
        ("DT", "2020"),
        ("DT", "2020-01-31"),
        ("TM", "10"),
        ("TM", "101112.123"),
        ("TM", "10:11:12.5"),
        *((vr, "") for vr in KEYWORDS if vr != "US"),
        *((vr, "@blank(3)") for vr in ("AS", "CS", "DA", "DT", "TM")),
    ],
)
def test_what_ctp_writes_in_practice_is_taken(run: Run, vr: str, text: str) -> None:
    value = set_to(run, vr, text)
    assert str(value or "").strip() == ("" if text.startswith("@") else text)


def test_several_values_are_each_looked_at_and_may_be_empty(run: Run) -> None:
    assert list(set_to(run, "DA", r"20200101\\\\20200102")) == ["20200101", "", "20200102"]  # type: ignore[call-overload]  # a list


@pytest.mark.filterwarnings("ignore::UserWarning")
@pytest.mark.parametrize(
    ("vr", "old"),
    [("AS", "old"), ("CS", "Head first"), ("DA", "870101"), ("DT", "soon"), ("TM", "noon")],
)
def test_what_was_there_may_stay_however_it_is_made(run: Run, vr: str, old: str) -> None:
    assert set_to(run, vr, "@contents(this)", old) == old
    with pytest.raises(CtpQuarantine):
        set_to(run, vr, "@contents(this)-", old)


@pytest.mark.filterwarnings("ignore::UserWarning")
def test_a_value_can_be_added_to_malformed_ones(run: Run) -> None:
    assert list(set_to(run, "CS", "@append(){DEID}", "Head")) == ["Head", "DEID"]  # type: ignore[call-overload]  # a list
