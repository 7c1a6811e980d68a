import hashlib
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scanloft.core.annotations import Level
from scanloft.core.layouts import alphanumeric, digest
from tests.functions.api.downloads.library import SIZE, Library
from tests.functions.api.front import SETTINGS

ALL = {"all": True}
EVERYTHING = {"all": True, "resources": True}


def image(number: int, sop_uid: str) -> str:
    return f"{number:05}-{digest(sop_uid)}.dcm"


def test_a_manifest_names_address_size_and_checksum_of_each_file(library: Library) -> None:
    library.session("1.2", scans={"1.2.3": 2})
    reply = library.manifest(selection=ALL)
    assert reply.status == 200
    assert reply.body["next"] is None
    assert reply.body["expires_in_s"] == SETTINGS.download_url_ttl_s
    first, second = reply.body["files"]
    assert first["name"] == f"P1/1.2/1-T1_mprage/{image(1, '1.2.3.1')}"
    assert second["name"] == f"P1/1.2/1-T1_mprage/{image(2, '1.2.3.2')}"
    assert (first["offset_bytes"], first["size_bytes"]) == (0, SIZE)
    assert first["sha256"] == hashlib.sha256(library.body("1.2.3", 1)).hexdigest()
    url = urlsplit(first["url"])
    assert f"{url.scheme}://{url.netloc}" == SETTINGS.public_base_url
    assert url.path == "/objects/dicom/alpha/1.2/1.2.3/1.2.3.1"
    query = parse_qs(url.query)
    assert query["X-Amz-Expires"] == [str(SETTINGS.download_url_ttl_s)]
    assert query["response-content-disposition"] == ["attachment"]


@pytest.mark.parametrize(
    ("selection", "expected"),
    [
        ({"all": True}, {"1.2.3", "1.2.4", "1.5.6", "1.7.8"}),
        ({"sessions": ["1.5", "1.2"]}, {"1.2.3", "1.2.4", "1.5.6"}),
        ({"subjects": ["P1"]}, {"1.2.3", "1.2.4", "1.7.8"}),
        ({"scans": [{"session": "1.2", "scan": "1.2.4"}]}, {"1.2.4"}),
        ({"subjects": ["P2"], "scans": [{"session": "1.2", "scan": "1.2.4"}]}, {"1.2.4", "1.5.6"}),
        ({"sessions": ["1.2"], "scans": [{"session": "1.2", "scan": "1.2.4"}]}, {"1.2.3", "1.2.4"}),
        ({"subjects": ["P3"]}, set()),
    ],
)
def test_what_is_selected_is_there_once_and_nothing_else(
    library: Library, selection: dict[str, Any], expected: set[str]
) -> None:
    library.session("1.2", scans={"1.2.3": 1, "1.2.4": 1})
    library.session("1.5", scans={"1.5.6": 1}, patient="P2")
    library.session("1.7", scans={"1.7.8": 1})
    files = library.files(selection=selection)
    found = [urlsplit(file["url"]).path.split("/")[-2] for file in files]
    assert len(found) == len(set(found))
    assert set(found) == expected


@pytest.mark.parametrize("limit", [1, 2, 3, 7, 1000])
@pytest.mark.parametrize("layout", ["original", "bids"])
def test_pages_together_are_the_whole_in_one_order(
    library: Library, limit: int, layout: str
) -> None:
    library.session("1.2", scans={"1.2.3": 3, "1.2.4": 2})
    library.session("1.5", scans={"1.5.6": 1}, patient="P2")
    library.resource(Level.PROJECT, "", "docs", "a/b.txt", "c.txt")
    library.resource(Level.SUBJECT, "P1", "history", "d.csv")
    library.resource(Level.SESSION, "1.2", "nifti", "e.nii", "sub-P1_T1w.nii")
    library.resource(Level.SCAN, "1.2/1.2.3", "qc", "f.pdf")
    whole = library.names(selection=EVERYTHING, layout=layout)
    assert len(whole) == len(set(whole)) == 6 + 6
    assert library.names(selection=EVERYTHING, layout=layout, limit=limit) == whole


