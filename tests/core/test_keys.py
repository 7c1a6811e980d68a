import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanloft.core.errors import ArchiveError, InvalidRequest
from scanloft.core.identifiers import NUMBER, PROJECT, RECEIVER, UID, UPLOAD
from scanloft.core.keys import (
    ArchiveKey,
    InboxKey,
    InboxPrefix,
    UnassignedKey,
    homeless_object_key,
    is_dicom_upload,
    quarantine_object_key,
    resource_file_key,
    series_coverage_key,
    series_metadata_key,
    upload_prefix,
)

PROJECTS = st.from_regex(PROJECT, fullmatch=True)
UPLOADS = st.from_regex(UPLOAD, fullmatch=True)
NUMBERS = st.from_regex(NUMBER, fullmatch=True)
UIDS = st.from_regex(UID, fullmatch=True).filter(lambda uid: len(uid) <= 64)
INBOX_KEYS = st.builds(InboxKey, st.sampled_from(InboxPrefix), PROJECTS, UPLOADS, NUMBERS)
ARCHIVE_KEYS = st.builds(ArchiveKey, PROJECTS, UIDS, UIDS, UIDS)
UNASSIGNED_KEYS = st.builds(
    UnassignedKey, st.from_regex(RECEIVER, fullmatch=True), UPLOADS, NUMBERS
)
HOSTILE = ["", "..", "../beta", "a/b", "a\0", "a\n", "x" * 10_000, "é", "%2F", "<b>", "=1+1", " "]


@given(INBOX_KEYS)
def test_a_key_of_the_inbox_is_read_as_it_was_built(key: InboxKey) -> None:
    assert InboxKey.parse(str(key)) == key
    assert str(key).count("/") == 3
    built = InboxKey.build(key.prefix, project=key.project, upload=key.upload, number=key.number)
    assert built == key


@given(ARCHIVE_KEYS)
def test_a_key_of_the_archive_is_read_as_it_was_built(key: ArchiveKey) -> None:
    assert ArchiveKey.parse(str(key)) == key
    assert str(key).count("/") == 4


@given(
    st.text() | st.lists(st.sampled_from([*HOSTILE, "dicom", "alpha", "1.2", "u"])).map("/".join)
)
def test_whatever_is_read_as_a_key_is_written_as_the_same(text: str) -> None:
    for kind in (InboxKey, ArchiveKey):
        try:
            key = kind.parse(text)
        except ArchiveError:
            continue
        assert str(key) == text


@pytest.mark.parametrize("bad", HOSTILE)
@pytest.mark.parametrize("part", ["project", "upload", "number"])
def test_no_hostile_part_becomes_a_key_of_the_inbox(part: str, bad: str) -> None:
    parts = {"project": "alpha", "upload": "u1", "number": "0"} | {part: bad}
    with pytest.raises(InvalidRequest):
        InboxKey.build(InboxPrefix.DICOM, **parts)
    with pytest.raises(InvalidRequest):
        InboxKey.parse("/".join(["dicom", *parts.values()]))


@pytest.mark.parametrize("bad", HOSTILE)
@pytest.mark.parametrize("part", ["project", "study_uid", "series_uid", "sop_uid"])
def test_no_hostile_part_becomes_a_key_of_the_archive(part: str, bad: str) -> None:
    parts = {"project": "alpha", "study_uid": "1", "series_uid": "2", "sop_uid": "3"} | {part: bad}
    with pytest.raises(ArchiveError):
        ArchiveKey.build(**parts)
    with pytest.raises(ArchiveError):
        ArchiveKey.parse("/".join(["dicom", *parts.values()]))


@pytest.mark.parametrize(
    "text",
    ["", "dicom", "dicom/alpha/u1", "dicom/alpha/u1/0/1", "exports/alpha/u1/0", "derived/alpha/1/2",
     "/dicom/alpha/u1/0", "DICOM/alpha/u1/0", "dicom/alpha/u1/0.0.0.0", "dicom/alpha/u1/1e3",
     "dicom/alpha/u1/007", "dicom/alpha/u1/00", "dicom/alpha/u1/7.01"],
)  # fmt: skip
def test_what_is_no_key_is_refused(text: str) -> None:
    for kind in (InboxKey, ArchiveKey):
        with pytest.raises(ArchiveError):
            kind.parse(text)


def test_a_member_lies_in_the_same_upload_below_the_number_of_its_file() -> None:
    whole = InboxKey(InboxPrefix.ARCHIVES, "alpha", "u1", "7")
    assert str(whole.member(3)) == "dicom/alpha/u1/7.3"
    assert (whole.is_member, whole.member(3).is_member) == (False, True)


@given(INBOX_KEYS)
def test_the_prefix_of_an_upload_starts_its_keys_and_no_others(key: InboxKey) -> None:
    prefix = upload_prefix(key.prefix, project=key.project, upload=key.upload)
    assert str(key) == f"{prefix}{key.number}"
    longer = InboxKey(key.prefix, key.project, f"{key.upload}0"[:64], key.number)
    assert longer == key or len(key.upload) == 64 or not str(longer).startswith(prefix)


@pytest.mark.parametrize(("upload", "expected"), [("dicom-1", True), ("u-dicom-1", False)])
def test_uploads_of_the_bridge_are_told_by_their_names(upload: str, expected: bool) -> None:
    assert is_dicom_upload(upload) is expected


def test_keys_of_quarantine_and_of_what_is_derived_are_apart_from_what_notifies() -> None:
    assert quarantine_object_key("alpha", "f00") == "quarantine/alpha/f00"
    keys = {series_metadata_key("alpha", "1", "2"), series_coverage_key("alpha", "1", "2")}
    assert len(keys) == 2
    assert all(key.startswith("derived/alpha/1/2/") for key in keys)
    with pytest.raises(InvalidRequest):
        quarantine_object_key("../beta", "f00")


@given(UNASSIGNED_KEYS)
def test_the_key_of_an_unassigned_object_is_read_back_and_is_none_of_a_project(
    key: UnassignedKey,
) -> None:
    assert UnassignedKey.parse(str(key)) == key
    with pytest.raises(InvalidRequest):
        InboxKey.parse(str(key))


@pytest.mark.parametrize("part", [*HOSTILE, "A B", "-A", "x" * 17])
def test_no_hostile_part_gets_into_the_key_of_an_unassigned_object(part: str) -> None:
    for text in (f"unassigned/{part}/u/1", f"unassigned/A/{part}x /1", f"unassigned/A/u/{part}"):
        with pytest.raises(InvalidRequest):
            UnassignedKey.parse(text)
    with pytest.raises(InvalidRequest):
        UnassignedKey.build(part, upload="u", number="1")


def test_what_belongs_to_no_project_lies_where_no_project_can_be() -> None:
    assert homeless_object_key("f00") == "quarantine/-/f00"
    with pytest.raises(InvalidRequest):
        InboxKey.parse("quarantine/-/u/1")


def test_files_of_resources_lie_apart_from_what_is_announced() -> None:
    assert resource_file_key("alpha", "0123") == "files/alpha/0123"
    with pytest.raises(ArchiveError):
        resource_file_key("../alpha", "0123")
    key = InboxKey(InboxPrefix.ARCHIVES, "alpha", "u1", "3")
    assert str(key.member(7, prefix=InboxPrefix.FILES)) == "files/alpha/u1/3.7"
