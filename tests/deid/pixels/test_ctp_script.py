import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from scanloft.core.errors import InvalidProfile
from scanloft.deid.pixels.conditions import Look
from scanloft.deid.pixels.ctp_script import Signature, parse_pixel_script
from scanloft.deid.pixels.devices import Rectangle, regions

MANUFACTURER, MODEL, MODALITY, SERIES = 0x00080070, 0x00081090, 0x00080060, 0x0008103E
ROWS, COLUMNS = 0x00280010, 0x00280011


def looking(values: Mapping[int, str]) -> Look:
    return lambda tag: values.get(tag, "")


def only(text: str) -> Signature:
    (signature,) = parse_pixel_script(text)
    return signature


@pytest.fixture(
    params=[
        "ctp/DicomPixelAnonymizer.script",
        "ctp-examples/example-dicom-pixel-anonymizer.script",
    ]
)
def published(request: pytest.FixtureRequest, shared: Path) -> str:
    return (shared / "deid-scripts" / str(request.param)).read_text()


def test_published_scripts_are_read_whole(published: str) -> None:
    signatures = parse_pixel_script(published)
    assert len(signatures) == published.count("{") > 40
    lines = published.splitlines()
    assert all("{" in lines[signature.line - 1] for signature in signatures)
    written = re.findall(r"\(\d+,\d+,\d+,\d+\)", published)
    assert sum(len(signature.blank) for signature in signatures) == len(written)


def test_published_scripts_need_no_data_dictionary(shared: Path) -> None:
    script = shared / "deid-scripts" / "ctp" / "DicomPixelAnonymizer.script"
    program = (
        "import sys; from scanloft.deid.pixels.ctp_script import parse_pixel_script;"
        f"parse_pixel_script(open({str(script)!r}).read());"
        "print([name for name in ('pydicom', 'numpy', 're2', 'yaml') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True)
    assert done.stdout.strip() == b"[]"


def test_published_scripts_find_a_toshiba(published: str) -> None:
    toshiba = {
        MODALITY: "US",
        MANUFACTURER: "TOSHIBA_MEC_US",
        MODEL: "TUS-A500",
        ROWS: "720",
        COLUMNS: "960",
    }
    signatures = parse_pixel_script(published)
    assert regions(signatures, looking(toshiba)) == (Rectangle(0, 0, 960, 60),)
    assert regions(signatures, looking({**toshiba, ROWS: "721"})) is None


def test_a_space_before_the_parenthesis_of_a_method_is_read() -> None:
    text = '{ SeriesDescription.containsIgnoreCase ("FFR") } (404,9,580,40)'
    assert only(text).matches(looking({SERIES: "ffr run"}))


@pytest.mark.parametrize(
    ("expression", "holds"),
    [
        ('Modality.equals("US")', True),
        ('Modality.equals("us")', False),
        ('Modality.equalsIgnoreCase("us")', True),
        ('[0008,0060].startsWith("U")', True),
        ('[0008,0060].endsWithIgnoreCase("s")', True),
        ('[0008,0060].matches("U.")', True),
        ('[0008,0060].matches("U")', False),
        ('Rows.isLessThan("481")', True),
        ('Rows.isGreaterThan("480")', False),
        ('StationName.equals("")', True),
        ("true.", True),
        ("false.", False),
        ('!Modality.equals("US")', False),
        ("!!true.", True),
        ("true. + false. * false.", True),
        ("(true. + false.) * false.", False),
        ("!false. * true.", True),
        ("!(false. * true.)", True),
        ("false. + false. + true.", True),
    ],
)
def test_expressions_mean_what_ctp_documents(expression: str, holds: bool) -> None:
    signature = only("{" + expression + "} (0,0,1,1)")
    assert signature.matches(looking({MODALITY: "US", ROWS: "480"})) is holds


def test_comments_stand_around_signatures_and_regions() -> None:
    text = (
        "A library (of all)\n\n{ true. }\n (1,2,3,4) and ( 5, 6, 7, 8 )\nnext\n{ false. } (9,9,9,9)"
    )
    first, second = parse_pixel_script(text)
    assert first.blank == (Rectangle(1, 2, 3, 4), Rectangle(5, 6, 7, 8))
    assert (first.line, second.line) == (3, 6)


@pytest.mark.parametrize(
    ("text", "line", "reason"),
    [
        ("", None, "no signature"),
        ("only (a) comment", None, "no signature"),
        ("\n{ true. ", 2, "never closed"),
        ("\n{ true. { } (0,0,1,1)", 2, "never closed"),
        ("x }\n{ true. } (0,0,1,1)", 1, "closes nothing"),
        ("{ true. } (0,0,1,1)\n}", 2, "closes nothing"),
        ("{ true. } (0,0,1,1)\n)", 2, "closes nothing"),
        ("{ true. }\n", 1, "no regions"),
        ("{ true. }\n(0,0,1)", 2, "no region"),
        ("{ true. }\n(0,0,1,1", 2, "no region"),
        ("{ true. }\n(0,0,1,-1)", 2, "no region"),
        ("{ true. }\n(0,0,0,1)", 2, "whole numbers"),
        ("{ true. }\n(0,0,1,1) (see the manual)", 2, "no region"),
        ("{\n\n}\n(0,0,1,1)", 3, "comparison"),
        ('{\n true. *\n Modality.resembles("US") } (0,0,1,1)', 3, "no method resembles"),
        ('{ Modality.matchesIgnoreCase("US") } (0,0,1,1)', 1, "no method"),
        ('{ Modality.matches("(") } (0,0,1,1)', 1, "regular expression"),
        ("{ Modality.equals(US) } (0,0,1,1)", 1, "no comparison"),
        ('{ Modality.equals("US) } (0,0,1,1)', 1, "no comparison"),
        ('{ NoSuchKeyword.equals("US") } (0,0,1,1)', 1, "no attribute"),
        ('{ [0008,60].equals("US") } (0,0,1,1)', 1, "no comparison"),
        ('{ A::B.equals("US") } (0,0,1,1)', 1, "sequences"),
        ("{ (true. } (0,0,1,1)", 1, "not closed"),
        ("{ true.) } (0,0,1,1)", 1, "not opened"),
        ("{ true. false. } (0,0,1,1)", 1, "missing"),
        ("{ true. * } (0,0,1,1)", 1, "missing"),
        ("{ * true. } (0,0,1,1)", 1, "missing"),
        ("{ " + "(" * 60 + "true." + ")" * 60 + " } (0,0,1,1)", 1, "nested"),
        ("{ " + "!" * 5000 + "true. } (0,0,1,1)", 1, "nested"),
    ],
)
def test_a_wrong_script_is_refused_with_its_line(text: str, line: int | None, reason: str) -> None:
    with pytest.raises(InvalidProfile, match=reason) as caught:
        parse_pixel_script(text)
    assert (f"line {line}:" in caught.value.message) is (line is not None)


@pytest.mark.parametrize("text", ["x" * 300_000, "{ true. } (0,0,1,1)\n" * 2_001])
def test_endless_scripts_are_refused(text: str) -> None:
    with pytest.raises(InvalidProfile, match="shorter"):
        parse_pixel_script(text)
