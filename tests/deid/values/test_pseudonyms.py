import hmac
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanloft.core.errors import UnlistedSubject
from scanloft.deid.profiles.profile import Subjects
from scanloft.deid.values.pseudonyms import (
    CACHE_LIMIT,
    UID_LENGTH_LIMIT,
    Pseudonyms,
    is_well_known,
    lookup_key,
    subject_scope,
)

ONE = Pseudonyms(b"1" * 32)
OTHER = Pseudonyms(b"2" * 32)
LISTED = Pseudonyms(
    b"1" * 32,
    lookup={"ptid/A1": "SUBJ-1", "ptid/B7": "SUBJ-1", "ptid/C": "SUBJ-2", "ptid/site:X/A1": "X-1"},
)


def test_a_short_secret_is_refused() -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        Pseudonyms(b"1" * 31)


def test_pseudonyms_stay_what_they_were_when_archives_were_filled_with_them() -> None:
    assert ONE.uid("1.2.3") == "2.25.281292608558181437034432280155886843016"
    assert ONE.patient_id("A1") == "SL-2EA2HCZ3OOGTPVIN"
    assert ONE.shift_days("A1") == -320
    assert ONE.content_id(b"abc") == "0c5e5a5dd84dbd5bc5292c3330dcc595"


@given(st.binary(min_size=32, max_size=99), st.binary(max_size=200))
def test_content_ids_are_hmac_sha256(secret: bytes, data: bytes) -> None:
    key = hmac.digest(secret, b"content", "sha256")
    assert Pseudonyms(secret).content_id(data) == hmac.digest(key, data, "sha256").hex()[:32]


@given(st.text(min_size=1).filter(lambda text: text.strip(" \0") and not is_well_known(text)))
def test_uids_are_valid_repeatable_and_depend_on_the_secret(old: str) -> None:
    new = ONE.uid(old)
    assert re.fullmatch(r"2\.25\.[1-9][0-9]{0,38}", new)
    assert new == ONE.uid(old) == Pseudonyms(b"1" * 32).uid(old) != OTHER.uid(old)


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


def test_uids_do_not_change_when_more_come_than_are_remembered() -> None:
    pseudonyms = Pseudonyms(b"1" * 32)
    before = [pseudonyms.uid(f"1.2.{number}") for number in range(CACHE_LIMIT + 10)]
    assert [pseudonyms.uid(f"1.2.{number}") for number in range(CACHE_LIMIT + 10)] == before
    assert len(set(before)) == CACHE_LIMIT + 10


def test_what_is_remembered_is_bounded_in_number_and_in_length() -> None:
    pseudonyms = Pseudonyms(b"1" * 32)
    for number in range(CACHE_LIMIT + 10):
        pseudonyms.uid(f"1.2.{number}")
    pseudonyms.uid("9" * (UID_LENGTH_LIMIT + 1))
    assert 0 < len(pseudonyms._uids) <= CACHE_LIMIT
    assert max(map(len, pseudonyms._uids)) <= UID_LENGTH_LIMIT


def test_padding_does_not_change_a_pseudonym() -> None:
    assert ONE.uid("1.2.3\0") == ONE.uid("1.2.3")
    assert ONE.patient_id(" A1 ") == ONE.patient_id("A1")
    assert LISTED.patient_id("A1 ") == "SUBJ-1"


@given(st.text(min_size=1).filter(lambda text: text.strip(" \0")))
def test_patient_ids_are_short_repeatable_and_depend_on_the_secret(old: str) -> None:
    new = ONE.patient_id(old)
    assert re.fullmatch(r"SL-[A-Z2-7]{16}", new)
    assert new == ONE.patient_id(old) != OTHER.patient_id(old)


def test_the_prefix_can_be_another_or_none() -> None:
    base = ONE.patient_id("A1").removeprefix("SL-")
    assert Pseudonyms(b"1" * 32, patient_id_prefix="TRIAL.").patient_id("A1") == f"TRIAL.{base}"
    assert Pseudonyms(b"1" * 32, patient_id_prefix="").patient_id("A1") == base


@pytest.mark.parametrize("pseudonyms", [ONE, LISTED], ids=["hmac", "lookup"])
def test_a_blank_patient_id_stays_blank(pseudonyms: Pseudonyms) -> None:
    assert pseudonyms.patient_id("  ") == ""


@given(st.text())
def test_shifts_lie_in_the_ten_years_before_and_are_never_zero(patient_id: str) -> None:
    assert -3650 <= ONE.shift_days(patient_id) <= -1


def test_shifts_differ_between_patients() -> None:
    assert len({ONE.shift_days(str(number)) for number in range(100)}) > 90


@given(st.text(), st.text(min_size=1), st.text(min_size=1))
def test_the_same_patient_id_in_two_scopes_is_two_subjects(old: str, one: str, two: str) -> None:
    scopes = {"", one, two}
    ids = {ONE.patient_id(f"x{old}x", within=scope) for scope in scopes}
    assert len(ids) == len(scopes)
    assert ONE.patient_id(old, within=one) == ONE.patient_id(old, within=one)


def test_dates_shift_by_the_scope_too() -> None:
    scopes = [f"site:{number}" for number in range(100)]
    assert len({ONE.shift_days("A1", within=scope) for scope in scopes}) > 90
    assert ONE.shift_days("A1", within="site:1") == ONE.shift_days("A1", within="site:1")


def test_any_number_of_scopes_takes_a_bounded_amount_of_memory() -> None:
    pseudonyms = Pseudonyms(b"1" * 32)
    ids = [pseudonyms.patient_id("A1", within=f"issuer:{number}") for number in range(1000)]
    assert len(set(ids)) == 1000
    assert len(pseudonyms._digests) < 300


