"""Private elements: those of the list of safe ones, and those with a rule of their own."""

from io import BytesIO

import pydicom
import pytest
from pydicom.dataset import Dataset

from scanloft.deid.engine import deidentify
from scanloft.deid.profiles.profile import Profile
from scanloft.deid.profiles.tag_rules import RuleAction, TagRule
from scanloft.deid.results import Deidentified
from scanloft.deid.rules.private_rules import PrivateRules
from scanloft.deid.rules.verdicts import Action, Verdict
from tests.support.objects import file_with
from tests.support.two_ways import PSEUDONYMS, disagreement
from tests.support.wire import Syntax, Wire, data_set, uid, within

OUTER, INNER = 0x00081115, 0x00081199
CREATOR = "ACME 1.0"
HEAD = Wire(0x00290010, "LO", CREATOR.encode())

both_syntaxes = pytest.mark.parametrize("syntax", [Syntax.EXPLICIT, Syntax.IMPLICIT])
everywhere = pytest.mark.parametrize(
    ("syntax", "sequences"),
    [
        (Syntax.EXPLICIT, ()),
        (Syntax.IMPLICIT, ()),
        (Syntax.EXPLICIT, (OUTER, INNER)),
        (Syntax.IMPLICIT, (OUTER, INNER)),
    ],
)


def rule(number: int, action: str, *, creator: str = CREATOR, **values: str) -> TagRule:
    return TagRule(0x00290000 | number, RuleAction(action), creator=creator, **values)


def result_of(
    *elements: Wire,
    rules: tuple[TagRule, ...] = (),
    options: tuple[str, ...] = (),
    syntax: str = Syntax.EXPLICIT,
) -> Deidentified:
    """The result that both ways agree upon."""
    profile = Profile("test", 1, frozenset(options), rules=rules)
    difference, result = disagreement(file_with(elements, syntax=syntax), profile)
    assert difference == ""
    assert isinstance(result, Deidentified)
    return result


def opened(result: Deidentified, *sequences: int) -> Dataset:
    dataset: Dataset = pydicom.dcmread(BytesIO(result.data))
    for tag in sequences:
        dataset = dataset[tag][0]
    return dataset


def placed(elements: tuple[Wire, ...], sequences: tuple[int, ...]) -> list[Wire]:
    if not sequences:
        return list(elements)
    *around, last = sequences
    return [within(Wire(last, "SQ", (elements,)), *around)]


def values_of(dataset: Dataset) -> dict[int, bytes]:
    """The private elements without their padding."""
    found = {}
    for tag in dataset.keys():  # noqa: SIM118  # iterating decodes values
        raw = dataset.get_item(tag)
        if raw is not None and tag.is_private:
            found[int(tag)] = (raw.value or b"").rstrip(b" \0")
    return found


@everywhere
def test_each_action_does_to_private_elements_what_its_name_says(
    syntax: str, sequences: tuple[int, ...]
) -> None:
    rules = (
        rule(1, "keep"), rule(2, "remove"), rule(3, "empty"), rule(4, "replace", value="new"),
        rule(5, "hash"), rule(6, "regex", pattern="op=[a-z]+", value="op"),
    )  # fmt: skip
    elements = (
        HEAD,
        *(Wire(0x00291000 | number, "LO", b"T1 op=ana b ") for number in range(1, 8)),
    )
    result = result_of(*placed(elements, sequences), rules=rules, syntax=syntax)
    assert values_of(opened(result, *sequences)) == {
        0x00290010: CREATOR.encode(),
        0x00291001: b"T1 op=ana b",
        0x00291003: b"",
        0x00291004: b"new",
        0x00291005: PSEUDONYMS.text_hash("T1 op=ana b").encode(),
        0x00291006: b"T1 op b",
    }
    assert result.account.counts["private_removed"] == 2


@everywhere
def test_a_rule_holds_for_each_block_of_its_creator_and_no_other(
    syntax: str, sequences: tuple[int, ...]
) -> None:
    elements = (
        HEAD,
        Wire(0x00290011, "LO", b"OTHER 1"),
        Wire(0x002900E0, "LO", b"ACME 1.0  "),
        *(Wire(0x00290001 | block << 8, "LO", b"%02d" % block) for block in (0x10, 0x11, 0xE0)),
    )
    result = result_of(*placed(elements, sequences), rules=(rule(1, "keep"),), syntax=syntax)
    assert values_of(opened(result, *sequences)) == {
        0x00290010: CREATOR.encode(),
        0x002900E0: CREATOR.encode(),
        0x00291001: b"16",
        0x0029E001: b"224",
    }


