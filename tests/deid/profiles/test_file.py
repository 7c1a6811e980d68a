import json
import re
import string
from contextlib import suppress
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from scanloft.core.errors import InvalidProfile
from scanloft.deid.profiles.built_in import BUILT_IN, DESCRIPTIONS
from scanloft.deid.profiles.file import read_profile, warnings_of, write_profile
from scanloft.deid.profiles.options import EXCLUSIVE, OPTIONS
from scanloft.deid.profiles.profile import KEYS, Base, PatientIds, Profile, Subjects
from scanloft.deid.profiles.rule_fit import check_rules
from scanloft.deid.profiles.tag_rules import RuleAction, TagRule
from tests.support.growth import in_proportion

HEAD = "name: a\nversion: 1\n"
SCRIPTS = Path(__file__).parents[3].parent / "shared" / "data" / "deid-scripts"


def faults(text: str) -> list[str]:
    """The faults of a file, one to a line, without the heading."""
    with pytest.raises(InvalidProfile) as caught:
        read_profile(text)
    return caught.value.message.splitlines()[1:]


def rules(text: str) -> tuple[TagRule, ...]:
    return read_profile(f"{HEAD}rules:\n{text}").rules


def test_name_and_version_are_enough() -> None:
    assert read_profile(HEAD) == Profile("a", 1)


def test_yaml_with_every_simple_key_is_read() -> None:
    profile = read_profile(
        "# of our trial\n"
        "name: stroke trial\n"
        "version: 3\n"
        "base: basic\n"
        "options: [rtn_pat_chars, clean_desc]\n"
        "pixel_review: false\n"
        "subjects: issuer\n"
        "patient_ids: lookup\n"
        "patient_id_prefix: ST-\n"
        "rules:\n"
        "  - tag: PatientComments\n"
        "    action: remove\n"
    )
    assert profile == Profile(
        "stroke trial",
        3,
        frozenset({"rtn_pat_chars", "clean_desc"}),
        pixel_review=False,
        subjects=Subjects.ISSUER,
        patient_ids=PatientIds.LOOKUP,
        patient_id_prefix="ST-",
        rules=(TagRule(0x00104000, RuleAction.REMOVE),),
    )


def test_json_is_read_with_its_tabs_and_escapes() -> None:
    text = (
        '\ufeff{\n\t"name": "a",\n\t"version": 1,\n\t"rules": [{"tag": "0008,1030", '
        '"action": "replace", "value": "\\ud83d\\ude00 \\/ \\u00e9"}]\n}'
    )
    assert read_profile(text).rules[0].value == "\U0001f600 / é"


@pytest.mark.parametrize(
    "written",
    [
        "PatientComments",
        '"0010,4000"',
        "0010,4000",
        '"(0010,4000)"',
        "(0010,4000)",
        '"00104000"',
        "00104000",
        "0x00104000",
    ],
)
def test_a_tag_may_be_written_as_people_write_it(written: str) -> None:
    assert rules(f"- {{tag: {_quoted(written)}, action: keep}}")[0].tag == 0x00104000


def _quoted(written: str) -> str:
    # Inside of braces a comma parts two keys, so only there plain tags need quotes.
    return written if "," not in written or '"' in written else f'"{written}"'


@pytest.mark.parametrize(
    "written",
    [
        '0019,"SIEMENS MR HEADER",0C',
        '0019,"SIEMENS MR HEADER",xx0C',
        '(0019,"SIEMENS MR HEADER",0c)',
        '(0019, "SIEMENS MR HEADER", 0c)',
    ],
)
def test_a_private_tag_is_written_with_its_creator(written: str) -> None:
    (rule,) = rules(f"- tag: '{written}'\n  action: remove")
    assert (rule.tag, rule.creator) == (0x0019000C, "SIEMENS MR HEADER")


