"""Text that is kept: the patient's own identifiers are found however they stand there."""

import pytest

from scanloft.core.errors import MalformedDicom
from scanloft.deid.engine import by_bytes, by_pydicom, deidentify
from scanloft.deid.profiles.profile import Profile
from scanloft.deid.values.pseudonyms import Pseudonyms
from tests.support.objects import file_with
from tests.support.wire import Syntax, Wire

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
        b"Quixote[Dulcineas]", b"Quixote|Dulcineas", b"Quixote~Dulcineas", b"Quixote`Dulcineas",
    ],
)  # fmt: skip
def test_the_parts_of_a_name_are_found_whatever_divides_them(name: bytes) -> None:
    assert b"DULCINEAS" not in outputs(Wire(NAME, "PN", even(name)), b"for DULCINEAS, 3T")


@pytest.mark.parametrize(
    "number",
    [b"MRN:12345678", b"PID#12345678", b"(12345678)", b"12345678;2", b"H@12345678", b"0012345678"],
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
