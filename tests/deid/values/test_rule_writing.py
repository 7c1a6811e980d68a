"""What rules write: replacements, hashes, and texts with parts replaced."""

import re
from io import BytesIO

import pydicom
import pytest
from pydicom.dataset import Dataset

from scanloft.deid.profiles.profile import Profile
from scanloft.deid.profiles.tag_rules import RuleAction, TagRule
from scanloft.deid.results import Deidentified
from scanloft.deid.values.pseudonyms import Pseudonyms
from scanloft.deid.values.rule_writing import hashed, substituted, written
from tests.support.growth import in_proportion
from tests.support.objects import file_with
from tests.support.two_ways import PSEUDONYMS, disagreement
from tests.support.wire import Syntax, Wire, uid, within

OUTER, INNER = 0x00081115, 0x00081199
UTF8, LATIN1 = ("utf8",), ("latin-1",)
DESCRIPTION, STUDY_ID, STATION, FRAME_OF_REFERENCE = 0x0008103E, 0x00200010, 0x00081010, 0x00200052

everywhere = pytest.mark.parametrize(
    ("syntax", "sequences"),
    [
        (Syntax.EXPLICIT, ()),
        (Syntax.IMPLICIT, ()),
        (Syntax.EXPLICIT, (OUTER, INNER)),
        (Syntax.IMPLICIT, (OUTER, INNER)),
    ],
)


def replaced(tag: int, value: str) -> TagRule:
    return TagRule(tag, RuleAction.REPLACE, value=value)


def regex(tag: int, pattern: str, value: str = "") -> TagRule:
    return TagRule(tag, RuleAction.REGEX, value=value, pattern=pattern)


def result_of(*elements: Wire, rules: tuple[TagRule, ...], syntax: str = "") -> Deidentified:
    """The result that both ways agree upon."""
    data = file_with(elements, syntax=syntax or Syntax.EXPLICIT)
    difference, result = disagreement(data, Profile("test", 1, rules=rules))
    assert difference == ""
    assert isinstance(result, Deidentified)
    return result


def opened(result: Deidentified, *sequences: int) -> Dataset:
    dataset: Dataset = pydicom.dcmread(BytesIO(result.data))
    for tag in sequences:
        dataset = dataset[tag][0]
    return dataset


@everywhere
def test_replace_writes_its_value_whatever_was_there(
    syntax: str, sequences: tuple[int, ...]
) -> None:
    values = {
        Wire(DESCRIPTION, "LO", b"Testmann"): "Ein Größe",
        Wire(0x00080020, "DA", b"20200301"): "19990131",
        Wire(0x00101010, "AS", b"045Y"): "040Y",
        Wire(0x00280106, "US", b"\1\0"): "515",
        Wire(0x00200013, "IS", b""): "-7",
        Wire(0x00200037, "DS", b"1\\2 "): "1\\0\\0.5",
        Wire(FRAME_OF_REFERENCE, "UI", b"1.2\0"): "1.2.826.99",
    }
    rules = tuple(replaced(element.tag, value) for element, value in values.items())
    elements = [
        *(within(element, *sequences) for element in values if not sequences),
        *([nested(list(values), sequences)] if sequences else []),
    ]
    result = result_of(*elements, rules=rules, syntax=syntax)
    found = opened(result, *sequences)
    assert found.SeriesDescription == "Ein Größe"
    assert (found.StudyDate, found.PatientAge) == ("19990131", "040Y")
    assert found.get_item(0x00280106).value == b"\3\2"
    assert (found.InstanceNumber, found.ImageOrientationPatient) == (-7, [1, 0, 0.5])
    assert found.FrameOfReferenceUID == "1.2.826.99"
    assert "1.2" not in result.replaced
    assert result.account.counts["replaced"] == 7 + 2  # and the patient's name and ID


def nested(elements: list[Wire], sequences: tuple[int, ...]) -> Wire:
    *around, last = sequences
    return within(
        Wire(last, "SQ", (tuple(sorted(elements, key=lambda element: element.tag)),)), *around
    )


def test_replace_writes_numbers_in_the_byte_order_of_the_object() -> None:
    from scanloft.deid.engine import by_pydicom

    data = file_with([Wire(0x00280106, "US", b"\0\1")], syntax=Syntax.BIG)
    profile = Profile("test", 1, rules=(replaced(0x00280106, "515"),))
    result = by_pydicom(data, profile=profile, pseudonyms=PSEUDONYMS)
    assert opened(result).SmallestImagePixelValue == 515


def test_replace_removes_what_the_character_set_cannot_say() -> None:
    latin = Wire(0x00080005, "CS", b"ISO_IR 100")
    description = Wire(DESCRIPTION, "LO", b"Testmann")
    rules = (replaced(DESCRIPTION, "脳"),)
    assert DESCRIPTION not in opened(result_of(latin, description, rules=rules))
    assert opened(result_of(description, rules=rules)).SeriesDescription == "脳"


def test_replace_makes_no_element_where_none_was() -> None:
    assert DESCRIPTION not in opened(result_of(rules=(replaced(DESCRIPTION, "A"),)))


