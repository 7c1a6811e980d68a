import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanloft.deid.pseudonyms import Pseudonyms, is_well_known

ONE = Pseudonyms(b"1" * 32)
OTHER = Pseudonyms(b"2" * 32)


def test_a_short_secret_is_refused() -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        Pseudonyms(b"1" * 31)


@given(st.text(min_size=1).filter(lambda text: text.strip(" \0") and not is_well_known(text)))
def test_uids_are_valid_repeatable_and_depend_on_the_secret(old: str) -> None:
    new = ONE.uid(old)
    assert re.fullmatch(r"2\.25\.[1-9][0-9]{0,38}", new)
    assert new == ONE.uid(old) != OTHER.uid(old)


def test_the_number_of_a_uid_is_a_uuid_of_version_8() -> None:
    number = int(ONE.uid("1.2.3").removeprefix("2.25."))
    assert number >> 76 & 0xF == 8
    assert number >> 62 & 0b11 == 0b10


@pytest.mark.parametrize("uid", ["1.2.840.10008.1.1", "1.2.840.10008.5.1.4.1.1.88.22", ""])
def test_uids_of_the_standard_and_blanks_are_left(uid: str) -> None:
    assert ONE.uid(uid) == uid


@pytest.mark.parametrize("uid", ["1.2.840.10008", "1.2.840.10008.NAME", "1.2.840.10008.123456789"])
def test_what_only_resembles_a_uid_of_the_standard_is_replaced(uid: str) -> None:
    assert ONE.uid(uid) != uid


def test_padding_does_not_change_a_pseudonym() -> None:
    assert ONE.uid("1.2.3\0") == ONE.uid("1.2.3")
    assert ONE.patient_id(" A1 ") == ONE.patient_id("A1")


@given(st.text(min_size=1).filter(lambda text: text.strip(" \0")))
def test_patient_ids_are_short_repeatable_and_depend_on_the_secret(old: str) -> None:
    new = ONE.patient_id(old)
    assert re.fullmatch(r"SL-[A-Z2-7]{16}", new)
    assert new == ONE.patient_id(old) != OTHER.patient_id(old)


def test_a_blank_patient_id_stays_blank() -> None:
    assert ONE.patient_id("  ") == ""


@given(st.text())
def test_shifts_lie_in_the_ten_years_before_and_are_never_zero(patient_id: str) -> None:
    assert -3650 <= ONE.shift_days(patient_id) <= -1


def test_shifts_differ_between_patients() -> None:
    assert len({ONE.shift_days(str(number)) for number in range(100)}) > 90


def test_content_ids_recognise_the_same_bytes_only_with_the_same_secret() -> None:
    assert ONE.content_id(b"abc") == ONE.content_id(memoryview(b"abc"))
    assert re.fullmatch("[0-9a-f]{32}", ONE.content_id(b"abc"))
    assert ONE.content_id(b"abc") != OTHER.content_id(b"abc")


def test_kinds_of_pseudonyms_do_not_share_a_key() -> None:
    assert ONE.content_id(b"1.2.3") not in f"{int(ONE.uid('1.2.3').removeprefix('2.25.')):032x}"
