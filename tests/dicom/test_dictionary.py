import subprocess
import sys

import pytest
from pydicom._dicom_dict import DicomDictionary, RepeatersDictionary

from scanloft.dicom.dictionary import keyword_of, may_be_sequence, tag_of, vr_of


def test_every_attribute_has_the_vr_that_pydicom_knows() -> None:
    assert {tag: vr_of(tag) for tag in DicomDictionary} == {
        tag: entry[0] for tag, entry in DicomDictionary.items()
    }


@pytest.mark.parametrize("tag", [0x00090010, 0x50000010, 0x60003000, 0x00100000, 0x7FFFFFFF])
def test_what_is_no_attribute_of_the_standard_has_no_vr(tag: int) -> None:
    assert vr_of(tag) is None


def test_the_table_holds_nothing_beyond_pydicom() -> None:
    from scanloft.dicom.dictionary import _vr_by_tag

    assert set(_vr_by_tag()) == set(DicomDictionary)


def test_a_choice_of_vrs_stays_one() -> None:
    assert vr_of(0x00280106) == "US or SS"


def test_only_sequences_and_what_nobody_knows_may_be_a_sequence() -> None:
    assert may_be_sequence(0x00081199)
    assert may_be_sequence(0x00091001)
    assert may_be_sequence(0x00101111)
    assert not may_be_sequence(0x00100010)


@pytest.mark.parametrize("mask", RepeatersDictionary)
def test_no_attribute_of_a_repeating_group_may_be_one(mask: str) -> None:
    assert not may_be_sequence(int(mask.replace("x", "2"), 16))


def test_keywords_and_tags_lead_to_each_other() -> None:
    assert tag_of("PatientID") == 0x00100020
    assert keyword_of(0x00100020) == "PatientID"


def test_unknown_keywords_and_tags_lead_nowhere() -> None:
    assert tag_of("PatientIdentity") is None
    assert keyword_of(0x00090010) == ""


def test_looking_up_needs_neither_pydicom_nor_numpy() -> None:
    code = """
import sys
from scanloft.dicom import charsets, dictionary, syntaxes
dictionary.vr_of(0x00100010)
syntaxes.check_syntax("1.2.840.10008.1.2")
charsets.decoded(b"M\\xfcller \\x1b$)C\\xb1\\xe8", charsets.encodings(b"ISO_IR 100"))
raise SystemExit(bool({"pydicom", "numpy", "yaml"} & set(sys.modules)))
"""
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