def test_what_is_added_between_two_pages_does_not_move_the_rest(library: Library) -> None:
    library.session("1.5", scans={"1.5.6": 2})
    first = library.manifest(selection=ALL, limit=1).body
    library.session("1.2", scans={"1.2.3": 1})
    library.session("1.7", scans={"1.7.8": 1})
    second = library.manifest(selection=ALL, limit=10, after=first["next"]).body
    paths = [urlsplit(file["url"]).path.split("/")[-1] for file in second["files"]]
    assert paths == ["1.5.6.2", "1.7.8.1"]


def test_labels_name_the_folders(library: Library) -> None:
    library.session("1.2", scans={"1.2.3": 1})
    library.card(Level.SUBJECT, "P1", label="Subject one")
    library.card(Level.SESSION, "1.2", label="baseline")
    (name,) = library.names(selection=ALL)
    assert name.startswith(f"Subject_one-{digest('Subject one')}/baseline/1-T1_mprage/")


@pytest.mark.parametrize("layout", ["original", "bids"])
@pytest.mark.parametrize("label", ["P2", "p2"])
def test_a_subject_that_is_called_like_the_key_of_another_has_a_folder_of_its_own(
    library: Library, layout: str, label: str
) -> None:
    for subject, study in (("P1", "1.2"), ("P2", "1.5")):
        library.session(study, scans={f"{study}.3": 1}, patient=subject)
        library.resource(Level.SUBJECT, subject, "notes", "a.txt")
    library.card(Level.SUBJECT, "P1", label=label)
    names = library.names(selection=EVERYTHING, layout=layout)
    place = 1 if layout == "bids" else 0
    folders = [name.split("/")[place].removeprefix("sub-") for name in names]
    other = f"P2-{digest('P2')}"
    other = alphanumeric(other) if layout == "bids" else other
    assert folders == [label, other, label, other]


def test_a_session_that_was_moved_is_with_its_new_subject(library: Library) -> None:
    library.session("1.2", scans={"1.2.3": 1})
    library.card(Level.SESSION, "1.2", subject="P9")
    assert library.names(selection={"subjects": ["P1"]}) == []
    (name,) = library.names(selection={"subjects": ["P9"]})
    assert name.startswith("P9/1.2/")


def test_a_session_that_was_merged_into_another_is_in_its_folder(library: Library) -> None:
    library.session("1.2", scans={"1.2.3": 1})
    library.session("1.5", scans={"1.5.6": 1})
    library.card(Level.SESSION, "1.2", label="whole")
    library.card(Level.SESSION, "1.5", merged_into="1.2")
    for selection in (ALL, {"sessions": ["1.2"]}):
        names = library.names(selection=selection)
        assert [name.rpartition("/")[0] for name in names] == [
            "P1/whole/1-T1_mprage",
            f"P1/whole/1-T1_mprage-{digest('1.5.6')}",
        ]


@pytest.mark.parametrize(
    ("level", "name"),
    [(Level.SUBJECT, "P1"), (Level.SESSION, "1.2"), (Level.SCAN, "1.2/1.2.3")],
)
def test_what_was_deleted_is_left_out(library: Library, level: Level, name: str) -> None:
    library.session("1.2", scans={"1.2.3": 1})
    library.session("1.5", scans={"1.5.6": 1}, patient="P2")
    library.resource(level, name, "notes", "a.txt")
    library.delete(level, name)
    names = library.names(selection=EVERYTHING)
    assert [each.split("/")[0] for each in names] == ["P2"]


@pytest.mark.parametrize(
    ("level", "name"), [(Level.SESSION, "1.2"), (Level.SUBJECT, "P1"), (Level.SESSION, "1.1")]
)
def test_what_is_named_and_was_deleted_is_gone(library: Library, level: Level, name: str) -> None:
    library.session("1.1", scans={"1.1.3": 1})
    library.session("1.2", scans={"1.2.3": 1})
    library.card(Level.SESSION, "1.2", merged_into="1.1")
    library.delete(level, name)
    reply = library.manifest(selection={"sessions": ["1.2"]})
    assert (reply.status, reply.body["code"]) == (410, "gone")


