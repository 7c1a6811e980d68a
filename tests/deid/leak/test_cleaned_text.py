"""Text that an option cleans or keeps: the patient's own identifiers are in none of it."""

import unicodedata
from io import BytesIO
from typing import Literal

import pydicom
import pytest
from pydicom._dicom_dict import DicomDictionary
from pydicom.datadict import dictionary_VR

from scanloft.deid.engine import deidentify
from scanloft.deid.profiles.profile import Profile
from scanloft.deid.results import Deidentified
from scanloft.deid.values.pseudonyms import Pseudonyms
from tests.support.confidentiality import TEXT_VRS, attributes
from tests.support.objects import file_with
from tests.support.scripts import script
from tests.support.two_ways import disagreement
from tests.support.wire import Syntax, Wire, within

PSEUDONYMS = Pseudonyms(b"only for tests, 32 bytes or more")
ONE, TWO = 0x00081115, 0x00081199
OPTIONS = [
    "clean_desc", "clean_struct_cont", "clean_graph", "rtn_dev_id", "rtn_inst_id", "rtn_pat_chars",
]  # fmt: skip
PROFILE = Profile.from_dict(
    {"name": "text", "version": 1, "options": OPTIONS, "pixel_review": False}
)
CHARSETS = {"ISO_IR 100": "latin-1", "ISO_IR 192": "utf-8"}
FORMS = (
    "Krügelstein", "KRÜGELSTEIN", "krügelstein", "Krügelstein^Zoë", "zoë Krügelstein", "Zoë",
    "Krügelstein,Zoë", "Dr. Krügelstein", "(Krügelstein)", "Fr.Krügelstein", "Krügelstein's",
    "Krügelstein_Zoë", "Krügelstein-Zoë", "HOSP4711X", "hosp4711x", "ID:HOSP4711X", "HOSP4711X.",
    "ACC99871", "#ACC99871", "Nr ACC99871", "one\\Krügelstein", "Krügelstein\\two",
    "KRUEGELSTEIN", "Krugelstein, Zoe", "OLD88125", "was old88125/3",
)  # fmt: skip
HIDDEN = (
    "krügelstein", "kruegelstein", "krugelstein", "zoë", "zoe", "hosp4711x", "acc99871", "old88125",
)  # fmt: skip


def patient(encoding: str, *, undefined: bool = False) -> list[Wire]:
    charset = next(name for name, python in CHARSETS.items() if python == encoding)
    others = ((Wire(0x00100020, "LO", b"OLD88125"), Wire(0x00100022, "CS", b"TEXT")),)
    return [
        Wire(0x00080005, "CS", charset.encode()),
        Wire(0x00080050, "SH", b"ACC99871"),
        Wire(0x00100010, "PN", "Krügelstein^Zoë".encode(encoding)),
        Wire(0x00100020, "LO", b"HOSP4711X "),
        Wire(0x00101002, "SQ", others, undefined),
    ]


def texts(value: bytes) -> list[Wire]:
    """All text that the table lists, and what stands in content items and annotations."""
    listed = [
        Wire(attribute.tag, attribute.vr, value)
        for attribute in attributes()
        if attribute.vr in TEXT_VRS and attribute.tag not in (0x00080050, 0x00100020, 0x00101002)
    ]
    others = [Wire(0x0040A160, "UT", value), Wire(0x00700006, "ST", value)]
    tags = {wire.tag for wire in listed}
    return [*listed, *(wire for wire in others if wire.tag not in tags)]


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("undefined", [False, True])
@pytest.mark.parametrize("encoding", CHARSETS.values())
@pytest.mark.parametrize("form", FORMS)
def test_no_text_names_the_patient_in_any_form(form: str, encoding: str, undefined: bool) -> None:
    value = form.encode(encoding)
    found = texts(value)
    content = Wire(0x0040A730, "SQ", (tuple(found),))
    annotation = within(Wire(0x00700008, "SQ", (tuple(found),)), 0x00700001)
    for elements in ([*found, content, annotation], [Wire(ONE, "SQ", (tuple(found),))]):
        for syntax in (Syntax.EXPLICIT, Syntax.IMPLICIT, Syntax.BIG):
            data = file_with([*patient(encoding, undefined=undefined), *elements], syntax=syntax)
            output = deidentify(data, profile=PROFILE, pseudonyms=PSEUDONYMS).data
            seen = output.decode(encoding, "replace").lower()
            assert not [word for word in HIDDEN if word in seen]


