import codecs
from collections.abc import Iterator
from pathlib import Path

import pydicom
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydicom.charset import convert_encodings, decode_bytes, python_encoding

from scanloft.dicom.charsets import ALL_DELIMITERS, TEXT_DELIMITERS, decoded, encoded, encodings
from scanloft.dicom.raw import raw_value, tolerant_pydicom

DATA = Path(__file__).parents[2].parent / "shared" / "data"
TEXT_VRS = ("SH", "LO", "ST", "LT", "PN", "UC", "UT")
TERMS = sorted(python_encoding)
MISSPELT = [
    "ISO IR 100",
    "ISO-IR 100",
    "ISO_2022_IR_87",
    "ISO IR 999",
    "latin1",
    "nonsense",
    "GB 1",
]
JAPANESE = (b"ISO 2022 IR 13", b"", b"ISO 2022 IR 6")


def as_pydicom_reads(value: bytes, codecs_: tuple[str, ...], delimiters: frozenset[int]) -> str:
    with tolerant_pydicom():
        return decode_bytes(value, codecs_, set(delimiters))


@pytest.mark.parametrize("term", [*TERMS, *MISSPELT])
def test_each_term_names_the_codec_that_pydicom_takes(term: str) -> None:
    with tolerant_pydicom():
        expected = convert_encodings(term)
    assert encodings(term.encode()) == tuple(expected)


@given(st.lists(st.sampled_from([*TERMS, *MISSPELT]), min_size=1, max_size=4))
def test_several_terms_name_the_codecs_that_pydicom_takes(terms: list[str]) -> None:
    with tolerant_pydicom():
        expected = convert_encodings(list(terms))
    assert encodings("\\".join(terms).encode()) == tuple(expected)


def test_padding_of_terms_does_not_count() -> None:
    assert encodings(b"ISO_IR 192 ") == ("UTF8",)
    assert encodings(b" ISO 2022 IR 100 \\ISO 2022 IR 126\0") == ("latin_1", "iso_ir_126")


@pytest.mark.parametrize(
    "name",
    [
        "idna",
        "undefined",
        "unicode_escape",
        "utf-16",
        "cp037",
        "utf-7",
        "hex",
        "a\0b",
        "é",
        "x" * 99,
    ],
)
def test_what_does_not_read_ascii_as_ascii_is_no_character_set(name: str) -> None:
    assert encodings(name.encode()) == ("iso8859",)
    assert decoded(b"M\xfcller", (name,)) == "Müller"


@given(st.binary(max_size=40), st.binary(max_size=40))
def test_nothing_makes_it_fail(declared: bytes, value: bytes) -> None:
    named = encodings(declared)
    text = decoded(value, named)
    assert (encoded(text, named) is None) or decoded(encoded(text, named) or b"", named) == text


fragments = st.one_of(
    st.sampled_from([b"^", b"=", b"\\", b"\n", b"abc", b"\x1b", b"\x1b(B", b"\x1b$B", b"\x1b$)C"]),
    st.sampled_from(
        [b"\x1b)I", b"\x1b(J", b"\x1b-F", b"\x1b-A", b"\x1b$)A", b"\x1b$(D", b"\x1b$("]
    ),
    st.binary(min_size=1, max_size=4),
)


@given(
    st.lists(st.sampled_from(TERMS), min_size=1, max_size=3),
    st.lists(fragments, max_size=8).map(b"".join),
    st.sampled_from([TEXT_DELIMITERS, ALL_DELIMITERS, frozenset[int]()]),
)
def test_bytes_read_as_pydicom_reads_them(
    terms: list[str], value: bytes, delimiters: frozenset[int]
) -> None:
    named = encodings("\\".join(terms).encode())
    assert decoded(value, named, delimiters=delimiters) == as_pydicom_reads(
        value, named, delimiters
    )


def _charset_files() -> Iterator[Path]:
    yield from (DATA / "pydicom-package" / "charset_files").glob("*.dcm")
    yield from (DATA / "synthetic" / "SYNTHETIC_charset").glob("*.dcm")


def _texts(dataset: pydicom.Dataset, inherited: bytes) -> Iterator[tuple[bytes, bytes]]:
    charset = raw_value(dataset, 0x00080005) or inherited
    for tag in list(dataset.keys()):
        element = dataset.get_item(tag)
        if element.VR == "SQ":
            for item in dataset[tag].value:
                yield from _texts(item, charset)
        elif element.VR in TEXT_VRS:
            yield raw_value(dataset, int(tag)), charset


def test_the_shared_files_read_as_pydicom_reads_them_and_are_written_as_they_were() -> None:
    if not DATA.exists():
        pytest.skip("the shared data is not here")
    foreign = 0
    for path in _charset_files():
        with tolerant_pydicom():
            texts = list(_texts(pydicom.dcmread(path), b""))
        for value, charset in texts:
            named = encodings(charset)
            text = decoded(value, named, delimiters=ALL_DELIMITERS)
            assert text == as_pydicom_reads(value, named, ALL_DELIMITERS)
            foreign += not text.isascii()
            again = encoded(text, named)
            if again is not None:
                assert decoded(again, named, delimiters=ALL_DELIMITERS) == text
            else:
                assert "�" in text
    assert foreign >= 20


@pytest.mark.parametrize(
    ("charset", "text"),
    [
        (b"", "plain"),
        (b"ISO_IR 100", "Äneas^Grünewald"),
        (b"ISO_IR 101", "Łukasz^Żak"),
        (b"ISO_IR 144", "Люкceмбypг"),
        (b"ISO_IR 126", "Διονυσιος"),
        (b"ISO_IR 192", "王^小东 😀"),
        (b"GB18030", "王^小东"),
        (b"ISO_IR 13", "ﾔﾏﾀﾞ^ﾀﾛｳ"),
        (b"\\ISO 2022 IR 87", "Yamada^Tarou=山田^太郎=やまだ^たろう"),
        (b"\\ISO 2022 IR 149", "Hong^Gildong=洪^吉洞=홍^길동"),
        (b"ISO 2022 IR 100\\ISO 2022 IR 126", "Buc^Jérôme=Διον"),
    ],
)
def test_text_comes_back_from_its_bytes(charset: bytes, text: str) -> None:
    named = encodings(charset)
    value = encoded(text, named)
    assert value is not None
    assert decoded(value, named) == decoded(value, named, delimiters=ALL_DELIMITERS) == text
    assert as_pydicom_reads(value, named, TEXT_DELIMITERS) == text


@pytest.mark.parametrize(
    ("charset", "text"),
    [(b"", "Łukasz"), (b"ISO_IR 100", "山田"), (b"ISO_IR 13", "山田"), (b"\\ISO 2022 IR 87", "홍")],
)
def test_what_a_character_set_lacks_is_not_written(charset: bytes, text: str) -> None:
    assert encoded(text, encodings(charset)) is None


@given(st.sampled_from(TERMS), st.text(max_size=20))
def test_what_is_written_reads_as_the_same(term: str, text: str) -> None:
    named = encodings(term.encode())
    value = encoded(text, named)
    assert value is None or decoded(value, named) == text


def test_the_codecs_are_known_to_python() -> None:
    assert all(codecs.lookup(encodings(term.encode())[0]) for term in TERMS)