@pytest.mark.parametrize(
    "selection",
    [{"sessions": ["1.2", "9.9"]}, {"scans": [{"session": "1.2", "scan": "9.9"}]},
     {"scans": [{"session": "9.9", "scan": "1.2.3"}]}],
)  # fmt: skip
def test_what_is_named_and_is_not_there_is_not_found(
    library: Library, selection: dict[str, Any]
) -> None:
    library.session("1.2", scans={"1.2.3": 1})
    assert library.manifest(selection=selection).status == 404


def test_somebody_bound_to_a_site_gets_what_it_sent_and_nothing_else(library: Library) -> None:
    library.session("1.2", scans={"1.2.3": 1}, site="north")
    library.session("1.5", scans={"1.5.6": 1}, site="south")
    library.session("1.7", scans={"1.7.8": 1})
    for level, owner in ((Level.PROJECT, ""), (Level.SUBJECT, "P1"), (Level.SESSION, "1.5")):
        library.resource(level, owner, "of others", "a.txt")
    library.resource(Level.SESSION, "1.2", "ours", "b.txt")
    names = library.names(user="nora", selection=EVERYTHING)
    assert [name.split("/", 2)[1] for name in names] == ["1.2", "1.2"]
    theirs = library.manifest(user="nora", selection={"sessions": ["1.5"]})
    nowhere = library.manifest(user="nora", selection={"sessions": ["9.9"]})
    assert theirs.status == nowhere.status == 404
    assert theirs.body == nowhere.body
    assert len(library.names(selection=EVERYTHING)) == 3 + 4


def test_an_image_of_another_site_is_hidden_before_its_series_is_summarised(
    library: Library,
) -> None:
    library.session("1.2", scans={"1.2.3": 1}, site="north")
    later = library.instance("1.2", "1.2.3", 2, site="south")
    library.front.services.instances.put_instance(later)
    assert [name[-18:] for name in library.names(user="nora", selection=ALL)] == [
        image(1, "1.2.3.1")
    ]
    assert len(library.names(selection=ALL)) == 2


def test_a_project_sees_nothing_of_another(library: Library) -> None:
    library.session("1.2", scans={"1.2.3": 1})
    library.front.project("beta")
    other = Library(library.front, "beta")
    assert other.names(selection=EVERYTHING) == []
    assert other.manifest(selection={"sessions": ["1.2"]}).status == 404


def test_resources_lie_beside_what_they_belong_to(library: Library) -> None:
    library.session("1.2", scans={"1.2.3": 1})
    library.resource(Level.PROJECT, "", "protocol", "v1/form.pdf")
    library.resource(Level.SUBJECT, "P1", "history", "a.csv")
    library.resource(Level.SESSION, "1.2", "nifti", "b.nii.gz")
    library.resource(Level.SCAN, "1.2/1.2.3", "qc", "c.json")
    names = library.names(selection=EVERYTHING)
    assert names == [
        "resources/protocol/v1/form.pdf",
        f"P1/1.2/1-T1_mprage/{image(1, '1.2.3.1')}",
        "P1/1.2/1-T1_mprage/resources/qc/c.json",
        "P1/1.2/resources/nifti/b.nii.gz",
        "P1/resources/history/a.csv",
    ]
    assert library.names(selection=ALL) == [names[1]]
    scan = {"scans": [{"session": "1.2", "scan": "1.2.3"}], "resources": True}
    assert library.names(selection=scan) == names[1:3]


def test_files_of_resources_are_never_served_as_what_somebody_calls_them(library: Library) -> None:
    library.session("1.2", scans={})
    library.resource(Level.SESSION, "1.2", "web", "page.html")
    (file,) = library.files(selection=EVERYTHING)
    query = parse_qs(urlsplit(file["url"]).query)
    assert query["response-content-type"] == ["application/octet-stream"]
    assert "page" not in file["url"]


