import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanloft.core.annotations import Card, Level
from scanloft.core.hierarchy import (
    LABEL,
    SUBJECT,
    is_subject,
    parse_scan,
    parse_shared_subject,
    scan_name,
    shared_subject,
    subject_key,
    subject_of,
)

UIDS = st.from_regex(r"[0-9]+(\.[0-9]+){0,5}", fullmatch=True).filter(lambda uid: len(uid) < 65)
SUBJECTS = st.from_regex(SUBJECT, fullmatch=True)


@given(st.text(max_size=100))
def test_any_patient_id_gives_a_key_that_addresses_can_hold(patient_id: str) -> None:
    key = subject_key(patient_id)
    assert is_subject(key)
    assert set(key) != {"."}
    assert subject_key(patient_id) == key


@given(st.text(min_size=1), st.text(min_size=1))
def test_two_patient_ids_never_become_one_subject_unless_one_is_the_key_of_the_other(
    first: str, second: str
) -> None:
    if first != second and subject_key(first) == subject_key(second):
        assert subject_key(first) in (first, second)


@pytest.mark.parametrize("hostile", ["../x", "a/b", "a\0", "a" * 65, "é", "'; DROP", "..", "a b"])
def test_hostile_patient_ids_become_digests(hostile: str) -> None:
    assert subject_key(hostile).startswith("x-")
    assert len(subject_key(hostile)) == 22


def test_no_patient_id_is_of_an_unknown_subject() -> None:
    assert subject_of({}) == subject_of({"00100020": ()}) == subject_of({"00100020": (" ",)})
    assert subject_of({}) == "unknown"


def test_the_card_of_a_session_says_its_subject_before_its_images_do() -> None:
    card = Card("alpha", Level.SESSION, "1.2", subject="S2")
    assert subject_of({"00100020": ("S1",)}, card) == "S2"
    assert subject_of({"00100020": ("S1",)}, Card("alpha", Level.SESSION, "1.2")) == "S1"


@given(UIDS, UIDS)
def test_the_name_of_a_scan_gives_its_uids_back(study_uid: str, series_uid: str) -> None:
    assert parse_scan(scan_name(study_uid, series_uid)) == (study_uid, series_uid)


@pytest.mark.parametrize("name", ["", "1.2", "1.2/", "/1.2", "1.2/x", "1.2/1.3/1.4", "../1.2"])
def test_what_names_no_scan_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="no scan"):
        parse_scan(name)


@given(SUBJECTS, st.sampled_from(["alpha", "a1", "b-2"]))
def test_the_name_of_a_shared_subject_gives_project_and_key_back(subject: str, source: str) -> None:
    name = shared_subject(source, subject)
    assert parse_shared_subject(name) == (source, subject)
    assert not is_subject(name)


@pytest.mark.parametrize("name", ["S1", "S1@", "@alpha", "S1@Alpha", "S1@a@b", "S/1@alpha"])
def test_what_names_no_shared_subject_is_none(name: str) -> None:
    assert parse_shared_subject(name) is None


@pytest.mark.parametrize("label", ["a", "A 1", "a.b-c_d", "a" * 64])
def test_these_are_labels(label: str) -> None:
    assert LABEL.fullmatch(label)


@pytest.mark.parametrize("label", ["", " a", "a ", "-a", "a" * 65, "a/b", "ä", "a\n"])
def test_these_are_none(label: str) -> None:
    assert LABEL.fullmatch(label) is None
