"""By what an object is known before and after."""

from collections.abc import Callable

import pytest

from scanloft.core.errors import MalformedDicom
from scanloft.deid.engine import by_pydicom, deidentify
from scanloft.deid.identity import UID_TAGS, new_uids, sop_class_of, written_uids
from scanloft.deid.profiles.profile import Base, Profile
from scanloft.deid.results import Deidentified
from scanloft.deid.values.actions import Actions
from tests.support.objects import OLD_UIDS, SERIES, SOP, SOP_CLASS, STUDY, file_with
from tests.support.two_ways import PSEUDONYMS
from tests.support.wire import Syntax, Wire, data_set, uid

Way = Callable[..., Deidentified | None]
NAMES = {STUDY: "study_uid", SERIES: "series_uid", SOP: "sop_uid"}
OLD = {NAMES[tag]: old for tag, old in OLD_UIDS.items()}
KEYWORDS = {
    STUDY: "StudyInstanceUID", SERIES: "SeriesInstanceUID", SOP: "SOPInstanceUID",
    SOP_CLASS: "SOPClassUID",
}  # fmt: skip


def looking(**changed: bytes) -> Callable[[int], bytes]:
    values = {tag: uid(old) for tag, old in OLD_UIDS.items()}
    values[SOP_CLASS] = uid("1.2.840.10008.5.1.4.1.1.2")
    values |= {tag: changed[name] for tag, name in NAMES.items() if name in changed}
    if "sop_class_uid" in changed:
        values[SOP_CLASS] = changed["sop_class_uid"]
    return lambda tag: values.get(tag, b"")


def new(profile: Profile, look: Callable[[int], bytes]) -> tuple[dict[str, str], dict[str, str]]:
    actions = Actions(profile=profile, pseudonyms=PSEUDONYMS, site="")
    return new_uids(look, profile=profile, actions=actions), actions.uids.replaced


def test_new_uids_are_pseudonyms_and_the_pairs_are_remembered() -> None:
    uids, replaced = new(Profile.basic(), looking())
    assert uids == {name: PSEUDONYMS.uid(old) for name, old in OLD.items()}
    assert replaced == {old: PSEUDONYMS.uid(old) for old in OLD.values()}


@pytest.mark.parametrize(
    "profile", [Profile("u", 1, frozenset({"rtn_uids"})), Profile("n", 1, base=Base.NONE)]
)
def test_kept_uids_are_the_old_ones_and_no_pair_is_told(profile: Profile) -> None:
    assert new(profile, looking()) == (OLD, {})


@pytest.mark.parametrize("padding", [b"\0", b" ", b"\0\0", b""])
def test_padding_is_no_part_of_a_uid(padding: bytes) -> None:
    uids, _ = new(Profile.basic(), looking(study_uid=b"1.2.3" + padding))
    assert uids["study_uid"] == PSEUDONYMS.uid("1.2.3")
    assert sop_class_of(looking(sop_class_uid=b"1.2.3" + padding)) == "1.2.3"


@pytest.mark.parametrize("bad", [b"", b"\0", b"Testmann", b"1.2\\1.3", b"1.2/../3", b"1" * 65])
@pytest.mark.parametrize("profile", [Profile.basic(), Profile("n", 1, base=Base.NONE)])
def test_a_uid_that_cannot_be_used_is_refused_by_its_name(bad: bytes, profile: Profile) -> None:
    for name, keyword in zip(NAMES.values(), map(KEYWORDS.__getitem__, NAMES), strict=True):
        with pytest.raises(MalformedDicom, match=keyword) as caught:
            new(profile, looking(**{name: bad}))
        assert not bad.strip(b"\0") or bad.decode() not in str(caught.value)
    with pytest.raises(MalformedDicom, match="SOPClassUID"):
        sop_class_of(looking(sop_class_uid=bad))


@pytest.mark.parametrize("way", [deidentify, by_pydicom])
@pytest.mark.parametrize("tag", [STUDY, SERIES, SOP, SOP_CLASS])
@pytest.mark.parametrize("value", [b"", b"Testmann"])
def test_both_ways_refuse_an_object_without_usable_uids(way: Way, tag: int, value: bytes) -> None:
    data = file_with([Wire(tag, "UI", value)])
    with pytest.raises(MalformedDicom, match=KEYWORDS[tag]) as caught:
        way(data, profile=Profile.basic(), pseudonyms=PSEUDONYMS)
    assert "Testmann" not in str(caught.value)


@pytest.mark.parametrize("syntax", [Syntax.EXPLICIT, Syntax.IMPLICIT, Syntax.BIG])
def test_uids_that_a_script_wrote_are_read_from_the_elements(syntax: str) -> None:
    elements = [
        (tag, data_set([Wire(tag, "UI", uid(old))], syntax)) for tag, old in OLD_UIDS.items()
    ]
    assert written_uids(elements) == OLD
    for missing in UID_TAGS:
        with pytest.raises(MalformedDicom, match=KEYWORDS[missing]):
            written_uids([element for element in elements if element[0] != missing])
