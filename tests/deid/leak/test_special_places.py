"""The places that engines forget: what is planted there is gone, or the object is refused."""

import struct

import pytest

from scanloft.core.errors import PixelReview, Rejected
from scanloft.deid.engine import deidentify
from scanloft.deid.profiles.profile import Profile
from scanloft.deid.values.pseudonyms import Pseudonyms
from tests.support.objects import CLASSES, CT, file_with
from tests.support.plants import Plants
from tests.support.wire import PIXEL_DATA, Syntax, Wire, data_set, within

PSEUDONYMS = Pseudonyms(b"only for tests, 32 bytes or more")
PROFILE = Profile.from_dict({"name": "leak", "version": 1, "pixel_review": False})
NATIVE = (Syntax.EXPLICIT, Syntax.IMPLICIT, Syntax.BIG)

# Sequences that the table does not list, so they are entered.
ONE, TWO, THREE = 0x00081115, 0x00081199, 0x00082218
KEPT = 0x00189004  # Content Qualification, which nothing removes


def cleaned(data: bytes) -> bytes:
    return deidentify(data, profile=PROFILE, pseudonyms=PSEUDONYMS).data


def check(*wires: Wire, plants: Plants) -> None:
    """What is planted goes, at the top and three sequences deep, in all native syntaxes."""
    for syntax in NATIVE:
        top = file_with(wires, syntax=syntax)
        assert plants.survivors(top)
        assert plants.survivors(cleaned(top)) == []
        for undefined in (False, True):
            inner = Wire(THREE, "SQ", (wires,), undefined)
            nested = file_with([within(inner, ONE, TWO, undefined=undefined)], syntax=syntax)
            assert plants.survivors(cleaned(nested)) == []


@pytest.mark.parametrize("place", [0, 4, 64, 120])
def test_preamble(place: int) -> None:
    plants = Plants()
    preamble = plants.word("preamble").rjust(place + 8, b"\0").ljust(128, b"\0")
    assert plants.survivors(cleaned(file_with([], preamble=preamble))) == []


