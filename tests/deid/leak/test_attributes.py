"""Every attribute of Table E.1-1, planted everywhere and in every VR: nothing of it survives."""

from collections.abc import Iterator

import pytest

from scanloft.core.errors import Rejected
from scanloft.deid.engine import deidentify
from scanloft.deid.profiles.profile import Profile
from scanloft.deid.values.pseudonyms import Pseudonyms
from tests.support.confidentiality import Attribute, attributes
from tests.support.objects import CLASSES, OLD_UIDS, file_with
from tests.support.plants import Plants
from tests.support.wire import ALL_VRS, Syntax, Wire, data_set, within

PSEUDONYMS = Pseudonyms(b"only for tests, 32 bytes or more")
PROFILE = Profile.from_dict({"name": "leak", "version": 1, "pixel_review": False})

# Sequences that neither the table nor an option mentions, so they are kept and entered.
ONE, TWO, THREE, FOUR = 0x00081115, 0x00081199, 0x00082218, 0x00089215
PLACES: dict[str, tuple[tuple[int, ...], bool]] = {
    "at the top": ((), False),
    "in an item": ((ONE,), False),
    "in an item without length": ((TWO,), True),
    "four deep": ((THREE, FOUR, ONE, TWO), False),
    "four deep without lengths": ((FOUR, THREE, TWO, ONE), True),
}
SOME_PLACES = ("at the top", "in an item", "four deep without lengths")
# At the top these groups are not of the data set, or make it something else than an instance.
OTHER_GROUPS = frozenset({0x0000, 0x0002, 0x0004})
# What is refused with whatever is in it; tested with the special places.
REFUSED = frozenset({0x00420011})


def test_the_table_is_whole() -> None:
    assert len(attributes()) == 652
    assert all(attribute.basic for attribute in attributes())


@pytest.mark.parametrize("syntax", list(Syntax))
@pytest.mark.parametrize("sop_class", CLASSES)
def test_no_attribute_of_the_table_survives_anywhere(sop_class: str, syntax: Syntax) -> None:
    plants = Plants()
    elements = in_places(
        {
            place: [own(plants, attribute, place) for attribute in plantable(place)]
            for place in PLACES
        }
    )
    data = file_with(elements, sop_class_uid=CLASSES[sop_class], syntax=syntax)
    if syntax != Syntax.DEFLATED:
        assert len(plants.survivors(data)) >= 5 * 640
    assert plants.survivors(cleaned(data)) == []


@pytest.mark.parametrize("syntax", [Syntax.EXPLICIT, Syntax.BIG])
@pytest.mark.parametrize("vr", ALL_VRS)
def test_no_attribute_of_the_table_survives_in_a_wrong_vr(vr: str, syntax: Syntax) -> None:
    plants = Plants()
    # What is entered, but holds no items, may be a reason to refuse the object: tried alone.
    alone = [attribute for attribute in attributes() if is_entered(attribute) and vr != "SQ"]
    elements = in_places(
        {
            place: [
                disguised(plants, attribute, place, vr)
                for attribute in plantable(place)
                if attribute.tag not in OLD_UIDS and attribute not in alone
            ]
            for place in SOME_PLACES
        }
    )
    data = file_with(elements, syntax=syntax)
    assert len(plants.survivors(data)) > 1800
    assert plants.survivors(cleaned(data)) == []
    for attribute in alone:
        for place in SOME_PLACES:
            single = in_places({place: [disguised(plants, attribute, place, vr)]})
            output = cleaned_or_refused(file_with(single, syntax=syntax))
            assert plants.survivors(output) == []


@pytest.mark.parametrize("undefined", [False, True])
@pytest.mark.parametrize("vr", ["UN", "OB", "LT", "UT"])
def test_no_attribute_survives_in_items_that_are_written_as_something_else(
    vr: str, undefined: bool
) -> None:
    """PS3.5 6.2.2: the items inside an UN are implicit VR; others write items in any VR."""
    plants = Plants()
    for attribute in plantable("in an item"):
        items = Wire(ONE, "SQ", ((own(plants, attribute, "in an item"),),), undefined)
        value = data_set([items], Syntax.IMPLICIT)[8:]
        wire = Wire(ONE, vr, value, undefined=undefined and vr == "UN")
        assert plants.survivors(cleaned_or_refused(file_with([wire]))) == []


@pytest.mark.parametrize("group", sorted(OTHER_GROUPS))
def test_attributes_of_other_groups_go_or_the_object_is_refused(group: int) -> None:
    for attribute in attributes():
        if attribute.tag >> 16 == group:
            for syntax in (Syntax.EXPLICIT, Syntax.IMPLICIT):
                plants = Plants()
                wire = own(plants, attribute, attribute.name)
                assert plants.survivors(cleaned_or_refused(file_with([wire], syntax=syntax))) == []


def plantable(place: str) -> Iterator[Attribute]:
    for attribute in attributes():
        if place == "at the top" and attribute.tag >> 16 in OTHER_GROUPS:
            continue
        if attribute.tag not in REFUSED:
            yield attribute


def is_entered(attribute: Attribute) -> bool:
    """Whether the Basic Profile may keep the items, with other UIDs."""
    return attribute.basic.endswith("U*")


def own(plants: Plants, attribute: Attribute, place: str) -> Wire:
    """The attribute in its own VR; in sequences that the table enters the canary is a UID."""
    name = f"{attribute.tag:08x} {attribute.name} {place}"
    if is_entered(attribute):
        inside = Wire(0x00081155, "UI", plants.value(name, "UI"))
        return Wire(attribute.tag, "SQ", ((inside,),))
    return plants.element(name, attribute.tag, attribute.vr)


def disguised(plants: Plants, attribute: Attribute, place: str, vr: str) -> Wire:
    """The attribute in another VR, the canary as eight bytes."""
    name = f"{attribute.tag:08x} {attribute.name} {place} as {vr}"
    if vr == "SQ":
        if attribute.vr == "SQ":
            return own(plants, attribute, place)
        return plants.element(name, attribute.tag, vr)
    return Wire(attribute.tag, vr, plants.word(name))


def in_places(elements_by_place: dict[str, list[Wire]]) -> list[Wire]:
    """The elements of all places, those of one nested place in one item."""
    found: list[Wire] = []
    for place, elements in elements_by_place.items():
        sequences, undefined = PLACES[place]
        if not sequences:
            found += elements
            continue
        inner = Wire(sequences[-1], "SQ", (tuple(elements),), undefined)
        found.append(within(inner, *sequences[:-1], undefined=undefined))
    return found


def cleaned(data: bytes) -> bytes:
    return deidentify(data, profile=PROFILE, pseudonyms=PSEUDONYMS).data


def cleaned_or_refused(data: bytes) -> bytes:
    try:
        return cleaned(data)
    except Rejected:
        return b""
