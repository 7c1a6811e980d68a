"""With Retain Safe Private only listed private elements stay, and only under their creator."""

from io import BytesIO
from pathlib import Path

import pydicom
import pytest
from pydicom.dataset import Dataset

import scanloft.deid
from scanloft.deid.engine import deidentify
from scanloft.deid.profiles.profile import Profile
from scanloft.deid.values.pseudonyms import Pseudonyms
from tests.support.objects import file_with
from tests.support.plants import Plants
from tests.support.wire import LONG_VRS, SHORT_VRS, Syntax, Wire, within

LIST = Path(scanloft.deid.__path__[0]) / "data" / "safe-private.tsv"
PSEUDONYMS = Pseudonyms(b"only for tests, 32 bytes or more")
ONE, TWO = 0x00081115, 0x00081199
Block = dict[int, tuple[str, str]]

pytestmark = pytest.mark.filterwarnings("ignore")


def blocks() -> dict[tuple[int, str], Block]:
    """VR and action by element, by group and creator."""
    found: dict[tuple[int, str], Block] = {}
    for line in LIST.read_text("utf-8").splitlines()[1:]:
        group, creator, element, vr, action = line.split("\t")
        found.setdefault((int(group, 16), creator), {})[int(element, 16)] = (vr, action)
    return found


def cleaned(elements: list[Wire], *options: str, syntax: str = Syntax.EXPLICIT) -> bytes:
    profile = Profile.from_dict(
        {"name": "p", "version": 1, "options": [*options], "pixel_review": False}
    )
    data = file_with(elements, syntax=syntax)
    return deidentify(data, profile=profile, pseudonyms=PSEUDONYMS).data


def opened(data: bytes) -> Dataset:
    return pydicom.dcmread(BytesIO(data))


def block_of(plants: Plants, group: int, creator: str, listed: Block, number: int) -> list[Wire]:
    """A block with all 256 elements, the listed ones in their VR, the others as text."""
    wires = [Wire(group << 16 | number, "LO", creator.encode().ljust(-(-len(creator) // 2) * 2))]
    for element in range(256):
        vr, _ = listed.get(element, ("LO", ""))
        vr = vr if vr in SHORT_VRS | LONG_VRS else "UN"
        tag = group << 16 | number << 8 | element
        name = f"{group:04x},{creator},{element:02x}"
        wires.append(plants.element(name, tag, vr))
    return wires


@pytest.mark.parametrize("number", [0x10, 0x42, 0xFF])
@pytest.mark.parametrize("nested", [False, True])
def test_all_listed_elements_and_no_others_stay(number: int, nested: bool) -> None:
    for (group, creator), listed in blocks().items():
        plants = Plants()
        wires = block_of(plants, group, creator, listed, number)
        elements = [Wire(ONE, "SQ", (tuple(wires),))] if nested else wires
        output = cleaned(elements, "rtn_safe_priv")
        dataset = opened(output)
        dataset = dataset[ONE][0] if nested else dataset
        stayed = {
            element.tag.element & 0xFF
            for element in dataset
            if element.tag.group == group and element.tag.element > 0xFF
        }
        wanted = {
            element
            for element, (_, action) in listed.items()
            if action == "keep" or action == "hash_uid"
        }
        assert stayed == wanted, f"{group:04x} {creator}"
        # What stays as it is are the values of what is kept, and no other.
        alive = {place.rsplit(",", 1)[1] for place in plants.survivors(output)}
        assert alive <= {f"{e:02x}" for e, (_, action) in listed.items() if action == "keep"}


def some_block() -> tuple[int, str, int]:
    for (group, creator), listed in blocks().items():
        for element, (vr, action) in listed.items():
            if action == "keep" and vr == "LO":
                return group, creator, element
    raise AssertionError("the list has no text")


@pytest.mark.parametrize("syntax", [Syntax.EXPLICIT, Syntax.IMPLICIT])
def test_a_listed_element_goes_without_its_creator_or_under_another(syntax: str) -> None:
    group, creator, element = some_block()
    name = creator.encode() + b" " * (len(creator) % 2)
    for head in (
        [],
        [Wire(group << 16 | 0x10, "LO", b"")],
        [Wire(group << 16 | 0x10, "LO", b"ANOTHER ")],
        [Wire(group << 16 | 0x11, "LO", name)],
        [Wire(group + 2 << 16 | 0x10, "LO", name)],
        [Wire(group << 16 | 0x10, "LO", name.lower() if name.lower() != name else name.upper())],
    ):
        plants = Plants()
        value = plants.word("private")
        wires = [*head, Wire(group << 16 | 0x1000 | element, "LO", value)]
        for elements in (wires, [within(Wire(TWO, "SQ", (tuple(wires),)), ONE)]):
            output = cleaned(elements, "rtn_safe_priv", syntax=syntax)
            assert plants.survivors(output) == []


def test_the_creator_of_the_top_level_does_not_hold_in_items() -> None:
    group, creator, element = some_block()
    plants = Plants()
    wire = Wire(group << 16 | 0x1000 | element, "LO", plants.word("private"))
    head = Wire(group << 16 | 0x10, "LO", creator.encode() + b" " * (len(creator) % 2))
    assert plants.survivors(cleaned([head, Wire(ONE, "SQ", ((wire,),))], "rtn_safe_priv")) == []


def test_a_listed_element_that_names_the_patient_is_emptied() -> None:
    group, creator, element = some_block()
    head = Wire(group << 16 | 0x10, "LO", creator.encode() + b" " * (len(creator) % 2))
    for value in (b"for Testmann", b"TESTID-0815 "):
        wire = Wire(group << 16 | 0x1000 | element, "LO", value)
        output = cleaned([head, wire], "rtn_safe_priv")
        assert value.strip() not in output
        assert b"Testmann" not in output


def test_a_listed_element_in_another_vr_hides_nothing() -> None:
    """A number that was written as a sequence or a name is none."""
    group, creator, element = some_block()
    head = Wire(group << 16 | 0x10, "LO", creator.encode() + b" " * (len(creator) % 2))
    for vr in ("SQ", "PN", "UN"):
        plants = Plants()
        tag = group << 16 | 0x1000 | element
        wire = (
            Wire(tag, vr, ((Wire(0x00100010, "PN", plants.word("name")),),))
            if vr == "SQ"
            else Wire(tag, vr, b"Testmann")
        )
        output = cleaned([head, wire], "rtn_safe_priv")
        assert plants.survivors(output) == []
        assert b"Testmann" not in output


def test_without_the_option_no_private_element_stays() -> None:
    plants = Plants()
    for (group, creator), listed in list(blocks().items())[:40]:
        output = cleaned(block_of(plants, group, creator, listed, 0x10), "clean_desc")
        assert not [element for element in opened(output) if element.tag.is_private]