@pytest.mark.parametrize(
    ("number", "vr"),
    [
        (0x0003, "UI"), (0x0012, "UI"), (0x0013, "SH"), (0x0016, "AE"), (0x0017, "AE"),
        (0x0018, "AE"), (0x0026, "UR"), (0x0027, "UR"), (0x0028, "UR"), (0x0031, "OB"),
        (0x0032, "UI"), (0x0033, "UI"), (0x0034, "UI"), (0x0035, "AE"), (0x0036, "AE"),
        (0x0037, "AE"), (0x0038, "UR"), (0x0100, "UI"), (0x0102, "OB"), (0x4444, "LO"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("syntax", list(Syntax))
def test_file_meta_information(number: int, vr: str, syntax: Syntax) -> None:
    plants = Plants()
    meta = [plants.element("meta", 0x00020000 | number, vr)]
    assert plants.survivors(cleaned(file_with([], meta=meta, syntax=syntax))) == []


@pytest.mark.parametrize("group", [0x5000, 0x5002, 0x501E, 0x50FE, 0x6000, 0x6002, 0x601E, 0x60FE])
def test_curves_and_overlays(group: int) -> None:
    numbers = {
        0x0010: "US", 0x0020: "CS", 0x0022: "LO", 0x0030: "SH", 0x0045: "SH", 0x1500: "LO",
        0x2500: "LO", 0x2600: "SQ", 0x2610: "US", 0x3000: "OW", 0x4000: "LT", 0x7FFE: "LO",
    }  # fmt: skip
    plants = Plants()
    wires = [
        plants.element(f"{group:04x},{number:04x}", group << 16 | number, vr)
        for number, vr in numbers.items()
    ]
    check(*wires, plants=plants)


def test_icons() -> None:
    plants = Plants()
    icon = (
        Wire(0x00280010, "US", b"\2\0"),
        Wire(PIXEL_DATA, "OW", plants.word("pixels")),
        plants.element("label", KEPT, "CS"),
    )
    check(Wire(0x00880200, "SQ", (icon,)), plants=plants)


@pytest.mark.parametrize("tag", [0x7FE00008, 0x7FE00009, PIXEL_DATA, 0x7FE00001, 0x7FE00003])
@pytest.mark.parametrize("vr", ["OB", "OW", "OF", "UN", "LO"])
def test_pixels_inside_sequences(tag: int, vr: str) -> None:
    plants = Plants()
    wire = within(Wire(tag, vr, plants.word("pixels")), ONE, TWO)
    assert plants.survivors(cleaned(file_with([wire]))) == []


def trailers(plants: Plants) -> dict[str, bytes]:
    word = plants.word("behind the pixels")
    text = Wire(KEPT, "CS", word)
    return {
        "signatures": data_set([Wire(0xFFFAFFFA, "SQ", ((text,),))]),
        "signatures without length": data_set([Wire(0xFFFAFFFA, "SQ", ((text,),), undefined=True)]),
        "padding": data_set([Wire(0xFFFCFFFC, "OB", word)]),
        "padding as UN": data_set([Wire(0xFFFCFFFC, "UN", word)]),
        "private": data_set([Wire(0x7FE10010, "LO", word), Wire(0x7FE11001, "LO", word)]),
        "unsorted": data_set([Wire(0x00104000, "LT", word)]),
        "kept attribute": data_set([text]),
        "junk": word,
        "zeros and junk": bytes(64) + word,
        "half an element": b"\xe0\x7f\x10\x00OB" + word,
        "delimiters": b"\xfe\xff\xdd\xe0\0\0\0\0" + word,
        "another file": bytes(128) + b"DICM" + word,
    }


@pytest.mark.parametrize("kind", list(trailers(Plants())))
@pytest.mark.parametrize("sop_class", ["CT", "SR"])
def test_data_behind_the_pixels(kind: str, sop_class: str) -> None:
    plants = Plants()
    data = file_with([], sop_class_uid=CLASSES[sop_class])
    try:
        output = cleaned(data + trailers(plants)[kind])
    except Rejected:
        assert sop_class == "SR", "what follows pixels is no reason to refuse an image"
        return
    # An attribute that the table leaves alone may stand last where there are no pixels.
    if (kind, sop_class) != ("kept attribute", "SR"):
        assert plants.survivors(output) == []


@pytest.mark.parametrize("syntax", NATIVE)
def test_data_in_the_padding_of_pixels(syntax: Syntax) -> None:
    plants = Plants()
    pixels = Wire(PIXEL_DATA, "OW", b"\1\2\3\4" + plants.word("padding"))
    assert plants.survivors(cleaned(file_with([pixels], syntax=syntax))) == []


@pytest.mark.parametrize(
    "tag", [0x00040001, 0x00041220, 0x0018FFFE, 0x00FE1001, 0x12341010, 0x7FDE0010, 0xFFFC0010]
)
@pytest.mark.parametrize("vr", ["LO", "OB", "PN", "SQ", "UN", "US"])
def test_unknown_tags_of_even_groups(tag: int, vr: str) -> None:
    plants = Plants()
    check_or_refused(plants.element("unknown", tag, vr), plants=plants)


def check_or_refused(*wires: Wire, plants: Plants, syntaxes: tuple[Syntax, ...] = NATIVE) -> None:
    for syntax in syntaxes:
        for elements in (wires, (Wire(ONE, "SQ", (wires,)),)):
            try:
                output = cleaned(file_with(elements, syntax=syntax))
            except Rejected:
                continue
            assert plants.survivors(output) == []


@pytest.mark.parametrize("undefined", [False, True])
def test_private_elements(undefined: bool) -> None:
    plants = Plants()
    word = plants.word
    inside = (
        Wire(0x00110010, "LO", word("nested creator")),
        Wire(0x00111001, "PN", word("nested element")),
        Wire(KEPT, "CS", word("standard element in a private item")),
    )
    check(
        Wire(0x00090000, "UL", word("group length")[:4] * 2),
        Wire(0x00090001, "LO", word("illegal element")),
        Wire(0x00090010, "LO", word("creator")),
        Wire(0x00091001, "LO", word("element")),
        Wire(0x00091002, "SQ", (inside,), undefined),
        Wire(0x00131001, "LO", word("element without creator")),
        Wire(0x00130010, "UN", word("creator behind its element")),
        Wire(0x00150010, "SQ", (inside,), undefined),
        Wire(0x00FF0010, "LO", word("late creator")),
        Wire(0x60010010, "LO", word("beside overlays")),
        Wire(0x60013000, "OW", word("like an overlay")),
        plants=plants,
    )


@pytest.mark.parametrize("group", [1, 3, 5, 7])
def test_illegal_private_groups(group: int) -> None:
    plants = Plants()
    check_or_refused(Wire(group << 16 | 0x0010, "LO", plants.word("private")), plants=plants)


@pytest.mark.parametrize("group", [0x0000, 0x0004, 0xFFFA, 0xFFFC, 0xFFFE])
@pytest.mark.parametrize("number", [0x0002, 0x1000, 0x1500, 0xFFFA, 0xFFFC])
def test_groups_of_other_things(group: int, number: int) -> None:
    plants = Plants()
    check_or_refused(Wire(group << 16 | number, "LO", plants.word("group")), plants=plants)


@pytest.mark.parametrize("group", [0x0008, 0x0010, 0x0018, 0x0028, 0x0040, 0x4FFE, 0x7FE0])
@pytest.mark.parametrize("vr", ["UL", "LO", "UN", "SQ"])
def test_group_lengths(group: int, vr: str) -> None:
    plants = Plants()
    check(plants.element("group length", group << 16, vr), plants=plants)


@pytest.mark.parametrize("encoding", ["utf-8", "iso2022_jp", "gb18030", "euc_kr", "latin-1"])
@pytest.mark.parametrize("charset", [b"", b"ISO_IR 192", b"\\ISO 2022 IR 87 ", b"GB18030 "])
def test_names_in_all_component_groups_and_character_sets(encoding: str, charset: bytes) -> None:
    """Alphabetic, ideographic and phonetic groups (PS3.5 6.2.1)."""
    names = {"latin-1": "Jürgensen^Ødegård", "euc_kr": "홍^길동"}
    foreign = names.get(encoding, "山田^太郎").encode(encoding)
    plants = Plants()
    word = plants.word("name")
    value = b"=".join((word + b"^" + word, foreign, word))
    wires = [
        Wire(0x00080005, "CS", charset),
        *(Wire(tag, "PN", value) for tag in (0x00080090, 0x00081048, 0x00100010, 0x00101001)),
    ]
    for elements in (wires, [Wire(0x00080005, "CS", charset), within(wires[1], ONE, TWO, THREE)]):
        for syntax in NATIVE:
            output = cleaned(file_with(elements, syntax=syntax))
            assert plants.survivors(output) == []
            assert foreign not in output


NAMED = {
    "lower case": "Rotor of krügelstein",
    "upper case": "KRÜGELSTEIN 3",
    "ideographs": "x山田x",
    "Patient ID": "hosp-4711x",
    "Accession Number": "(ACC99871)",
    "one of two values": "one\\Krügelstein",
}


@pytest.mark.parametrize("charset", ["ISO_IR 192", "ISO_IR 100"])
@pytest.mark.parametrize("kind", NAMED)
def test_text_that_stays_does_not_name_the_patient(kind: str, charset: str) -> None:
    encoding = "utf-8" if charset == "ISO_IR 192" else "latin-1"
    if kind == "ideographs" and encoding == "latin-1":
        return
    name = "Krügelstein^Zoë" + ("=山田^太郎" if encoding == "utf-8" else "")
    text = NAMED[kind].encode(encoding)
    patient = [
        Wire(0x00080005, "CS", charset.encode()),
        Wire(0x00080050, "SH", b"ACC99871"),
        Wire(0x00100010, "PN", name.encode(encoding)),
        Wire(0x00100020, "LO", b"HOSP-4711X"),
    ]
    beside = (
        Wire(0x00080008, "CS", text),
        Wire(0x00080070, "LO", text),
        Wire(0x00081090, "LO", text),
        Wire(0x00180015, "CS", text),
        Wire(0x00180024, "SH", text),
        Wire(0x00181160, "UN", text),
        Wire(0x00181250, "SH", text),
        Wire(0x00280A02, "CS", text),
    )
    words = ("krügelstein", "KRÜGELSTEIN", "Krügelstein", "hosp-4711x", "ACC99871", "山田")
    code = (Wire(0x00080102, "SH", b"DCM"), Wire(0x00080104, "LO", text))
    for syntax in NATIVE:
        output = cleaned(file_with([*patient, *beside, Wire(THREE, "SQ", (code,))], syntax=syntax))
        nested = cleaned(file_with([*patient, Wire(ONE, "SQ", (beside,))], syntax=syntax))
        for word in words:
            hidden = word.encode(encoding, "ignore")
            assert not hidden or (hidden not in output and hidden not in nested), word


def test_original_attributes_signatures_and_mac_parameters() -> None:
    plants = Plants()
    word = plants.word
    inside = (Wire(KEPT, "CS", word("old value")), Wire(0x00100010, "PN", word("old name")))
    modified = (Wire(0x04000550, "SQ", (inside,)), Wire(0x04000563, "LO", word("system")))
    check(
        Wire(0x04000561, "SQ", (modified,)),
        Wire(0x04000402, "SQ", (inside,)),
        Wire(0x04000403, "SQ", (inside,)),
        Wire(0x04000500, "SQ", ((Wire(0x04000520, "OB", word("encrypted")),),)),
        Wire(0x04000520, "OB", word("encrypted here")),
        Wire(0x04000404, "OB", word("MAC")),
        Wire(0x04000115, "OB", word("certificate")),
        Wire(0x04000120, "OB", word("signature")),
        Wire(0x04000310, "OB", word("time stamp")),
        Wire(0x4FFE0001, "SQ", ((Wire(0x04000010, "CS", word("MAC algorithm")),),)),
        plants=plants,
    )
    for tag in (0x04000561, 0x4FFE0001, 0xFFFAFFFA):
        for vr in ("UN", "OB", "LT"):
            check_or_refused(Wire(tag, vr, word("a sequence as text")), plants=plants)


@pytest.mark.parametrize(
    "vr", ["AE", "DA", "DT", "LT", "PN", "SQ", "ST", "UC", "UI", "UR", "UT"]
)  # fmt: skip
def test_technical_attributes_in_a_vr_of_what_identifies(vr: str) -> None:
    """What the VR says counts as well as the tag: no name stays as a slice thickness."""
    plants = Plants()
    tags = (KEPT, 0x00180050, 0x00180088, 0x00181030, 0x00200013, 0x00281050, 0x00081115)
    stated = (Syntax.EXPLICIT, Syntax.BIG)
    together = [_disguised(plants, tag, vr) for tag in tags[:-1]]
    check_or_refused(*together, plants=plants, syntaxes=stated)
    for tag in tags:
        check_or_refused(_disguised(plants, tag, vr), plants=plants, syntaxes=stated)


def _disguised(plants: Plants, tag: int, vr: str) -> Wire:
    name = f"{tag:08x} as {vr}"
    if vr == "SQ":
        return Wire(tag, vr, ((Wire(0x00100010, "PN", plants.word(name)),),))
    return Wire(tag, vr, plants.word(name))


def test_codes_of_ones_own() -> None:
    plants = Plants()
    for scheme in (b"99LOCAL ", b"L ", b"", b" 99X", b"l ", None):
        code = [Wire(0x00080100, "SH", b"1 "), Wire(0x00080104, "LO", plants.word("meaning"))]
        if scheme is not None:
            code.append(Wire(0x00080102, "SH", scheme))
        check(Wire(0x00082218, "SQ", (tuple(sorted(code, key=_tag)),)), plants=plants)


def _tag(wire: Wire) -> int:
    return wire.tag


def test_each_of_several_values_of_text_that_goes() -> None:
    plants = Plants()
    words = b"\\".join(plants.word(f"value {number}") for number in range(5))
    check(
        Wire(0x00081048, "PN", words),
        Wire(0x00081070, "PN", words),
        Wire(0x00081080, "LO", words),
        Wire(0x00081190, "UR", words),
        Wire(0x00101000, "LO", words),
        Wire(0x00102154, "SH", words),
        Wire(0x00104000, "LT", words),
        plants=plants,
    )


@pytest.mark.parametrize("vr", ["OB", "UN", "OW", "LT"])
@pytest.mark.parametrize("syntax", list(Syntax))
def test_documents_inside_are_refused(vr: str, syntax: Syntax) -> None:
    with pytest.raises(PixelReview):
        cleaned(file_with([Wire(0x00420011, vr, b"%PDF-1.7")], syntax=syntax))


@pytest.mark.parametrize("kind", ["1", "2", "3", "4", "5"])
def test_classes_of_documents_are_refused(kind: str) -> None:
    with pytest.raises(PixelReview):
        cleaned(file_with([], sop_class_uid=f"1.2.840.10008.5.1.4.1.1.104.{kind}"))


def test_items_of_unknown_length_inside_un_of_unknown_length() -> None:
    """PS3.5 6.2.2: what is inside is implicit VR little endian."""
    plants = Plants()
    inside = Wire(0x00100010, "PN", plants.word("name"))
    items = data_set([within(inside, ONE, TWO, undefined=True)], Syntax.IMPLICIT)[8:]
    assert plants.survivors(cleaned(file_with([Wire(ONE, "UN", items, undefined=True)]))) == []


@pytest.mark.parametrize("length", [1, 3, 7])
def test_values_of_odd_length(length: int) -> None:
    plants = Plants()
    words = plants.word("odd") + b"x" * length
    check(
        Wire(0x00100010, "PN", words),
        Wire(0x00081030, "LO", words),
        Wire(0x00091001, "LO", words),
        plants=plants,
    )


def test_elements_out_of_order_and_twice() -> None:
    plants = Plants()
    twice = [
        Wire(0x00100010, "PN", b"Testmann"),
        Wire(0x00100010, "PN", plants.word("second name")),
        Wire(0x00104000, "LT", plants.word("comment")),
        Wire(0x00081030, "LO", plants.word("out of order")),
        Wire(0x00100020, "LO", plants.word("first id")),
        Wire(0x00100020, "LO", plants.word("second id")),
    ]
    data = file_with([], sop_class_uid=CLASSES["SR"]) + data_set(twice)
    try:
        output = cleaned(data)
    except Rejected:
        return
    assert plants.survivors(output) == []


def test_a_length_that_hides_elements() -> None:
    """An element whose value looks like more elements, as after a wrong length."""
    plants = Plants()
    hidden = data_set([Wire(0x00100010, "PN", plants.word("hidden"))])
    for tag, vr in ((0x00081030, "LO"), (0x00091001, "OB"), (0x00187006, "LT"), (ONE, "SQ")):
        try:
            output = cleaned(file_with([Wire(tag, vr, hidden)]))
        except Rejected:
            continue
        assert plants.survivors(output) == []


def test_a_delimiter_may_carry_nothing() -> None:
    plants = Plants()
    word = plants.word("in a delimiter")
    end = struct.pack("<HHL", 0xFFFE, 0xE0DD, len(word)) + word
    item = struct.pack("<HHL", 0xFFFE, 0xE000, 0)
    for value in (item + end, end, item + word):
        for wire in (Wire(ONE, "SQ", value, undefined=True), Wire(ONE, "SQ", value)):
            try:
                output = cleaned(file_with([wire]))
            except Rejected:
                continue
            assert plants.survivors(output) == []


def _item(value: bytes) -> bytes:
    return struct.pack("<HHL", 0xFFFE, 0xE000, len(value)) + value


@pytest.mark.parametrize("where", ["offset table", "behind the last fragment"])
def test_encapsulated_pixels(where: str) -> None:
    plants = Plants()
    word = plants.word(where)
    end = struct.pack("<HHL", 0xFFFE, 0xE0DD, 0)
    value = _item(word if where == "offset table" else b"") + _item(b"\xff\xd8\xff\xd9") + end
    pixels = Wire(PIXEL_DATA, "OB", value, undefined=True)
    data = file_with([pixels], sop_class_uid=CT, syntax="1.2.840.10008.1.2.4.50")
    assert plants.survivors(cleaned(data + (word if where != "offset table" else b""))) == []