@pytest.mark.parametrize("charset", [b"\\ISO 2022 IR 87 ", b"ISO_IR 192", b"GB18030 "])
def test_no_text_names_the_patient_in_ideographs(charset: bytes) -> None:
    encoding = {b"ISO_IR 192": "utf-8", b"GB18030 ": "gb18030"}.get(charset, "iso2022_jp")
    family, given = "山田", "太郎"
    name = f"Yamada^Tarou={family}^{given}".encode(encoding)
    for form in (f"{family} {given}", f"頭部{family}", f"{family}^{given}", "Yamada", "TAROU"):
        value = form.encode(encoding)
        elements = [
            Wire(0x00080005, "CS", charset),
            Wire(0x00100010, "PN", name),
            *texts(value),
            Wire(0x0040A730, "SQ", (tuple(texts(value)),)),
        ]
        output = deidentify(file_with(elements), profile=PROFILE, pseudonyms=PSEUDONYMS).data
        # Escape sequences around them may differ: the two bytes of each character tell.
        for word in (family, given):
            raw = word.encode(encoding).removeprefix(b"\x1b$B").removesuffix(b"\x1b(B")
            assert raw not in output
        assert b"yamada" not in output.lower()
        assert b"tarou" not in output.lower()


OTHERS = [
    *(tag for tag, row in DicomDictionary.items() if row[0] == "PN"),
    0x0074100C, 0x00080080, 0x00080081, 0x00080092, 0x00080094, 0x00081040, 0x00101040, 0x00102154,
    0x00102155, 0x00102299, 0x00380400, 0x00401102, 0x00401103, 0x0040A027,
]  # fmt: skip
DESCRIPTION = 0x0008103E


def described(*elements: Wire, options: list[str] = OPTIONS, syntax: str = Syntax.EXPLICIT) -> str:
    """What both ways make of a series description, "" where it goes."""
    profile = Profile.from_dict(
        {"name": "text", "version": 1, "options": options, "pixel_review": False}
    )
    difference, result = disagreement(file_with(elements, syntax=syntax), profile)
    assert difference == ""
    assert isinstance(result, Deidentified)
    return str(pydicom.dcmread(BytesIO(result.data)).get("SeriesDescription", ""))


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("syntax", [Syntax.EXPLICIT, Syntax.IMPLICIT])
@pytest.mark.parametrize("tag", OTHERS)
def test_no_text_names_whom_or_where_any_attribute_names(tag: int, syntax: str) -> None:
    text = Wire(DESCRIPTION, "LO", b"head, zweistein agreed")
    person = Wire(tag, dictionary_VR(tag), b"Zweistein ")
    options = ["clean_desc"]
    for element in (person, within(person, ONE), within(person, ONE, TWO, undefined=True)):
        assert described(text, element, options=options, syntax=syntax) == "head, [removed] agreed"


@pytest.mark.parametrize(
    ("charset", "encoding", "name"),
    [
        (b"ISO_IR 100", "latin-1", "müllerström"),
        (b"ISO_IR 144", "iso8859_5", "фёдоров"),
        (b"\\ISO 2022 IR 87", "iso2022_jp", "山田"),
        (b"GB18030 ", "gb18030", "王小东"),
    ],
)
def test_no_text_names_whom_an_item_names_in_its_own_character_set(
    charset: bytes, encoding: str, name: str
) -> None:
    own = Wire(0x00080005, "CS", charset), Wire(0x0040A075, "PN", name.encode(encoding))
    text = Wire(DESCRIPTION, "LO", f"head {name} agreed".encode())
    top = Wire(0x00080005, "CS", b"ISO_IR 192")
    assert described(top, text, Wire(0x0040A073, "SQ", (own,))) == "head [removed] agreed"


@pytest.mark.parametrize(
    ("charset", "name", "text"),
    [
        (b"ISO_IR 100", "latin-1", "utf-8"),
        (b"ISO_IR 192", "utf-8", "latin-1"),
        (b"", "utf-8", "latin-1"),
        (b"", "latin-1", "utf-8"),
    ],
)
def test_no_text_names_others_in_another_character_set_than_declared(
    charset: bytes, name: str, text: str
) -> None:
    elements = (
        Wire(0x00080005, "CS", charset),
        Wire(0x00081070, "PN", "Müllerström".encode(name)),
        Wire(DESCRIPTION, "LO", "x müllerström y".encode(text)),
    )
    assert described(*elements) in ("", "x [removed] y")
    foreign = Wire(DESCRIPTION, "LO", "x größe y".encode(name))
    assert described(*elements[:2], foreign).startswith("x gr")