@both_syntaxes
@pytest.mark.parametrize(
    "head",
    [
        (),
        (Wire(0x00290010, "LO", b"acme 1.0"),),
        (Wire(0x00290010, "LO", b"ACME 1.0 X"),),
        (Wire(0x00290010, "LO", b""),),
        (Wire(0x00290011, "LO", CREATOR.encode()),),
        (Wire(0x00270010, "LO", CREATOR.encode()),),
    ],
)
def test_without_its_creator_an_element_goes_whatever_its_rule(
    syntax: str, head: tuple[Wire, ...]
) -> None:
    result = result_of(*head, Wire(0x00291001, "LO", b"Secret"), rules=(rule(1, "keep"),),
                       syntax=syntax)  # fmt: skip
    assert b"Secret" not in result.data


def test_the_creator_around_a_sequence_does_not_hold_inside() -> None:
    inner = within(Wire(0x00291001, "LO", b"Secret"), OUTER)
    assert b"Secret" not in result_of(HEAD, inner, rules=(rule(1, "keep"),)).data


@both_syntaxes
def test_a_creator_without_rules_goes_with_its_elements(syntax: str) -> None:
    other = (Wire(0x00290011, "LO", b"OTHER 1 "), Wire(0x00291101, "LO", b"Secret"))
    result = result_of(HEAD, *other, rules=(rule(1, "keep"),), syntax=syntax)
    assert values_of(opened(result)) == {0x00290010: CREATOR.encode()}


def test_a_creator_that_is_no_text_tells_nothing() -> None:
    head = Wire(0x00290010, "OB", CREATOR.encode())
    result = result_of(head, Wire(0x00291001, "LO", b"Secret"), rules=(rule(1, "keep"),))
    assert head.tag not in opened(result)


@pytest.mark.parametrize(("vr", "value"), [("DA", b"20200301"), ("DT", b"202003011200")])
def test_shift_moves_private_dates(vr: str, value: bytes) -> None:
    result = result_of(HEAD, Wire(0x00291001, vr, value), rules=(rule(1, "shift"),))
    moved = values_of(opened(result))[0x00291001]
    assert len(moved) == len(value)
    assert moved[:8] != value[:8]
    assert moved[8:] == value[8:]
    assert result.account.counts["dates_shifted"] == 1


@pytest.mark.parametrize(
    ("syntax", "vr", "value"),
    [
        (Syntax.EXPLICIT, "DA", b"yesterday "),
        (Syntax.EXPLICIT, "LO", b"20200301"),
        (Syntax.IMPLICIT, "DA", b"20200301"),
    ],
)
def test_shift_removes_what_is_not_known_to_be_a_date(syntax: str, vr: str, value: bytes) -> None:
    result = result_of(HEAD, Wire(0x00291001, vr, value), rules=(rule(1, "shift"),), syntax=syntax)
    assert values_of(opened(result)) == {HEAD.tag: CREATOR.encode()}


def test_hash_gives_a_private_uid_the_uid_that_it_has_everywhere() -> None:
    element = Wire(0x00291001, "UI", uid("1.2.826.7"))
    result = result_of(HEAD, element, rules=(rule(1, "hash"),))
    assert values_of(opened(result))[0x00291001] == PSEUDONYMS.uid("1.2.826.7").encode()
    assert result.replaced["1.2.826.7"] == PSEUDONYMS.uid("1.2.826.7")


@pytest.mark.parametrize(("action", "vr"), [("hash", "US"), ("replace", "OB")])
def test_what_cannot_be_done_with_a_private_vr_removes_it(action: str, vr: str) -> None:
    own = rule(1, action, value="7" if action == "replace" else "")
    result = result_of(HEAD, Wire(0x00291001, vr, b"\1\0"), rules=(own,))
    assert values_of(opened(result)) == {HEAD.tag: CREATOR.encode()}


def test_replace_writes_a_private_number_as_its_vr_wants_it() -> None:
    result = result_of(
        HEAD, Wire(0x00291001, "US", b"\1\0"), rules=(rule(1, "replace", value="7"),)
    )
    assert opened(result)[0x00291001].value == 7


@both_syntaxes
@pytest.mark.parametrize("undefined", [False, True])
def test_keep_still_cleans_the_items_of_a_private_sequence(syntax: str, undefined: bool) -> None:
    item = (Wire(0x00100010, "PN", b"Somebody"), Wire(0x00180050, "DS", b"2.5 "))
    element = Wire(0x00291001, "SQ", (item,), undefined)
    profile = Profile("test", 1, rules=(rule(1, "keep"),))
    data = file_with([HEAD, element], syntax=syntax)
    result = deidentify(data, profile=profile, pseudonyms=PSEUDONYMS)
    assert b"Somebody" not in result.data