def test_bids_has_dicom_as_source_data_and_files_of_its_own_in_place(library: Library) -> None:
    library.session("1.2", scans={"1.2.3": 1})
    library.card(Level.SUBJECT, "P1", label="01")
    library.card(Level.SESSION, "1.2", label="pre")
    good = "sub-01_ses-pre_task-rest_bold.nii.gz"
    library.resource(Level.SESSION, "1.2", "bids", good, f"again/{good}", "sub-02_ses-pre_T1w.nii")
    library.resource(Level.SCAN, "1.2/1.2.3", "nifti", "sub-01_ses-pre_new.json")
    names = library.names(selection=EVERYTHING, layout="bids")
    session = "sourcedata/sub-01/ses-pre"
    assert names == [
        f"{session}/1-T1_mprage/{image(1, '1.2.3.1')}",
        "sub-01/ses-pre/other/sub-01_ses-pre_new.json",
        f"sub-01/ses-pre/func/{good}",
        f"{session}/resources/bids/{good}",
        f"{session}/resources/bids/sub-02_ses-pre_T1w.nii",
    ]


def test_bids_labels_have_letters_and_digits_alone(library: Library) -> None:
    library.session("1.2", scans={"1.2.3": 1}, patient="P-1")
    (name,) = library.names(selection=ALL, layout="bids")
    assert name.startswith(f"sourcedata/sub-P1{digest('P-1')}/ses-{digest('1.2')}/")
    assert alphanumeric("P-1").isalnum()


HOSTILE = ["../../etc", "a/../b", "..", ".", "/abs", "C:\\x", "nul", "a\nb", "x" * 128, "=1+1", "-"]


@pytest.mark.parametrize("label", HOSTILE)
@pytest.mark.parametrize("layout", ["original", "bids"])
def test_no_label_leaves_its_folder(library: Library, label: str, layout: str) -> None:
    library.session("1.2", scans={"1.2.3": 1}, patient=label, description=label)
    library.card(Level.SUBJECT, "P1", label=label)
    library.card(Level.SESSION, "1.2", label=label)
    library.resource(Level.SESSION, "1.2", "safe", "x")
    library.resource(Level.SCAN, "1.2/1.2.3", label.replace("/", "_"), label)
    for name in library.names(selection=EVERYTHING, layout=layout):
        parts = name.split("/")
        assert not {"", ".", ".."} & set(parts)
        assert name.isprintable()
        assert "\\" not in name


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"selection": {"sessions": ["../1.2"]}},
        {"selection": {"sessions": ["1.2"] * 1001}},
        {"selection": {"scans": [{"session": "1.2"}]}},
        {"selection": {"all": "yes"}},
        {"selection": ALL, "layout": "flat"},
        {"selection": ALL, "limit": 0},
        {"selection": ALL, "limit": 1001},
        {"selection": ALL, "after": ""},
        {"selection": ALL, "after": "x" * 4097},
        {"selection": ALL, "after": 1},
    ],
    ids=str,
)
def test_what_is_no_selection_is_refused(library: Library, body: dict[str, Any]) -> None:
    reply = library.manifest(**body)
    assert (reply.status, reply.body["code"]) == (400, "invalid_request")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=15)
@given(st.text(min_size=1) | st.lists(st.text("123.\n"), min_size=1).map("\n".join))
def test_a_page_that_begins_anywhere_is_answered(library: Library, after: str) -> None:
    library.session("1.2", scans={"1.2.3": 1})
    assert library.manifest(selection=EVERYTHING, after=after or "1").status == 200


@pytest.mark.parametrize("selection", [{}, {"resources": True}, {"subjects": []}])
def test_a_selection_of_nothing_has_no_files(library: Library, selection: dict[str, Any]) -> None:
    library.session("1.2", scans={"1.2.3": 1})
    library.resource(Level.PROJECT, "", "docs", "a.txt")
    assert library.names(selection=selection) == []


def test_a_request_for_a_manifest_is_in_the_audit_log(library: Library) -> None:
    library.session("1.2", scans={"1.2.3": 1})
    library.names(user="carl", selection={"sessions": ["1.2"]})
    entry = list(library.front.services.audit.entries("alpha"))[-1]
    assert (entry.actor, entry.action) == ("carl", "manifest_create")
    assert "1.2" in str(entry.facts["selection"])