@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_no_text_names_others_with_accents_apart(form: Literal["NFC", "NFD"]) -> None:
    text = unicodedata.normalize(form, "x Ångström Dvořák y")
    elements = (
        Wire(0x00080005, "CS", b"ISO_IR 192"),
        Wire(0x00081070, "PN", "Ångström^Ana\\Dvořák^Ana".encode()),
        Wire(DESCRIPTION, "LO", text.encode()),
    )
    assert described(*elements) == "x [removed] y"


@pytest.mark.parametrize(
    ("place", "text"),
    [
        (b"Klinikum rechts der Isar", "Knie rechts"),
        (b"Institut Diagnostische und Interventionelle Radiologie", "MRT Kopf und Hals"),
        (b"Hospital Universitario del Mar", "RM Columna del Dorso"),
        (b"Hopital des Enfants", "IRM des Orbites"),
        (b"MAMMOGRAPHY", "MAMMOGRAPHY Screening"),
        (b"Angiographie", "Angiographie Becken"),
        (b"ULTRASOUND", "ULTRASOUND Abdomen"),
        (b"Toboso", "at [removed] Elastography"),
    ],
)
def test_technique_stays_beside_departments(place: bytes, text: str) -> None:
    for tag in (0x00080080, 0x00081040):
        written = Wire(DESCRIPTION, "LO", text.replace("[removed]", "Toboso").encode())
        assert described(Wire(tag, "LO", place), written, options=["clean_desc"]) == text


def test_institutions_stay_in_text_where_the_option_keeps_them() -> None:
    elements = Wire(0x00080080, "LO", b"Barataria "), Wire(DESCRIPTION, "LO", b"at barataria")
    assert described(*elements, options=["clean_desc"]) == "at [removed]"
    assert described(*elements, options=["clean_desc", "rtn_inst_id"]) == "at barataria"


def test_a_text_goes_where_more_are_named_than_can_be_searched_for() -> None:
    names = [f"zz{chr(97 + at // 26)}{chr(97 + at % 26)}q" for at in range(300)]
    text = Wire(DESCRIPTION, "LO", b"head of zzaaq ")
    few, many = (
        Wire(0x00081070, "PN", "\\".join(found).encode()) for found in (names[:200], names)
    )
    assert described(text, few) == "head of [removed]"
    assert described(text, many) == ""


@pytest.mark.parametrize("word", ["OVE", "REMO", "MOVED", "REMOVED"])
@pytest.mark.parametrize("tag", [0x00100010, 0x00081070])
def test_a_name_goes_though_the_mark_holds_its_letters(tag: int, word: str) -> None:
    text = Wire(DESCRIPTION, "LO", f"scan of {word}, age 30".encode())
    assert (
        described(text, Wire(tag, "PN", f"JENSEN^{word}".encode())) == "scan of [removed], age 30"
    )


@pytest.mark.parametrize(
    ("tag", "value", "text"),
    [
        (0x00102154, b"0511 100 300", "TI 300 TR 100 DWI"),
        (0x00101040, b"120 High Street, New Iso Town ", "CT HIGH RES 120 kV iso"),
        (0x00081070, b"MR TECH 3 ", "TECH check"),
        (0x00081070, b"MRI^Tech", "MRI Head"),
        (0x00081070, b"not specified ", "not specified contrast"),
        (0x00081070, b"van der Berg^Jan", "Aorta und Arterien der Beine"),
        (0x00081050, b"SMITH^JANE^^MRS^PHD", "MRS PRESS TE30"),
        (0x00100010, b"SMITH^JANE^^MRS^PHD", "MRS PRESS TE30"),
    ],
)
def test_technique_stays_beside_addresses_and_titles(tag: int, value: bytes, text: str) -> None:
    named = Wire(tag, dictionary_VR(tag), value)
    assert described(named, Wire(DESCRIPTION, "LO", text.encode())) == text


def test_no_text_names_whom_a_script_took_away_before() -> None:
    profile = Profile.from_dict(
        {
            "name": "text",
            "version": 1,
            "base": "ctp",
            "ctp_script": script({"00081070": "@remove()"}),
            "options": ["clean_desc"],
        }
    )
    comments = Wire(0x00104000, "LT", b"head, zweistein agreed")
    data = file_with([Wire(0x00081070, "PN", b"Zweistein "), comments])
    output = deidentify(data, profile=profile, pseudonyms=PSEUDONYMS).data
    assert pydicom.dcmread(BytesIO(output)).PatientComments == "head, [removed] agreed"
