"""Text that is kept: the patient's own identifiers are found however they stand there."""

import pytest

from scanloft.core.errors import MalformedDicom
from scanloft.deid.engine import by_bytes, by_pydicom, deidentify
from scanloft.deid.profiles.profile import Profile
from scanloft.deid.values.pseudonyms import Pseudonyms
from tests.support.objects import file_with
from tests.support.wire import Syntax, Wire, within

PSEUDONYMS = Pseudonyms(b"only for tests, 32 bytes or more")
CHARSET, NAME, ID, MODEL, DESCRIPTION = 0x00080005, 0x00100010, 0x00100020, 0x00081090, 0x0008103E
BASIC = Profile.from_dict({"name": "basic", "version": 1, "pixel_review": False})
CLEANED = Profile.from_dict(
    {"name": "text", "version": 1, "pixel_review": False, "options": ["clean_desc"]}
)

pytestmark = pytest.mark.filterwarnings("ignore")


def even(value: bytes) -> bytes:
    return value + b" " * (len(value) % 2)


def outputs(
    patient: Wire, text: bytes, *, charset: bytes = b"", more: tuple[Wire, ...] = ()
) -> bytes:
    """What both ways make of text that is kept, and of text that an option cleans."""
    found = b""
    for profile, tag in ((BASIC, MODEL), (CLEANED, DESCRIPTION)):
        wires = [Wire(CHARSET, "CS", even(charset)), patient, Wire(tag, "LO", even(text)), *more]
        data = file_with(wires)
        for way in (by_bytes, by_pydicom):
            result = way(data, profile=profile, pseudonyms=PSEUDONYMS)
            assert result is not None
            found += result.data
    return found


@pytest.mark.parametrize(
    "name",
    [
        b"Quixote^Alonso (Dulcineas)", b"Quixote;Dulcineas", b"Quixote:Dulcineas", b"Dulcineas*",
        b'Quixote "Dulcineas"', b"Quixote&Dulcineas", b"Quixote+Dulcineas", b"Dulcineas2",
        b"Quixote^Dulci neas", b"Dulci-neas", b"D'ulcineas",
        b"Quixote[Dulcineas]", b"Quixote|Dulcineas", b"Quixote~Dulcineas", b"Quixote`Dulcineas",
    ],
)  # fmt: skip
def test_the_parts_of_a_name_are_found_whatever_divides_them(name: bytes) -> None:
    assert b"DULCINEAS" not in outputs(Wire(NAME, "PN", even(name)), b"for DULCINEAS, 3T")


@pytest.mark.parametrize(
    "number",
    [
        b"MRN:12345678",
        b"PID#12345678",
        b"(12345678)",
        b"12345678;2",
        b"H@12345678",
        b"0012345678",
        b"1234-5678",
        b"12 34.56 78",
    ],
)
def test_a_number_is_found_whatever_stands_around_it(number: bytes) -> None:
    assert b"12345678" not in outputs(Wire(ID, "LO", even(number)), b"was 12345678, 3T")


@pytest.mark.parametrize(
    "text", ["YAMADA様", "患者YAMADA", "TarouさんCT", "YAMADA1", "YAMADA2 T1", "番号47110035号"]
)
def test_letters_without_case_beside_a_word_do_not_hide_it(text: str) -> None:
    seen = outputs(
        Wire(NAME, "PN", b"Yamada^Tarou"),
        text.encode(),
        charset=b"ISO_IR 192",
        more=(Wire(ID, "LO", b"47110035"),),
    )
    assert not [word for word in (b"YAMADA", b"Tarou", b"47110035") if word in seen]


@pytest.mark.parametrize("escape", [b"\x1b(J", b"\x1b-A", b"\x1b)I", b"\x1b(I", b"\x1b%G"])
@pytest.mark.parametrize("charset", [b"", b"ISO 2022 IR 6", b"\\ISO 2022 IR 87", b"ISO_IR 192"])
def test_escape_sequences_hide_nothing(charset: bytes, escape: bytes) -> None:
    text = b"of " + escape + b"Quixote"
    assert b"Quixote" not in outputs(Wire(NAME, "PN", b"Quixote^A"), text, charset=charset)


