"""Which findings of routing may be shown: patient data never may."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanloft.core.routing.labels import label_of
from scanloft.core.routing.route import Found, Rules, RuleSource, parse_rules, route
from scanloft.deid.values.patterns import compiled

PATIENT_NAME, PATIENT_ID, COMMENTS = 0x00100010, 0x00100020, 0x00104000
NOBODY: dict[int, str] = {}


def found(value: str, tag: int = COMMENTS) -> Found:
    return Found(value, tag, RuleSource.RECEIVER, "line 1")


def test_what_a_comment_assigns_is_a_label() -> None:
    attributes = {COMMENTS: "Subject:S-001 Session:V1", PATIENT_NAME: "DOE^J", PATIENT_ID: "4711"}
    routing = route(attributes, receiver=Rules(), site=Rules(), project_of=lambda _: None)
    assert label_of(routing.subject, attributes) == "S-001"
    assert label_of(routing.session, attributes) == "V1"


def test_the_fallbacks_patient_name_and_patient_id_are_no_labels() -> None:
    attributes = {PATIENT_NAME: "Doe", PATIENT_ID: "4711"}
    routing = route(attributes, receiver=Rules(), site=Rules(), project_of=lambda _: None)
    assert routing.subject is not None
    assert routing.session is not None
    assert label_of(routing.subject, NOBODY) is None
    assert label_of(routing.session, NOBODY) is None
    assert label_of(None, NOBODY) is None


@pytest.mark.parametrize("tag", ["0010,0010", "0010,0020", "0010,1000", "0008,0050", "0008,0090"])
def test_an_expression_over_an_attribute_that_identifies_gives_no_label(tag: str) -> None:
    rules = parse_rules({"subject": f"({tag}):(.*)"}, compiled=compiled)
    number = int(tag.replace(",", ""), 16)
    routing = route({number: "S1"}, receiver=rules, site=Rules(), project_of=lambda _: None)
    assert routing.subject is not None
    assert label_of(routing.subject, NOBODY) is None


@pytest.mark.parametrize("tag", [0x00081030, 0x00181030, 0x00120040, 0x00104000, 0x00324000])
def test_an_expression_over_descriptions_comments_and_the_trial_gives_one(tag: int) -> None:
    assert label_of(found("S1", tag), NOBODY) == "S1"


@pytest.mark.parametrize("value", ["", "a b", "<b>", "=cmd()", "../x", "é", "x" * 65, "-a", "a\n"])
def test_what_has_not_the_form_of_a_label_is_none(value: str) -> None:
    assert label_of(found(value), NOBODY) is None


@pytest.mark.parametrize(
    ("label", "name", "number"),
    [
        ("DOE", "Doe^Jane", ""),
        ("doe-1", "DOE^JANE", ""),
        ("xJANEx", "DOE^JANE", ""),
        ("Li-001", "LI^X", ""),
        ("MULLER", "Müller^Eva", ""),
        ("Muller_1", "MU\u0308LLER", ""),
        ("YAMADA1", "Yamada^Tarou=\u5c71\u7530^\u592a\u90ce", ""),
        ("4711", "", "4711"),
        ("S-4711", "", "4711"),
        ("S0047110", "", "4711"),
        ("AB-12", "", "AB-12"),
        ("sAB-12x", "", "AB-12 "),
    ],
)
def test_a_label_that_names_the_patient_is_none(label: str, name: str, number: str) -> None:
    assert label_of(found(label), {PATIENT_NAME: name, PATIENT_ID: number}) is None


@pytest.mark.parametrize(
    ("label", "name", "number"),
    [("A-1", "SMITH^A", "1"), ("S-002", "Smith^Ann", "4711"), ("PLI-1", "LI^X", "9")],
)
def test_initials_and_short_words_inside_of_others_do_not_name_the_patient(
    label: str, name: str, number: str
) -> None:
    assert label_of(found(label), {PATIENT_NAME: name, PATIENT_ID: number}) == label


@given(st.text(max_size=40), st.text(max_size=40), st.text(max_size=40))
def test_whatever_is_found_a_label_has_neither_the_name_nor_the_number(
    value: str, name: str, number: str
) -> None:
    label = label_of(found(value), {PATIENT_NAME: name, PATIENT_ID: number})
    assert label is None or (label == value and label.isascii())
    assert label is None or len(name) < 4 or not name.isalnum() or name not in label
    assert label is None or len(number.strip()) < 4 or number not in label