@pytest.mark.parametrize(
    ("vr", "value", "expected"),
    [
        ("US", "1\\65535", b"\1\0\xff\xff"), ("SS", "-2", b"\xfe\xff"), ("UL", "1", b"\1\0\0\0"),
        ("SL", "-1", b"\xff" * 4), ("UV", "1", b"\1" + bytes(7)), ("SV", "-1", b"\xff" * 8),
        ("LO", "Ä", "Ä".encode()), ("UN", "A B", b"A B"), ("DA", "20200229", b"20200229"),
    ],
)  # fmt: skip
def test_a_value_is_written_as_its_vr_wants_it(vr: str, value: str, expected: bytes) -> None:
    assert written(replaced(DESCRIPTION, value), vr, UTF8, little=True) == expected


@pytest.mark.parametrize(
    ("vr", "value"),
    [
        ("US", "65536"), ("US", "-1"), ("SS", "one"), ("DA", "20200230"), ("UI", "1.02"),
        ("LO", "x" * 65), ("OB", "x"), ("SQ", "x"), ("FD", "1"), ("UN", "x\0"), ("AE", "Ä"),
    ],
)  # fmt: skip
def test_a_value_that_misfits_its_vr_is_never_written(vr: str, value: str) -> None:
    assert written(replaced(DESCRIPTION, value), vr, UTF8, little=True) is None


def test_numbers_turn_with_the_byte_order() -> None:
    assert written(replaced(DESCRIPTION, "1\\2"), "US", UTF8, little=False) == b"\0\1\0\2"


@everywhere
def test_hash_gives_the_same_for_the_same_text_and_nothing_of_it(
    syntax: str, sequences: tuple[int, ...]
) -> None:
    rules = tuple(TagRule(tag, RuleAction.HASH) for tag in (DESCRIPTION, STUDY_ID))
    elements = (
        within(Wire(DESCRIPTION, "LO", b"Room 7"), *sequences),
        Wire(STUDY_ID, "SH", b"Room 7"),
    )
    result = result_of(*elements, rules=rules, syntax=syntax)
    text = str(opened(result, *sequences).SeriesDescription)
    assert text == opened(result).StudyID == PSEUDONYMS.text_hash("Room 7")
    assert re.fullmatch("[A-Z2-7]{16}", text)
    other = result_of(Wire(STUDY_ID, "SH", b"Room 8"), rules=rules, syntax=syntax)
    assert opened(other).StudyID != text


@everywhere
def test_hash_gives_a_uid_the_uid_that_it_has_everywhere(
    syntax: str, sequences: tuple[int, ...]
) -> None:
    rules = (TagRule(FRAME_OF_REFERENCE, RuleAction.HASH),)
    element = within(Wire(FRAME_OF_REFERENCE, "UI", uid("1.2.826.7")), *sequences)
    result = result_of(element, rules=rules, syntax=syntax)
    new = opened(result, *sequences).FrameOfReferenceUID
    assert new == PSEUDONYMS.uid("1.2.826.7") == result.replaced["1.2.826.7"]


def test_hash_of_the_patients_name_leaves_nothing_of_it() -> None:
    result = result_of(rules=(TagRule(0x00100010, RuleAction.HASH),))
    assert opened(result).PatientName == PSEUDONYMS.text_hash("Testmann^Ottilie")
    assert b"Testmann" not in result.data


def test_hash_depends_on_the_secret_and_on_the_text_alone() -> None:
    other = Pseudonyms(b"another secret, of 32 bytes or more")
    assert hashed(PSEUDONYMS, "Room 7", "LO") == hashed(PSEUDONYMS, " Room 7 \0", "SH")
    assert hashed(PSEUDONYMS, "Room 7", "LO") != hashed(other, "Room 7", "LO")
    assert hashed(PSEUDONYMS, "Room 7", "LO") != hashed(PSEUDONYMS, "room 7", "LO")


@pytest.mark.parametrize("vr", ["AE", "CS", "LO", "LT", "PN", "SH", "ST", "UC", "UN", "UT"])
def test_hash_leaves_blank_text_blank_and_fits_each_vr_of_text(vr: str) -> None:
    assert hashed(PSEUDONYMS, "  \0", vr) == b""
    assert len(hashed(PSEUDONYMS, "x", vr) or b"") == 16


@pytest.mark.parametrize("vr", ["US", "DA", "DS", "OB", "SQ", "UI", "UR"])
def test_hash_is_for_text_only(vr: str) -> None:
    assert hashed(PSEUDONYMS, "20200301", vr) is None


def test_hash_of_a_date_removes_it() -> None:
    date = Wire(0x00080023, "DA", b"20200301")
    assert 0x00080023 not in opened(result_of(date, rules=(TagRule(date.tag, RuleAction.HASH),)))


@everywhere
def test_regex_replaces_each_match_and_keeps_the_rest(
    syntax: str, sequences: tuple[int, ...]
) -> None:
    element = within(Wire(DESCRIPTION, "LO", b"T1 op=Ana sag op=Bo "), *sequences)
    rules = (regex(DESCRIPTION, r" op=([A-Z])[a-z]*", r" (\1)"),)
    result = result_of(element, rules=rules, syntax=syntax)
    assert opened(result, *sequences).SeriesDescription == "T1 (A) sag (B)"
    assert result.account.counts["cleaned"] == 1