@pytest.mark.parametrize(
    ("text", "line", "told"),
    [
        ("name: 5\nversion: 1", 1, '"name" must be a text'),
        ("name: a/b\nversion: 1", 1, '"name" must have 1 to 32'),
        ("name: a", 1, '"version" is missing'),
        ("name: a\nversion: 1.0", 2, "whole number from 1, such as 2, and 1.0 is none"),
        ("name: a\nversion: '1'", 2, "whole number"),
        ("name: a\nversion: true", 2, "whole number"),
        ("name: a\nversion: 0", 2, "from 1 to 999999"),
        ("name: a\nversion: 010", 2, "010 is none"),
        (HEAD + "options: yes", 3, '"options" must be a list'),
        (HEAD + "options:\n  - rtn_uid", 4, "did you mean rtn_uids?"),
        (HEAD + "options: [clean_recog]", 3, "deface"),
        (HEAD + "options: [rtn_uids, rtn_uids]", 3, "given twice"),
        (HEAD + "options: [1]", 3, "option 1 is unknown: allowed are"),
        (
            HEAD + "options:\n- rtn_long_full_dates\n- rtn_long_modif_dates",
            5,
            "rtn_long_full_dates (line 4) exclude each other",
        ),
        (HEAD + "pixelreview: true", 3, "did you mean pixel_review?"),
        (HEAD + "pixel_review: no", 3, "true or false"),
        (HEAD + "pixel_review: 'false'", 3, "true or false"),
        (HEAD + "base: basics", 3, "did you mean basic?"),
        (HEAD + "subjects: all", 3, "allowed are project, issuer, site"),
        (HEAD + "patient_ids: [hmac]", 3, "allowed are hmac, lookup"),
        (HEAD + "patient_id_prefix: 5", 3, 'put it into quotes, "5"'),
        (HEAD + "patient_id_prefix: a b", 3, "16 letters"),
        (HEAD + "floor: false", 3, '"base: ctp" only'),
        (HEAD + "base: ctp", 3, "needs the script itself"),
        (HEAD + "base: none\noptions: [rtn_uids]", 4, "changes nothing"),
        (HEAD + "base: none\nrules:\n- {tag: PatientSex, action: empty}", 4, "changes nothing"),
        (HEAD + "base: ctp\nfloor: false\noptions: [rtn_uids]", 5, "script alone decides"),
        (HEAD + "name: b", 3, '"name" is given twice, first in line 1'),
        (HEAD + "rules: keep", 3, '"rules" must be a list'),
        (HEAD + "rules: [keep]", 3, 'a "tag" and an "action"'),
        (HEAD + "rules:\n- tag: PatientSex", 4, 'needs an "action"'),
        (HEAD + "rules:\n- action: keep", 4, 'needs a "tag"'),
        (HEAD + "rules:\n- tag: PatientSex\n  act: keep", 5, "did you mean action?"),
        (HEAD + "rules:\n- tag: PatientSex\n  action: kep", 5, "did you mean keep?"),
        (HEAD + "rules:\n- tag: PatientSexx\n  action: keep", 4, "did you mean PatientSex?"),
        (HEAD + "rules:\n- tag: 10,4000\n  action: keep", 4, "must be written as 0010,4000"),
        (HEAD + "rules:\n- tag: 0019,100C\n  action: keep", 4, "private creator"),
        (HEAD + "rules:\n- tag: 0002,0016\n  action: keep", 4, "No rule can be made"),
        (HEAD + "rules:\n- tag: PixelData\n  action: remove", 4, "No rule can be made"),
        (HEAD + "rules:\n- tag: 0010,9999\n  action: keep", 4, "no such attribute"),
        (HEAD + "rules:\n- tag: StudyInstanceUID\n  action: keep", 4, "by the archive itself"),
        (
            HEAD + "rules:\n- {tag: PatientSex, action: keep}\n- {tag: '0010,0040', action: empty}",
            5,
            "has a rule in line 4 already",
        ),
        (
            HEAD + "rules:\n- {tag: PregnancyStatus, action: hash}",
            4,
            "only text and UIDs can be hashed",
        ),
        (HEAD + "rules:\n- {tag: PatientID, action: shift}", 4, "only dates (DA, DT)"),
        (HEAD + "rules:\n- {tag: StudyTime, action: shift}", 4, "only dates (DA, DT)"),
        (
            HEAD + "rules:\n- {tag: PregnancyStatus, action: regex, pattern: a}",
            4,
            "only text can be",
        ),
        (
            HEAD + "rules:\n- tag: Rows\n  action: remove",
            5,
            "0028,0010: the pixels cannot be read if this changes: use keep, or no rule",
        ),
        (
            HEAD + "rules:\n- tag: SpecificCharacterSet\n  action: replace\n  value: ISO_IR 192",
            5,
            "0008,0005: the text cannot be read if this changes",
        ),
        (HEAD + "rules:\n- {tag: StudyID, action: regex, pattern: '(?=a)'}", 4, "look-around"),
        (
            HEAD + "rules:\n- tag: StudyID\n  action: regex\n  pattern: (a)b\n  value: '\\2'",
            7,
            '"pattern" has 1 of them',
        ),
        (HEAD + "rules:\n- {tag: PatientSex, action: regex}", 4, 'needs a "pattern"'),
        (HEAD + "rules:\n- {tag: PatientSex, action: keep, value: M}", 4, 'takes no "value"'),
        (HEAD + "rules:\n- {tag: PatientSex, action: replace}", 4, "use empty"),
        (HEAD + "rules:\n- {tag: StudyID, action: replace, value: 7}", 4, 'into quotes, "7"'),
        ("", 1, "the file is empty"),
        ("# nothing", 1, "the file is empty"),
        ("- a", 1, "a profile has keys"),
        ("just text", 1, "a profile has keys"),
        ("name: a\n\tversion: 1", 2, "spaces, not with tabs"),
        ("name: a\nrules:\n\t- tag: x", 3, "spaces, not with tabs"),
        ('{"name": "a",\n"version": }}', 2, "neither YAML nor JSON"),
        ("name: &x a\nversion: 1", 1, "anchors"),
        ("name: a\nversion: *x", 2, "aliases"),
        ("name: !!python/object:os.system a", 1, "tags"),
        ("name: a\n---\nname: b", 2, "second document"),
        ("name: a\n? [x]\n: b", 2, "a single word"),
        ("name: a\nversion: \x07", 2, "control character"),
        ('name: "\\ud83d"', 1, ""),
        ("[" * 100_000, 1, "nested too deep"),
        ("- a\n" * 60_000, 50_000, "too long"),
    ],
)
def test_a_fault_is_told_with_its_line(text: str, line: int, told: str) -> None:
    found = faults(text)
    matching = [fault for fault in found if told in fault]
    assert matching, found
    assert matching[0].startswith(f"line {line}: ")


