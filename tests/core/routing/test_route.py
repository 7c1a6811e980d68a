"""The order of the rules of routing, and what each of them finds.

The names of the tests are the sentences that users of XNAT rely on.
"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanloft.core.errors import InvalidRequest
from scanloft.core.routing.route import (
    PROJECTS_TRIED,
    Found,
    Routing,
    Rules,
    parse_rules,
    route,
    wanted_tags,
)
from scanloft.deid.values.patterns import compiled

PROJECTS = {"alpha": "alpha", "the-alpha-study": "alpha", "beta": "beta"}
PATIENT_COMMENTS, STUDY_COMMENTS, HISTORY = 0x00104000, 0x00324000, 0x001021B0
STUDY_DESCRIPTION, ACCESSION_NUMBER = 0x00081030, 0x00080050
PATIENT_NAME, PATIENT_ID = 0x00100010, 0x00100020
NO_RULES = Rules()


def project_of(name: str) -> str | None:
    return PROJECTS.get(name.lower())


def rules(**lines: str) -> Rules:
    return parse_rules(lines, compiled=compiled)


def routed(
    attributes: dict[int, str], *, receiver: Rules = NO_RULES, site: Rules = NO_RULES
) -> Routing:
    return route(attributes, receiver=receiver, site=site, project_of=project_of)


def said(found: Found | None) -> tuple[str, str] | None:
    return None if found is None else (found.value, found.rule)


def test_project_subject_and_session_are_each_found_on_their_own() -> None:
    found = routed(
        {PATIENT_COMMENTS: "Subject:S1", PATIENT_ID: "4711", ACCESSION_NUMBER: "beta"},
        receiver=rules(session="(0008,1030):(.*)"),
        site=rules(subject="(0008,1030):(.*)"),
    )
    assert said(found.project) == ("beta", "fixed AccessionNumber")
    assert said(found.subject) == ("S1", "fixed PatientComments")
    assert said(found.session) == ("4711", "fixed PatientID")


def test_expressions_of_the_receiver_come_before_those_of_the_site_and_fixed_rules() -> None:
    attributes = {PATIENT_COMMENTS: "Project:beta", STUDY_DESCRIPTION: "alpha"}
    lines = rules(project="(0008,1030):nothing()\n(0008,1030):(.*)")
    other = rules(project="(0010,4000):Project:(.*)")
    assert said(routed(attributes, receiver=lines, site=other).project) == (
        "alpha",
        "receiver line 2",
    )
    assert said(routed(attributes, receiver=other, site=lines).project) == (
        "beta",
        "receiver line 1",
    )
    assert said(routed(attributes, site=lines).project) == ("alpha", "site line 2")
    assert said(routed(attributes).project) == ("beta", "fixed PatientComments")


def test_the_first_hit_wins_and_a_miss_goes_on_to_the_next_rule() -> None:
    lines = rules(subject="(0008,1030):X(.*)\n(0008,1030):A(.*)\n(0008,1030):(.*)")
    assert said(routed({STUDY_DESCRIPTION: "A1"}, site=lines).subject) == ("1", "site line 2")


def test_a_project_value_counts_only_if_it_names_an_existing_project_or_alias() -> None:
    attributes = {
        PATIENT_COMMENTS: "Project:gone Project:ALPHA",
        STUDY_DESCRIPTION: "gone",
        ACCESSION_NUMBER: "beta",
    }
    assert said(routed(attributes).project) == ("alpha", "fixed PatientComments")
    del attributes[PATIENT_COMMENTS]
    assert said(routed(attributes).project) == ("beta", "fixed AccessionNumber")
    lines = rules(project="(0008,1030):(.*)\n(0008,0050):(.*)")
    assert said(routed(attributes, receiver=lines).project) == ("beta", "receiver line 2")


def test_an_alias_leads_to_the_name_of_the_project_whatever_its_case() -> None:
    assert said(routed({STUDY_COMMENTS: "PROJECT:The-Alpha-Study"}).project) == (
        "alpha",
        "fixed StudyComments",
    )


@pytest.mark.parametrize(
    ("attributes", "rule"),
    [
        ({PATIENT_COMMENTS: "Project:alpha"}, "PatientComments"),
        ({STUDY_COMMENTS: "Project:alpha"}, "StudyComments"),
        ({HISTORY: "Project:alpha"}, "AdditionalPatientHistory"),
        ({STUDY_DESCRIPTION: "alpha"}, "StudyDescription"),
        ({ACCESSION_NUMBER: "alpha"}, "AccessionNumber"),
    ],
)
def test_fixed_rules_find_the_project_in_comments_else_description_else_accession_number(
    attributes: dict[int, str], rule: str
) -> None:
    lower = {STUDY_DESCRIPTION: "beta", ACCESSION_NUMBER: "beta"} if "Comm" in rule else {}
    found = routed({**lower, **attributes})
    assert said(found.project) == ("alpha", f"fixed {rule}")


def test_the_subject_is_assigned_in_a_comment_else_it_is_the_patient_name() -> None:
    attributes = {PATIENT_NAME: "DOE^JANE", HISTORY: "subject:S1"}
    assert said(routed(attributes).subject) == ("S1", "fixed AdditionalPatientHistory")
    del attributes[HISTORY]
    assert said(routed(attributes).subject) == ("DOE^JANE", "fixed PatientName")


def test_the_session_is_assigned_in_a_comment_else_it_is_the_patient_id() -> None:
    attributes = {PATIENT_ID: "4711", STUDY_COMMENTS: "session:V2"}
    assert said(routed(attributes).session) == ("V2", "fixed StudyComments")
    del attributes[STUDY_COMMENTS]
    assert said(routed(attributes).session) == ("4711", "fixed PatientID")


def test_aa_true_forces_auto_archive() -> None:
    assert routed({PATIENT_COMMENTS: "Project:alpha AA:true"}).auto_archive
    assert not routed({PATIENT_COMMENTS: "Project:alpha"}).auto_archive


def test_where_nothing_is_found_there_is_no_project() -> None:
    assert routed({}) == Routing(project=None, subject=None, session=None, auto_archive=False)
    assert routed({STUDY_DESCRIPTION: "gone"}).project is None


def test_no_rule_of_one_receiver_touches_another() -> None:
    attributes = {STUDY_DESCRIPTION: "to alpha"}
    ours = rules(project="(0008,1030):to (.*)")
    assert routed(attributes, receiver=ours).project is not None
    assert routed(attributes, receiver=NO_RULES).project is None


def test_so_many_names_are_looked_up_and_no_more() -> None:
    asked: list[str] = []
    comment = " ".join(f"Project:p{place}" for place in range(1000)) + " Project:alpha"
    found = route(
        {PATIENT_COMMENTS: comment * 2},
        receiver=NO_RULES,
        site=NO_RULES,
        project_of=asked.append,
    )
    assert found.project is None
    assert len(asked) == PROJECTS_TRIED


def test_a_finding_does_not_show_its_value() -> None:
    found = routed({PATIENT_NAME: "CANARY^JANE", PATIENT_ID: "CANARY"})
    assert found.subject is not None
    assert "CANARY" not in repr(found) + found.subject.rule


def test_routing_reads_the_attributes_of_all_rules_and_of_no_others() -> None:
    receiver, site = rules(project="(0009,1001):(.*)"), rules(session="(0040,0254):(.*)")
    fixed = wanted_tags(NO_RULES, NO_RULES)
    assert wanted_tags(receiver, site) == fixed | {0x00091001, 0x00400254}
    assert {PATIENT_COMMENTS, STUDY_DESCRIPTION, PATIENT_NAME, PATIENT_ID} < fixed


def test_a_faulty_line_is_named_with_its_level() -> None:
    with pytest.raises(InvalidRequest, match=r"^Rules for the subject: Line 2: ") as caught:
        rules(project="(0008,1030):(.*)", subject="#\n(0008,1030):(")
    assert caught.value.facts == {"level": "subject", "line": 2}
    with pytest.raises(InvalidRequest, match="project, subject and session"):
        rules(scan="(0008,1030):(.*)")


TEXTS = st.text(alphabet="ProjectSubAa:, ;01\\^é\n", max_size=60) | st.text(
    alphabet=st.characters(exclude_categories=["Cs"]), max_size=60
)


@given(st.dictionaries(st.sampled_from(sorted(wanted_tags(NO_RULES, NO_RULES))), TEXTS))
def test_whatever_an_object_says_its_project_is_one_that_exists(attributes: dict[int, str]) -> None:
    lines = rules(project="(0008,1030):(?s)(.*)", subject="(0010,4000):(?s).*?(\\d+).*")
    found = routed(attributes, receiver=lines)
    assert found.project is None or found.project.value in PROJECTS.values()
    assert found.subject is not None or not attributes.get(PATIENT_NAME, "").strip(" \t\r\n\0")