def test_regex_that_matches_nothing_leaves_the_text_and_counts_it_as_kept() -> None:
    result = result_of(Wire(STATION, "SH", b"CT 1"), rules=(regex(STATION, "MR"),))
    assert opened(result).StationName == "CT 1"
    assert result.account.counts["cleaned"] == 0


def test_regex_sees_text_in_the_character_set_of_its_data_set() -> None:
    inner = (Wire(0x00080005, "CS", b"ISO_IR 100"), Wire(DESCRIPTION, "LO", "Größe".encode("l1")))
    element = Wire(OUTER, "SQ", (inner,))
    rules = (regex(DESCRIPTION, "ö|ß", "x"),)
    assert opened(result_of(element, rules=rules), OUTER).SeriesDescription == "Grxxe"


def test_regex_whose_result_the_character_set_cannot_say_removes_the_element() -> None:
    latin = Wire(0x00080005, "CS", b"ISO_IR 100")
    rules = (regex(DESCRIPTION, "T1", "脳"),)
    description = Wire(DESCRIPTION, "LO", b"T1")
    assert DESCRIPTION not in opened(result_of(latin, description, rules=rules))


def test_regex_result_is_no_longer_than_its_vr_allows() -> None:
    rules = (regex(STATION, "a", "0123456789"),)
    assert opened(result_of(Wire(STATION, "SH", b"aaaa"), rules=rules)).StationName == (
        "0123456789012345"
    )


def test_regex_with_a_bad_replacement_removes_the_element() -> None:
    rules = (regex(STATION, "(C)T", r"\2"),)
    result = result_of(Wire(STATION, "SH", b"CT 1"), rules=rules)
    assert STATION not in opened(result)
    assert b"CT 1" not in result.data


def test_a_pattern_that_cannot_be_used_substitutes_nothing() -> None:
    assert substituted(regex(STATION, "(?=x)"), "x", "ST") is None
    assert substituted(regex(STATION, "x"), "\ud800x", "ST") is None


def test_longer_text_than_anybody_writes_is_not_searched() -> None:
    assert substituted(regex(STATION, "x"), "x".rjust(100_000), "ST") == " " * 99_999
    assert substituted(regex(STATION, "x"), "x".rjust(100_001), "ST") is None


def test_a_pattern_that_would_hang_others_takes_time_in_proportion() -> None:
    nasty = regex(DESCRIPTION, "(a|aa)+(a*)*$")
    assert substituted(nasty, "a" * 99_000 + "b", "LT") == "a" * 99_000 + "b"
    # Engines that try all ways need longer than the age of the universe for 100 of them.
    assert in_proportion(
        lambda text: substituted(nasty, text, "LT"), lambda size: "a" * size + "b", 99_000
    )


def test_an_empty_value_deletes_each_match() -> None:
    assert substituted(regex(DESCRIPTION, "[0-9]+"), "T1 and T2", "LO") == "T and T"


@pytest.mark.parametrize(
    ("pattern", "value", "text", "expected"),
    [
        ("T1", "Schädel", "T1 sag", "Schädel sag"),
        ("T1", "脳", "T1", "脳"),
        (r"(ü)b(er)", r"\2ö\1", "über", "eröü"),
    ],
)
def test_a_replacement_may_have_letters_of_any_script(
    pattern: str, value: str, text: str, expected: str
) -> None:
    assert substituted(regex(DESCRIPTION, pattern, value), text, "LO") == expected


@pytest.mark.parametrize(
    ("value", "wanted"),
    [
        (b"T1 op=Anna", ["T1"]),
        (b"T1 op=Annas ", ["T1"]),
        (b"T1 op=Annas\0", ["T1"]),
        (b"T1 op=Anna\\T2 op=Berta ", ["T1", "T2"]),
    ],
)
def test_regex_sees_each_value_without_its_padding(value: bytes, wanted: list[str]) -> None:
    result = result_of(
        Wire(DESCRIPTION, "LO", value), rules=(regex(DESCRIPTION, " op=[A-Z][a-z]+$"),)
    )
    found = opened(result).SeriesDescription
    assert ([found] if isinstance(found, str) else list(found)) == wanted


@pytest.mark.parametrize(
    ("charset", "value"),
    [
        (b"ISO_IR 192", b"T1 \xfcber "),
        (b"ISO_IR 13 ", b"T1 \x81"),
        (b"ISO_IR 100", b"more than the sixteen characters of an SH"),
    ],
)
def test_regex_that_matches_nothing_leaves_the_bytes_as_they_are(
    charset: bytes, value: bytes
) -> None:
    value += b" " * (len(value) % 2)
    rules = (regex(STATION, "ZZZ"),)
    result = result_of(Wire(0x00080005, "CS", charset), Wire(STATION, "SH", value), rules=rules)
    assert value in result.data