def test_the_faults_of_a_file_are_told_all_at_once_and_in_order() -> None:
    found = faults("version: x\nfoo: 1\noptions: [bar]\nrules:\n- {tag: Foo, action: keep}\n")
    assert [fault.partition(":")[0] for fault in found] == [
        "line 1", "line 1", "line 2", "line 3", "line 5",
    ]  # fmt: skip


def test_of_many_faults_ten_are_told() -> None:
    found = faults(HEAD + "rules:\n" + "- {tag: Foo, action: keep}\n" * 14)
    assert len(found) == 11
    assert found[-1] == "and 4 more."


def test_a_file_of_more_than_one_mebibyte_is_refused() -> None:
    with pytest.raises(InvalidProfile, match="1 MiB"):
        read_profile(HEAD + "# " + "é" * 2**19)


@pytest.mark.parametrize(
    ("begin", "unit", "end"),
    [
        ("", "- ", ""),
        ('"', "\\n", '"'),
        ("", "a: ", ""),
        ("{a: 1", ", {", ""),
        ("", "? ", ""),
        ("", "&a", ""),
        ("'", "''", ""),
        ("k: |\n", " x\n", ""),
        ("{", '"\\ud83d\\ude00": "\t", ', ""),
    ],
)
def test_hostile_text_is_refused_soon(begin: str, unit: str, end: str) -> None:
    def refused(text: str) -> None:
        with pytest.raises(InvalidProfile):
            read_profile(text)

    assert in_proportion(refused, lambda size: begin + unit * (size // len(unit)) + end, 1_000_000)


@given(
    st.text(st.characters(codec=None), max_size=60)
    | st.text("{}[]:,-\"'\n &*!|>a1#%@", max_size=40)
)
def test_no_text_raises_anything_but_invalid_profile(text: str) -> None:
    with suppress(InvalidProfile):
        assert isinstance(read_profile(text), Profile)


@pytest.mark.parametrize(
    ("keyword", "value", "told"),
    [
        ("StudyDate", "2020-01-31", "a date as 20200131"),
        ("StudyDate", "20200231", "a date as 20200131"),
        ("StudyTime", "256000", "a time as"),
        ("AcquisitionDateTime", "2020013199", ""),
        ("AcquisitionDateTime", "20201340", "a date and time"),
        ("PatientAge", "45", "an age as 045Y"),
        ("PatientSex", "m", "capital letters"),
        ("PatientSex", "A" * 17, "1 to 16"),
        ("PatientWeight", "heavy", "a decimal number"),
        ("SeriesNumber", "99999999999", "a whole number"),
        ("SeriesNumber", "2147483648", "a whole number"),
        ("SynchronizationFrameOfReferenceUID", "1.02.3", "a UID"),
        ("StationName", "A" * 17, "at most 16"),
        ("StudyDescription", "A" * 65, "at most 64"),
        ("StudyDescription", "A" * 64 + "\\" + "B" * 64, ""),
        ("StudyDescription", "a\nb", "control character"),
        ("AdditionalPatientHistory", "a\nb", ""),
        ("AdditionalPatientHistory", "A" * 10_241, "at most 10240"),
        ("OtherPatientNames", "A^B^C^D^E^F", "no person name"),
        ("OtherPatientNames", "A^B=C=D", ""),
        ("StationAETitle", "é", "ASCII"),
        ("SeriesNumber", "7\\8", ""),
        ("LargestImagePixelValue", "7", "no text can replace"),
        ("FrameOfReferenceUID", "2.25.1", ""),
        ("PregnancyStatus", "70000", "between 0 and 65535"),
        ("PregnancyStatus", "4", ""),
        ("RadiationMachineSSD", "1", ""),
        ("RealWorldValueSlope", "1", "no text can replace"),
        ("ReferencedStudySequence", "x", "sequences (SQ)"),
        ("RetrieveURL", "a b", "a URI"),
    ],
)
def test_a_replacement_has_to_fit_its_attribute(keyword: str, value: str, told: str) -> None:
    text = f"{HEAD}rules:\n- tag: {keyword}\n  action: replace\n  value: {json.dumps(value)}\n"
    if not told:
        assert read_profile(text).rules[0].value == value
        return
    (fault,) = faults(text)
    assert fault.startswith("line 6: ")
    assert told in fault


def test_rules_that_were_not_read_from_a_file_are_checked_too() -> None:
    check_rules(Profile("a", 1, rules=(TagRule(0x00080020, RuleAction.SHIFT),)))
    with pytest.raises(InvalidProfile, match=r"0010,0020 cannot be used.*only dates"):
        check_rules(Profile("a", 1, rules=(TagRule(0x00100020, RuleAction.SHIFT),)))


@pytest.mark.parametrize(
    "keyword",
    [
        "SpecificCharacterSet", "SamplesPerPixel", "PhotometricInterpretation",
        "PlanarConfiguration", "NumberOfFrames", "Rows", "Columns", "BitsAllocated", "BitsStored",
        "HighBit", "PixelRepresentation",
    ],
)  # fmt: skip
@pytest.mark.parametrize("action", RuleAction)
def test_what_an_object_is_read_by_can_only_be_kept(keyword: str, action: RuleAction) -> None:
    value = {"replace": {"value": "8"}, "regex": {"pattern": "a"}}.get(action, {})
    rule = {"tag": keyword, "action": action, **value}
    text = json.dumps({"name": "a", "version": 1, "rules": [rule]})
    if action is RuleAction.KEEP:
        assert read_profile(text).rules
    else:
        assert any("if this changes" in fault for fault in faults(text))


@pytest.mark.parametrize("name", BUILT_IN)
def test_what_comes_with_scanloft_survives_being_written_and_read(name: str) -> None:
    profile = BUILT_IN[name]
    assert profile.name == name
    assert read_profile(write_profile(profile)) == profile
    assert warnings_of(profile) == ()
    assert DESCRIPTIONS[name]


def test_a_written_profile_names_its_attributes() -> None:
    text = write_profile(
        Profile(
            "a",
            1,
            rules=(
                TagRule(0x00104000, RuleAction.KEEP),
                TagRule(0x0019000C, RuleAction.KEEP, creator="SIEMENS MR HEADER"),
            ),
        )
    )
    assert '  - tag: "0010,4000"  # PatientComments\n' in text
    assert "  - tag: '0019,\"SIEMENS MR HEADER\",0C'\n" in text


_KEYWORD_TAGS = st.sampled_from([0x00081030, 0x0008103E, 0x00104000, 0x00081010, 0x00200010])
_CREATORS = st.text(string.ascii_letters + string.digits + " .:_-'#", min_size=1, max_size=30).map(
    str.strip
)
_VALUES = st.text(
    st.characters(codec="utf-8", exclude_categories=["C"], exclude_characters="\\"),
    min_size=1,
    max_size=16,
).filter(str.isprintable)
_PATTERNS = st.sampled_from(["a+", "^x: 'y' # z$", r"\d{4}", '"', "é|ü", "a\tb", " lead", "- [x]"])


@st.composite
def _rule(draw: st.DrawFn) -> TagRule:
    private = draw(st.booleans())
    creator = draw(_CREATORS.filter(bool)) if private else ""
    tag = 0x00190000 | draw(st.integers(0, 255)) if private else draw(_KEYWORD_TAGS)
    if tag & 0xFFFF == 0:
        tag += 1
    action = draw(st.sampled_from(["keep", "remove", "empty", "replace", "hash", "regex"]))
    value = draw(_VALUES) if action == "replace" else ""
    pattern = draw(_PATTERNS) if action == "regex" else ""
    return TagRule(tag, RuleAction(action), creator=creator, value=value, pattern=pattern)


@st.composite
def _profile(draw: st.DrawFn) -> Profile:
    options = draw(st.sets(st.sampled_from(sorted(OPTIONS))))
    options -= {"rtn_long_full_dates"} if options >= EXCLUSIVE else set()
    unique = {(rule.tag, rule.creator): rule for rule in draw(st.lists(_rule(), max_size=6))}
    return Profile(
        name=draw(st.from_regex(r"[A-Za-z0-9]([A-Za-z0-9 _-]{0,30}[A-Za-z0-9])?", fullmatch=True)),
        version=draw(st.integers(1, 999_999)),
        options=frozenset(options),
        pixel_review=draw(st.booleans()),
        rules=tuple(unique.values()),
        subjects=draw(st.sampled_from(Subjects)),
        patient_ids=draw(st.sampled_from(PatientIds)),
        patient_id_prefix=draw(st.from_regex(r"[A-Za-z0-9._-]{0,16}", fullmatch=True)),
    )


@given(_profile())
def test_a_profile_survives_being_written_and_read(profile: Profile) -> None:
    assert read_profile(write_profile(profile)) == profile


@given(_profile())
def test_a_profile_survives_json_too(profile: Profile) -> None:
    assert read_profile(json.dumps(profile.to_dict(), indent="\t")) == profile


@given(st.text(st.sampled_from("ab \t\n\r:#-|>'\"\\\x85\u2028é\ufeff😀"), min_size=1, max_size=40))
def test_any_script_text_is_written_so_that_it_reads_back(text: str) -> None:
    written = write_profile(Profile("a", 1, base=Base.CTP, ctp_script=text))
    assert yaml.safe_load(written)["ctp_script"] == text


def _script(*parts: str) -> str:
    path = SCRIPTS.joinpath(*parts)
    if not path.is_file():
        pytest.skip("the shared test data is not here")
    return path.read_text("utf-8")


@pytest.mark.parametrize(
    "parts",
    [
        ("ctp", "DicomServiceAnonymizer.script"),
        ("ctp-examples", "example-ctp-dicom-anonymizer.script"),
    ],
)
def test_a_real_script_is_written_line_by_line_and_read_back(parts: tuple[str, ...]) -> None:
    script = _script(*parts)
    profile = Profile("ctp", 1, base=Base.CTP, ctp_script=script)
    written = write_profile(profile)
    assert len(written.splitlines()) >= len(script.splitlines())
    assert read_profile(written) == profile


def test_a_fault_in_a_script_is_told_with_the_line_of_the_file() -> None:
    text = HEAD + 'base: ctp\nctp_script: |\n  <script>\n  <e en="T" t="00100010">@nope()</e>\n'
    (fault,) = faults(text + "  </script>\n")
    assert fault.startswith('line 6: in the "ctp_script": CTP script, line 2:')


@pytest.mark.parametrize(
    ("profile", "told"),
    [
        (Profile("a", 1, pixel_review=False), "pixel_review is false"),
        (Profile("a", 1, base=Base.NONE), "NOTHING is de-identified"),
        (
            Profile("a", 1, base=Base.CTP, ctp_script="<script/>", floor=False),
            "The script alone decides",
        ),
        (
            Profile("a", 1, rules=(TagRule(0x00104000, RuleAction.KEEP),)),
            "0010,4000 PatientComments: keep leaves in place what the profile removes without",
        ),
        (
            Profile("a", 1, rules=(TagRule(0x00190001, RuleAction.KEEP, creator="ACME"),)),
            "private attribute",
        ),
        (
            Profile("a", 1, rules=(TagRule(0x00081030, RuleAction.REGEX, pattern="a"),)),
            "but for what its pattern matches, what the profile removes",
        ),
        (
            Profile("a", 1, rules=(TagRule(0x00100020, RuleAction.REPLACE, value="X"),)),
            "all patients the same",
        ),
    ],
)
def test_what_loosens_a_profile_is_warned_of(profile: Profile, told: str) -> None:
    assert told in warnings_of(profile)[0]


def test_a_profile_with_a_loosening_rule_says_that_it_claims_no_conformance() -> None:
    warnings = warnings_of(Profile("a", 1, rules=(TagRule(0x00104000, RuleAction.KEEP),)))
    assert len(warnings) == 2
    assert "113100" in warnings[1]


@pytest.mark.parametrize(
    ("options", "actions", "warned"),
    [
        (("rtn_long_modif_dates",), (RuleAction.KEEP,), True),
        ((), (RuleAction.KEEP, RuleAction.SHIFT), True),
        ((), (RuleAction.KEEP, RuleAction.KEEP), False),
        (("rtn_long_modif_dates",), (RuleAction.SHIFT,), False),
    ],
)
def test_dates_that_are_kept_beside_moved_ones_are_warned_of(
    options: tuple[str, ...], actions: tuple[RuleAction, ...], warned: bool
) -> None:
    rules = tuple(TagRule(0x00080020 + number, action) for number, action in enumerate(actions))
    warnings = warnings_of(Profile("a", 1, frozenset(options), rules=rules))
    assert any("by how many days" in warning for warning in warnings) is warned


def test_a_rule_for_what_an_option_keeps_anyway_is_not_warned_of() -> None:
    options = frozenset({"rtn_pat_chars"})
    rule = TagRule(0x00100040, RuleAction.KEEP)
    assert warnings_of(Profile("a", 1, options, rules=(rule,))) == ()


@pytest.mark.parametrize(
    "rule",
    [
        TagRule(0x00104000, RuleAction.REMOVE),
        TagRule(0x00180050, RuleAction.KEEP),
        TagRule(0x00081030, RuleAction.REPLACE, value="x"),
        TagRule(0x00190001, RuleAction.REMOVE, creator="ACME"),
    ],
)
def test_a_rule_that_loosens_nothing_is_not_warned_of(rule: TagRule) -> None:
    assert warnings_of(Profile("a", 1, rules=(rule,))) == ()


def test_a_script_with_its_floor_is_not_warned_of() -> None:
    assert warnings_of(Profile("a", 1, base=Base.CTP, ctp_script="<script/>")) == ()


def test_devices_are_read_and_written() -> None:
    text = (
        HEAD + "options: [clean_pixel]\ndevices:\n"
        "  - manufacturer: GE\n"
        "    model: LOGIQ\n"
        "    rows: 480\n"
        "    blank:\n"
        "      - [0, 0, 640, 40]\n"
    )
    profile = read_profile(text)
    assert profile.devices[0].blank[0].width == 640
    assert read_profile(write_profile(profile)) == profile
    assert "      - [0, 0, 640, 40]\n" in write_profile(profile)


@pytest.mark.parametrize(
    ("text", "line", "told"),
    [
        ("devices:\n- {manufacturer: GE, blank: []}", 3, '"devices" needs the option clean_pixel'),
        ("options: [clean_pixel]\ndevices: x", 4, '"devices" must be a list'),
        ("options: [clean_pixel]\ndevices: [x]", 4, "a device has keys"),
        ("options: [clean_pixel]\ndevices:\n- model: A\n  rows: x\n  blank: []", 6, '"rows" must'),
        ("options: [clean_pixel]\ndevices:\n- model: A\n  row: 1\n  blank: []", 6, '"row"'),
        ("options: [clean_pixel]\ndevices:\n- model: A", 5, 'needs "blank"'),
        ("options: [clean_pixel]\npixel_script: |\n  {\n", 5, "never closed"),
    ],
)
def test_a_fault_in_a_device_is_told_with_its_line(text: str, line: int, told: str) -> None:
    (fault,) = faults(HEAD + text)
    assert fault.startswith(f"line {line}: ")
    assert told in fault


def _reference() -> str:
    return (Path(__file__).parents[3] / "docs" / "profiles.md").read_text("utf-8")


def test_the_examples_of_the_reference_are_profiles() -> None:
    examples = re.findall(r"```yaml\n(.*?)```", _reference(), re.DOTALL)
    assert len(examples) == 2
    for example in examples:
        assert read_profile(write_profile(read_profile(example))) == read_profile(example)


def test_the_reference_has_every_key_option_code_action_and_name() -> None:
    reference = _reference()
    words = (*KEYS, *OPTIONS, *RuleAction, *BUILT_IN, *Subjects, *PatientIds, *Base)
    assert [word for word in words if f"`{word}`" not in reference] == []
    for option, (code, _) in OPTIONS.items():
        assert f"| `{option}` | {code} |" in reference
