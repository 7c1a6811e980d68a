"""The fixed rules of routing: assignments in comments, and what they fall back on."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanloft.core.routing.fixed import Level, demands_archiving, readings
from tests.support.growth import in_proportion

PATIENT_COMMENTS, STUDY_COMMENTS, HISTORY = 0x00104000, 0x00324000, 0x001021B0


def values(level: Level, comment: str) -> list[str]:
    return [found.value for found in readings(level, {PATIENT_COMMENTS: comment})]


@pytest.mark.parametrize("separator", [" ", ",", ";", ", ", " ;,", "\n", "\t"])
def test_separators_are_blank_comma_and_semicolon(separator: str) -> None:
    comment = separator.join(["CT", "Project:alpha", "Subject:S1", "Session:S1-1", "fasting"])
    assert values(Level.PROJECT, comment) == ["alpha"]
    assert values(Level.SUBJECT, comment) == ["S1"]
    assert values(Level.SESSION, comment) == ["S1-1"]


@pytest.mark.parametrize("keyword", ["Project", "project", "PROJECT", "pRoJeCt"])
def test_keywords_ignore_case_and_values_do_not(keyword: str) -> None:
    assert values(Level.PROJECT, f"{keyword}:Alpha") == ["Alpha"]


@pytest.mark.parametrize(
    ("comment", "expected"),
    [
        ("Project : alpha", ["alpha"]),
        ("Project:alpha Project:beta", ["alpha", "beta"]),
        ("subproject:alpha", []),
        ("x/Project:alpha", []),
        ("Project:", []),
        ("Project: , ;", []),
        ("Project:Subject:S1", []),
        ("Project:alpha:beta", []),
        ("Project alpha", []),
        ("", []),
    ],
)
def test_an_assignment_stands_apart_from_other_words(comment: str, expected: list[str]) -> None:
    assert values(Level.PROJECT, comment) == expected


def test_comments_come_in_their_order_and_fallbacks_behind_them() -> None:
    attributes = {
        0x00080050: "ACC",
        0x00081030: "Thorax",
        STUDY_COMMENTS: "Project:second",
        HISTORY: "Project:third",
        PATIENT_COMMENTS: "Project:first",
        0x00100010: "DOE^JANE",
        0x00100020: "4711",
    }
    assert [tuple(found) for found in readings(Level.PROJECT, attributes)] == [
        (PATIENT_COMMENTS, "PatientComments", "first"),
        (STUDY_COMMENTS, "StudyComments", "second"),
        (HISTORY, "AdditionalPatientHistory", "third"),
        (0x00081030, "StudyDescription", "Thorax"),
        (0x00080050, "AccessionNumber", "ACC"),
    ]
    assert [found.keyword for found in readings(Level.SUBJECT, attributes)] == ["PatientName"]
    assert [found.keyword for found in readings(Level.SESSION, attributes)] == ["PatientID"]


@pytest.mark.parametrize("tag", [PATIENT_COMMENTS, STUDY_COMMENTS, HISTORY])
def test_aa_true_in_any_comment_demands_archiving(tag: int) -> None:
    assert demands_archiving({tag: "Project:alpha;aa:TRUE"})
    assert not demands_archiving({tag: "Project:alpha;AA:false"})
    assert not demands_archiving({tag: "AA:truely"})
    assert not demands_archiving({0x00081030: "AA:true"})


@pytest.mark.parametrize(
    "part", ["project", "project:", "project ", " ", "project : ", ";project:a:", "a", ":"]
)
def test_no_comment_makes_the_fixed_rules_hang(part: str) -> None:
    def work(comment: str) -> None:
        list(readings(Level.PROJECT, {PATIENT_COMMENTS: comment}))

    assert in_proportion(work, lambda count: part * count, 20_000)


@given(st.text(), st.sampled_from(Level))
def test_whatever_a_comment_is_its_values_are_words(comment: str, level: Level) -> None:
    for value in values(level, comment):
        assert value
        assert not any(mark in value for mark in " ,;:\n")
        assert value in comment


@given(st.from_regex(r"[A-Za-z0-9_-]{1,20}", fullmatch=True), st.text(alphabet=" ,;", min_size=1))
def test_what_is_assigned_between_separators_is_found(value: str, separators: str) -> None:
    assert values(Level.SUBJECT, f"word{separators}Subject:{value}{separators}word") == [value]
