import json
import re

from pydicom.datadict import dictionary_VR, keyword_for_tag

from scanloft.core.attributes import (
    ATTRIBUTE_BY_KEYWORD,
    ATTRIBUTES,
    Level,
    attributes_json,
    element_json,
    name_json,
    tags_of,
)


def test_tags_keywords_and_vrs_are_those_of_the_dictionary() -> None:
    for attribute in ATTRIBUTES:
        tag = int(attribute.tag, 16)
        assert re.fullmatch(r"[0-9A-F]{8}", attribute.tag)
        assert keyword_for_tag(tag) == attribute.keyword
        assert dictionary_VR(tag) == attribute.vr


def test_no_attribute_stands_in_the_table_twice() -> None:
    assert len({attribute.tag for attribute in ATTRIBUTES}) == len(ATTRIBUTES)
    assert len({attribute.keyword for attribute in ATTRIBUTES}) == len(ATTRIBUTES)


def test_study_answers_hold_what_the_standard_asks_for() -> None:
    required = {  # PS3.18 Table 10.6.3-3
        "StudyDate", "StudyTime", "AccessionNumber", "InstanceAvailability", "ModalitiesInStudy",
        "ReferringPhysicianName", "RetrieveURL", "PatientName", "PatientID", "PatientBirthDate",
        "PatientSex", "StudyInstanceUID", "StudyID", "NumberOfStudyRelatedSeries",
        "NumberOfStudyRelatedInstances", "TimezoneOffsetFromUTC",
    }  # fmt: skip
    defaults = {a.keyword for a in ATTRIBUTES if a.level is Level.STUDY and a.is_default}
    assert required == defaults


def test_rows_keep_no_attribute_that_is_computed() -> None:
    kept = tags_of(Level.STUDY) | tags_of(Level.SERIES) | tags_of(Level.INSTANCE)
    assert ATTRIBUTE_BY_KEYWORD["PatientName"].tag in kept
    assert ATTRIBUTE_BY_KEYWORD["StudyInstanceUID"].tag not in kept
    assert ATTRIBUTE_BY_KEYWORD["NumberOfStudyRelatedSeries"].tag not in kept
    assert not tags_of(Level.STUDY) & tags_of(Level.SERIES)


def test_attribute_without_a_value_is_there_with_its_vr_alone() -> None:
    wanted = [ATTRIBUTE_BY_KEYWORD["StudyDate"], ATTRIBUTE_BY_KEYWORD["SeriesNumber"]]
    answer = attributes_json({"00200011": (7,)}, wanted)
    assert answer == {
        "00080005": {"vr": "CS", "Value": ["ISO_IR 192"]},
        "00080020": {"vr": "DA"},
        "00200011": {"vr": "IS", "Value": [7]},
    }


def test_name_is_split_into_its_component_groups() -> None:
    assert name_json("Yamada^Tarou=山田^太郎=やまだ^たろう") == {
        "Alphabetic": "Yamada^Tarou",
        "Ideographic": "山田^太郎",
        "Phonetic": "やまだ^たろう",
    }
    assert name_json("=山田^太郎") == {"Ideographic": "山田^太郎"}
    assert name_json("") is None
    assert name_json("a=b=c=d=e") == {"Alphabetic": "a", "Ideographic": "b", "Phonetic": "c"}


def test_empty_values_among_others_are_null() -> None:
    assert element_json("LO", ["a", None]) == {"vr": "LO", "Value": ["a", None]}
    assert element_json("PN", ["a", None]) == {"vr": "PN", "Value": [{"Alphabetic": "a"}, None]}
    assert json.dumps(element_json("LO", [None, None])) == '{"vr": "LO"}'