def test_keep_leaves_what_is_harmless_in_a_private_sequence() -> None:
    item = (Wire(0x00100010, "PN", b"Somebody"), Wire(0x00180050, "DS", b"2.5 "))
    result = result_of(HEAD, Wire(0x00291001, "SQ", (item,)), rules=(rule(1, "keep"),))
    assert opened(result, 0x00291001).SliceThickness == "2.5"


@pytest.mark.parametrize("action", ["remove", "empty", "hash", "replace", "regex"])
def test_other_actions_remove_a_private_sequence(action: str) -> None:
    texts = {"replace": {"value": "x"}, "regex": {"pattern": "x"}}.get(action, {})
    element = Wire(0x00291001, "SQ", ((Wire(0x00180050, "DS", b"2.5 "),),))
    result = result_of(HEAD, element, rules=(rule(1, action, **texts),))
    assert values_of(opened(result)) == {HEAD.tag: CREATOR.encode()}


# What the list of safe private attributes says is in scanloft/deid/data/safe-private.tsv.
PET = Wire(0x00090010, "LO", b"GEMS_PETD_01")
MMC = Wire(0x00290010, "LO", b"MMCPrivate")
SCAN_DATE = 0x0009100D


@everywhere
def test_safe_private_keeps_what_is_listed_and_drops_the_rest(
    syntax: str, sequences: tuple[int, ...]
) -> None:
    elements = (
        Wire(0x00190010, "LO", b"Agfa ADC NX "),
        Wire(0x00190011, "LO", b"UNKNOWN 1.0 "),
        Wire(0x00191001, "DS", b"9.7531"),
        Wire(0x001910F6, "DS", b"1.5 "),
        Wire(0x001911F6, "DS", b"8.642 "),
    )
    result = result_of(
        *placed(elements, sequences),
        options=("rtn_safe_priv",),
        syntax=syntax,
    )
    assert values_of(opened(result, *sequences)) == {
        0x00190010: b"Agfa ADC NX",
        0x001910F6: b"1.5",
    }
    assert result.account.counts["private_removed"] == 3


@both_syntaxes
def test_safe_private_enters_listed_sequences_and_cleans_their_items(syntax: str) -> None:
    item = (
        Wire(0x00100010, "PN", b"Somebody"),
        Wire(0x00180050, "DS", b"2.5 "),
        Wire(0x00290010, "LO", b"MMCPrivate"),
        Wire(0x002910D5, "UI", uid("1.2.826.7")),
        Wire(0x002910FF, "LO", b"Secret"),
    )
    element = Wire(0x00291032, "SQ", (item,))
    result = result_of(MMC, element, options=("rtn_safe_priv",), syntax=syntax)
    inner = opened(result)
    assert b"Somebody" not in result.data
    assert b"Secret" not in result.data
    assert b"2.5 " in result.data
    assert PSEUDONYMS.uid("1.2.826.7").encode() in result.data
    assert 0x00291032 in inner


@both_syntaxes
def test_safe_private_replaces_the_uids_that_the_list_names(syntax: str) -> None:
    element = Wire(0x002910D5, "UI", uid("1.2.826.7"))
    result = result_of(MMC, element, options=("rtn_safe_priv",), syntax=syntax)
    assert values_of(opened(result))[0x002910D5] == PSEUDONYMS.uid("1.2.826.7").encode()


@both_syntaxes
def test_safe_private_references_hold_where_uids_are_retained(syntax: str) -> None:
    element = Wire(0x002910D5, "UI", uid("1.2.826.7"))
    result = result_of(MMC, element, options=("rtn_safe_priv", "rtn_uids"), syntax=syntax)
    assert values_of(opened(result))[0x002910D5] == b"1.2.826.7"
    assert result.replaced == {}


@both_syntaxes
def test_text_in_place_of_a_safe_private_uid_goes_even_with_rtn_uids(syntax: str) -> None:
    element = Wire(0x002910D5, "UI", b"Somebody")
    result = result_of(MMC, element, options=("rtn_safe_priv", "rtn_uids"), syntax=syntax)
    assert b"Somebody" not in result.data


@everywhere
@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ((), None),
        (("rtn_long_full_dates",), b"20200301120000"),
        (("rtn_long_modif_dates",), b"moved"),
    ],
)
def test_dates_of_safe_private_elements_follow_the_options_for_dates(
    syntax: str, sequences: tuple[int, ...], options: tuple[str, ...], expected: bytes | None
) -> None:
    elements = placed((PET, Wire(SCAN_DATE, "DT", b"20200301120000")), sequences)
    result = result_of(*elements, options=("rtn_safe_priv", *options), syntax=syntax)
    value = values_of(opened(result, *sequences)).get(SCAN_DATE)
    if expected == b"moved":
        assert value is not None
        assert value[:8] != b"20200301"
        assert value[8:] == b"120000"
    else:
        assert value == expected


