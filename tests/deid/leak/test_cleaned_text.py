"""Text that an option cleans or keeps: the patient's own identifiers are in none of it."""

import pytest

from scanloft.deid.engine import deidentify
from scanloft.deid.profiles.profile import Profile
from scanloft.deid.values.pseudonyms import Pseudonyms
from tests.support.confidentiality import TEXT_VRS, attributes
from tests.support.objects import file_with
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