@pytest.mark.parametrize(
    ("charset", "name", "text"),
    [
        (b"ISO_IR 192", "utf-8", "latin-1"),
        (b"ISO_IR 100", "latin-1", "utf-8"),
        (b"ISO_IR 100", "utf-8", "utf-8"),
        (b"", "latin-1", "utf-8"),
    ],
)
def test_another_character_set_than_the_declared_one_hides_nothing(
    charset: bytes, name: str, text: str
) -> None:
    said = "T1 Müllerova".encode(text)
    seen = outputs(Wire(NAME, "PN", even("Müllerova^A".encode(name))), said, charset=charset)
    assert "Müllerova".encode(text) not in seen


def test_the_accession_number_of_a_request_is_found() -> None:
    request = Wire(0x00400275, "SQ", ((Wire(0x00080050, "SH", b"ACC99871"),),), undefined=True)
    assert b"acc99871" not in outputs(Wire(NAME, "PN", b"A^B "), b"for acc99871", more=(request,))


OTHER_IDS, REQUESTS, ORIGINALS, MODIFIED = 0x00101002, 0x00400275, 0x04000561, 0x04000550
WAYS_TO_SAY = {
    "another ID": ((OTHER_IDS,), ID),
    "an ID in a request": ((REQUESTS,), ID),
    "an accession number": ((REQUESTS,), 0x00080050),
    "a nested accession number": ((REQUESTS, 0x00081110), 0x00080050),
    "a deep ID": ((OTHER_IDS, OTHER_IDS, OTHER_IDS), ID),
    "the request of a report": ((0x0040A370,), 0x00080050),
    "another patient": ((0x00081120,), ID),
    "the ID before": ((ORIGINALS, MODIFIED), ID),
    "the name before": ((ORIGINALS, MODIFIED), NAME),
}


@pytest.mark.parametrize("syntax", list(Syntax))
@pytest.mark.parametrize("undefined", [False, True])
@pytest.mark.parametrize("vr", ["LO", "UN", "LT", "PN", "UI"])
@pytest.mark.parametrize("said", WAYS_TO_SAY)
def test_who_the_patient_is_is_read_in_items(
    said: str, vr: str, undefined: bool, syntax: Syntax
) -> None:
    sequences, tag = WAYS_TO_SAY[said]
    told = within(Wire(tag, vr, b"OTHER12345"), *sequences, undefined=undefined)
    data = file_with([told, Wire(MODEL, "LO", b"was OTHER12345")], syntax=syntax)
    assert _agreed(data).count(b"OTHER12345") == 0


@pytest.mark.parametrize("vr", ["UN", "LO", "OB"])
@pytest.mark.parametrize("undefined", [False, True])
def test_what_follows_a_number_in_an_item_is_not_taken_for_it(vr: str, undefined: bool) -> None:
    item = (Wire(ID, vr, b"OTHER12345"), Wire(0x00100021, "LO", b"Acme Clinic "))
    others = Wire(OTHER_IDS, "SQ", (item,) * 70, undefined)
    kept = Wire(0x00080070, "LO", b"ACME"), Wire(0x00080008, "CS", b"ORIGINAL\\CLINIC ")
    result = _agreed(file_with([others, *kept]))
    assert b"ACME" in result
    assert b"ORIGINAL\\CLINIC" in result


def _agreed(data: bytes) -> bytes:
    """What the quick way and the slow one make of an object, or the slow one alone."""
    slow = by_pydicom(data, profile=BASIC, pseudonyms=PSEUDONYMS)
    for _ in range(3):
        quick = by_bytes(data, profile=BASIC, pseudonyms=PSEUDONYMS)
        assert quick is None or quick == slow
    return slow.data


@pytest.mark.parametrize("syntax", list(Syntax))
@pytest.mark.parametrize("other", [b"Panza^S ", b"", b"Quixote^"])
def test_an_object_with_two_names_is_refused_unless_they_are_the_same(
    syntax: str, other: bytes
) -> None:
    wires = [Wire(NAME, "PN", b"Quixote^"), Wire(MODEL, "LO", b"Quixote ")]
    data = file_with(wires, syntax=syntax)
    twice = file_with([*wires, Wire(NAME, "PN", other)], syntax=syntax)
    if other == b"Quixote^":
        results = [deidentify(one, profile=BASIC, pseudonyms=PSEUDONYMS) for one in (data, twice)]
        assert results[0].data == results[1].data
    else:
        with pytest.raises(MalformedDicom, match=r"\(0010,0010\) stands there twice"):
            deidentify(twice, profile=BASIC, pseudonyms=PSEUDONYMS)