def test_listed_patients_get_what_the_table_says() -> None:
    assert LISTED.patient_id("A1") == LISTED.patient_id("B7") == "SUBJ-1"
    assert LISTED.patient_id("A1", within="site:X") == "X-1"


@pytest.mark.parametrize(
    ("old", "within"), [("CANARY", ""), ("A1", "site:CANARY"), ("C", "site:X")]
)
def test_who_is_not_listed_in_this_scope_is_refused_without_a_word_of_who_it_is(
    old: str, within: str
) -> None:
    with pytest.raises(UnlistedSubject) as refused:
        LISTED.patient_id(old, within=within)
    assert refused.value.code == "unlisted_subject"
    assert "CANARY" not in str(refused.value)
    assert refused.value.facts == {}
    assert refused.value.__suppress_context__


def test_dates_of_patients_whom_the_table_makes_one_move_together() -> None:
    assert LISTED.shift_days("A1") == LISTED.shift_days("B7") != LISTED.shift_days("C")


def test_a_value_may_lead_on_to_another_key_and_dates_move_by_where_it_ends() -> None:
    lookup = {"ptid/A1": "@ptid/B1", "ptid/B1": "@mrn/7", "mrn/7": "SUBJ-1", "ptid/C": "@ptid/C"}
    pseudonyms = Pseudonyms(b"1" * 32, lookup=lookup)
    assert pseudonyms.patient_id("A1") == pseudonyms.patient_id("B1") == "SUBJ-1"
    assert pseudonyms.shift_days("A1") == pseudonyms.shift_days("B1") == LISTED.shift_days("A1")


@pytest.mark.parametrize("value", ["@ptid/CANARY", "@ptid/A1", "@ptid/"])
def test_who_is_led_on_to_nothing_or_in_a_circle_is_not_listed(value: str) -> None:
    with pytest.raises(UnlistedSubject) as refused:
        Pseudonyms(b"1" * 32, lookup={"ptid/A1": value}).patient_id("A1")
    assert "CANARY" not in str(refused.value)


def test_dates_of_objects_without_a_listed_patient_move_all_the_same() -> None:
    assert LISTED.shift_days("1.2.3") == ONE.shift_days("1.2.3")


def test_a_table_may_serve_scripts_alone() -> None:
    scripted = Pseudonyms(b"1" * 32, lookup={"site/7": "B"}, lookup_patients=False)
    assert scripted.lookup["site/7"] == "B"
    assert scripted.patient_id("A1") == ONE.patient_id("A1")
    assert scripted.shift_days("A1") == ONE.shift_days("A1")


def test_a_table_is_asked_for_nothing_but_what_an_object_has() -> None:
    class Asked(Mapping[str, str]):
        def __init__(self) -> None:
            self.keys_asked: list[str] = []

        def __getitem__(self, key: str) -> str:
            self.keys_asked.append(key)
            return "S"

        def __iter__(self) -> Iterator[str]:
            raise AssertionError("The whole table was read.")

        def __len__(self) -> int:
            raise AssertionError("The whole table was read.")

    lookup = Asked()
    assert Pseudonyms(b"1" * 32, lookup=lookup).patient_id("A1", within="site:X") == "S"
    assert lookup.keys_asked == ["ptid/site:X/A1"]


@pytest.mark.parametrize(
    ("subjects", "issuer", "site", "scope"),
    [
        (Subjects.PROJECT, "HOSPITAL", "A", ""),
        (Subjects.ISSUER, " HOSPITAL ", "A", "issuer:HOSPITAL"),
        (Subjects.ISSUER, "", "A", "site:A"),
        (Subjects.SITE, "HOSPITAL", "A", "site:A"),
        (Subjects.SITE, "HOSPITAL", "", "site:"),
    ],
)
def test_the_scope_of_a_subject_is_what_the_study_wants(
    subjects: Subjects, issuer: str, site: str, scope: str
) -> None:
    assert subject_scope(subjects, issuer=issuer, site=site) == scope


def test_keys_of_a_table_have_the_form_that_ctp_uses() -> None:
    assert lookup_key("1234") == "ptid/1234"
    assert lookup_key("1234", within="issuer:H") == "ptid/issuer:H/1234"
    assert lookup_key("12/34", within="issuer:H1") == "ptid/issuer:H1/12/34"
    assert lookup_key("34", within="issuer:H1/12") == "ptid/issuer:H1%2F12/34"
    assert lookup_key("34", within="issuer:H1%2F12") == "ptid/issuer:H1%252F12/34"


@given(st.text(), st.text(), st.text(min_size=1), st.text(min_size=1))
def test_no_two_subjects_share_a_key(one: str, two: str, here: str, there: str) -> None:
    same = lookup_key(one, within=here) == lookup_key(two, within=there)
    assert same == ((one, here) == (two, there))


def test_content_ids_recognise_the_same_bytes_only_with_the_same_secret() -> None:
    assert ONE.content_id(b"abc") == ONE.content_id(memoryview(b"abc"))
    assert re.fullmatch("[0-9a-f]{32}", ONE.content_id(b"abc"))
    assert ONE.content_id(b"abc") != OTHER.content_id(b"abc")


def test_kinds_of_pseudonyms_do_not_share_a_key() -> None:
    assert ONE.content_id(b"1.2.3") not in f"{int(ONE.uid('1.2.3').removeprefix('2.25.')):032x}"


def test_importing_the_module_loads_no_dicom_library() -> None:
    code = (
        "import sys, scanloft.deid.values.pseudonyms; "
        "assert not {'pydicom', 'numpy', 'yaml'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