def test_a_safe_private_date_that_is_none_goes() -> None:
    element = Wire(SCAN_DATE, "DT", b"Testmann")
    result = result_of(PET, element, options=("rtn_safe_priv", "rtn_long_modif_dates"))
    assert SCAN_DATE not in opened(result)


@both_syntaxes
@pytest.mark.parametrize("vr", ["UN", "DT"])
def test_a_safe_private_date_that_names_the_patient_goes_though_dates_are_kept(
    syntax: str, vr: str
) -> None:
    name = Wire(0x00100010, "PN", b"Testmann^Erika")
    element = Wire(SCAN_DATE, vr, b"Testmann^Erika 1")
    options = ("rtn_safe_priv", "rtn_long_full_dates")
    result = result_of(PET, element, name, options=options, syntax=syntax)
    assert b"Testmann" not in result.data
    assert values_of(opened(result))[SCAN_DATE] == b""


def test_a_rule_comes_before_the_list() -> None:
    own = TagRule(0x0019_00F6, RuleAction.REMOVE, creator="Agfa ADC NX")
    elements = (Wire(0x00190010, "LO", b"Agfa ADC NX "), Wire(0x001910F6, "DS", b"1.5 "))
    result = result_of(*elements, rules=(own,), options=("rtn_safe_priv",))
    assert values_of(opened(result)) == {0x00190010: b"Agfa ADC NX"}


def test_a_rule_for_one_creator_brings_none_of_the_list_back() -> None:
    elements = (Wire(0x00190010, "LO", b"Agfa ADC NX "), Wire(0x001910F6, "DS", b"1.5 "))
    assert values_of(opened(result_of(*elements, rules=(rule(1, "keep"),)))) == {}


def test_there_are_no_rules_where_all_private_elements_go() -> None:
    assert PrivateRules.of(Profile.basic()) is None
    assert PrivateRules.of(Profile("p", 1, rules=(rule(1, "remove"),))) is not None
    assert PrivateRules.of(Profile("p", 1, frozenset({"rtn_safe_priv"}))) is not None


@pytest.mark.parametrize(
    ("written_vr", "action"),
    [
        ("DS", Action.KEEP), ("IS", Action.KEEP), ("FD", Action.KEEP), ("UN", Action.KEEP),
        (None, Action.KEEP), ("LO", Action.REMOVE_PRIVATE), ("PN", Action.REMOVE_PRIVATE),
        ("SQ", Action.REMOVE_PRIVATE), ("UT", Action.REMOVE_PRIVATE),
    ],
)  # fmt: skip
def test_a_listed_number_stays_a_number(written_vr: str | None, action: Action) -> None:
    rules = PrivateRules(Profile("p", 1, frozenset({"rtn_safe_priv"})))
    assert rules.judge(0x0019, "Agfa ADC NX", 0xF6, written_vr).action is action


def test_creators_are_learnt_in_the_order_of_the_walk() -> None:
    rules = PrivateRules(Profile("p", 1, rules=(rule(1, "keep"),)))
    creators: dict[int, str] = {}
    removed = Verdict(Action.REMOVE_PRIVATE, "UN")
    assert rules.judge_element(0x00291001, "LO", b"x", creators) == removed
    assert rules.judge_element(0x00290010, "LO", b"ACME 1.0", creators).action is Action.KEEP
    assert rules.judge_element(0x00291001, "LO", b"x", creators).action is Action.KEEP
    assert rules.judge_element(0x00290001, "LO", b"x", creators) == removed


def test_keep_cleans_the_items_of_a_private_sequence_that_is_written_as_unknown() -> None:
    item = (Wire(0x00100010, "PN", b"Somebody"), Wire(0x00180050, "DS", b"2.5 "))
    sequence = data_set([Wire(0x00291001, "SQ", (item,))], Syntax.IMPLICIT)
    # Such a value is in Implicit VR (PS3.5 6.2.2); tag and length stand before it.
    element = Wire(0x00291001, "UN", sequence[8:])
    profile = Profile("test", 1, rules=(rule(1, "keep"),))
    data = file_with([HEAD, element])
    assert b"Somebody" not in deidentify(data, profile=profile, pseudonyms=PSEUDONYMS).data


@pytest.mark.parametrize("vr", ["SH", "CS", "OB", "ST", "LT", "PN"])
def test_what_a_creator_of_another_vr_reserves_goes_with_it(vr: str) -> None:
    rules = PrivateRules(Profile("p", 1, frozenset({"rtn_safe_priv"})))
    creators: dict[int, str] = {}
    creator = rules.judge_element(0x00190010, vr, b"SIEMENS MR HEADER ", creators)
    element = rules.judge_element(0x0019100C, "IS", b"4321", creators)
    assert [creator.action, element.action] == [Action.REMOVE_PRIVATE] * 2
