import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanloft.core.layouts import (
    Layout,
    Scan,
    SessionPlace,
    alphanumeric,
    bids_name,
    digest,
    instance_name,
    resource_name,
    safe,
    safe_path,
    scan_folders,
    subject_folder,
)
from scanloft.core.zip_stream import checked_name

LABELS = st.text(min_size=1, max_size=80)
PLACES = st.builds(SessionPlace, LABELS, st.text(max_size=80), st.from_regex(r"1\.[0-9]{1,9}\Z"))


@given(LABELS)
def test_a_safe_name_is_one_plain_part_of_a_path(label: str) -> None:
    name = safe(label)
    assert re.fullmatch(r"[A-Za-z0-9._-]{1,80}", name)
    assert not name.startswith(".")
    assert not name.endswith(".")
    assert safe(name) == name


@given(st.sets(LABELS, min_size=2, max_size=2))
def test_two_labels_never_have_one_name(labels: set[str]) -> None:
    assert len({safe(label) for label in labels}) == 2
    assert len({alphanumeric(label) for label in labels}) == 2


@pytest.mark.parametrize(
    ("label", "name"),
    [("P1", "P1"), ("A_b-c.d", "A_b-c.d"), ("a b", f"a_b-{digest('a b')}"),
     ("..", f"_-{digest('..')}"), ("con", f"con-{digest('con')}"), ("", f"_-{digest('')}"),
     ("NUL.txt", f"NUL.txt-{digest('NUL.txt')}"), ("x" * 65, f"{'x' * 64}-{digest('x' * 65)}"),
     ("Resources", f"Resources-{digest('Resources')}"), ("ä", f"_-{digest('ä')}")],
)  # fmt: skip
def test_a_label_stays_as_it_is_where_it_can(label: str, name: str) -> None:
    assert safe(label) == name


@given(LABELS)
def test_a_bids_label_has_letters_and_digits(label: str) -> None:
    assert re.fullmatch(r"[A-Za-z0-9]+", alphanumeric(label))


@given(st.text(max_size=200))
def test_any_path_becomes_one_that_a_zip_may_have(path: str) -> None:
    checked_name(safe_path(path.encode("utf-8", "replace").decode()))


@given(PLACES, st.sampled_from(Layout), st.text(max_size=40), st.integers() | st.none())
def test_every_image_has_a_name_that_a_zip_may_have(
    place: SessionPlace, layout: Layout, description: str, number: int | None
) -> None:
    folder = Scan("1.2.3", number, description).folder
    name = f"{place.folder(layout)}/{folder}/{instance_name(number, '1.2.3.4')}"
    checked_name(name)
    assert name.count("/") == (3 if layout is Layout.ORIGINAL else 4)


@given(PLACES, PLACES, st.sampled_from(Layout))
def test_two_sessions_never_share_a_folder(
    one: SessionPlace, other: SessionPlace, layout: Layout
) -> None:
    if one.study_uid != other.study_uid and (one.label != other.label or not one.label):
        assert one.folder(layout) != other.folder(layout)


def test_a_label_that_looks_like_a_uid_is_not_taken_for_one() -> None:
    labelled, other = SessionPlace("P1", "1.5", "1.2"), SessionPlace("P1", "", "1.5")
    assert labelled.folder(Layout.ORIGINAL) != other.folder(Layout.ORIGINAL)


@pytest.mark.parametrize(
    ("number", "description", "folder"),
    [(3, "T1 mprage", "3-T1_mprage"), (3, "", "3"), (None, "T1", "1.2.3"), (3, "../..", "3"),
     (0, "a/b", "0-a_b"), (3, "x" * 100, "3-" + "x" * 64), (-1, "ß=1", "-1-1")],
)  # fmt: skip
def test_a_scan_has_a_folder_of_its_number_and_description(
    number: int | None, description: str, folder: str
) -> None:
    assert Scan("1.2.3", number, description).folder == folder


def test_scans_of_one_name_are_told_apart_also_where_case_does_not_count() -> None:
    scans = [Scan("1.1", 1, "a"), Scan("1.2", 1, "A"), Scan("1.3", 2, "a")]
    assert scan_folders(scans) == {
        "1.1": f"1-a-{digest('1.1')}",
        "1.2": f"1-A-{digest('1.2')}",
        "1.3": "2-a",
    }


def test_images_are_named_so_that_they_sort() -> None:
    assert instance_name(7, "1.2") == f"00007-{digest('1.2')}.dcm"
    assert instance_name(None, "1.2") == "1.2.dcm"
    assert instance_name(-7, "1.2") == "1.2.dcm"


SESSION = SessionPlace("01", "pre", "1.2")


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("sub-01_ses-pre_T1w.nii.gz", "sub-01/ses-pre/anat/sub-01_ses-pre_T1w.nii.gz"),
        ("x/y/sub-01_ses-pre_dwi.bval", "sub-01/ses-pre/dwi/sub-01_ses-pre_dwi.bval"),
        ("sub-01_ses-pre_run-1_x.json", "sub-01/ses-pre/other/sub-01_ses-pre_run-1_x.json"),
        ("sub-02_ses-pre_T1w.nii.gz", None),
        ("sub-01_ses-post_T1w.nii.gz", None),
        ("sub-01_T1w.nii.gz", None),
        ("sub-01_ses-pre_T1w.exe", None),
        ("sub-01_ses-pre_T1w.nii.gz/..", None),
        ("sub-01_ses-pre_.nii", None),
        ("notes.txt", None),
    ],
)  # fmt: skip
def test_files_that_are_called_after_their_place_are_in_place(
    path: str, expected: str | None
) -> None:
    assert bids_name(path, subject="01", session=SESSION) == expected


def test_files_of_a_subject_are_in_place_without_a_session() -> None:
    assert bids_name("sub-01_T1w.nii", subject="01") == "sub-01/anat/sub-01_T1w.nii"
    assert bids_name("sub-01_ses-pre_T1w.nii", subject="01") is None


@pytest.mark.parametrize(
    ("above", "label", "path", "name"),
    [
        ("", "docs", "a/b c.txt", "resources/docs/a/b c.txt"),
        ("P1", "docs", "ä.txt", "P1/resources/docs/ä.txt"),
        ("P1", "a b", "../x", f"P1/resources/a_b-{digest('a b')}/_-{digest('..')}/x"),
        ("P1", "docs", "a:b", f"P1/resources/docs/a_b-{digest('a:b')}"),
        ("P1", "docs", "a.", f"P1/resources/docs/a-{digest('a.')}"),
        ("P1", "docs", "aux.h", f"P1/resources/docs/aux.h-{digest('aux.h')}"),
    ],
)
def test_files_of_resources_keep_their_paths_where_they_can(
    above: str, label: str, path: str, name: str
) -> None:
    assert resource_name(above, label, path) == name


def test_a_subject_has_a_folder_in_each_layout() -> None:
    assert subject_folder(Layout.ORIGINAL, "P1") == "P1"
    assert subject_folder(Layout.BIDS, "P1") == "sourcedata/sub-P1"
