"""Whatever a script or a value is: a stated refusal, or a result."""

from collections.abc import Callable
from datetime import datetime

from hypothesis import given, settings
from hypothesis import strategies as st
from pydicom.dataelem import RawDataElement
from pydicom.dataset import Dataset
from pydicom.tag import BaseTag

from scanloft.core.errors import InvalidProfile, Rejected
from scanloft.deid.ctp.evaluate import apply
from scanloft.deid.ctp.lookup import parse_lookup
from scanloft.deid.ctp.script import parse_script
from scanloft.deid.ctp.signatures import FUNCTIONS

PIECES = st.sampled_from(
    [
        *(f"@{name}(" for name in sorted(FUNCTIONS)),
        *(")", "{", "}", "(", "[", "]", ",", '"', "\\", "@", "|", "::", "root:", "$1", "*", "="),
        *("this", "PatientID", "StudyDate", "[0008,1140]", "@A", "7", "-1", "9999", "isblank"),
        *("equals", "matches", "default", "\n", " ", "ptid", "<", ">", "&", "(a)", "\ud800"),
    ]
)
EXPRESSIONS = st.lists(PIECES | st.text(max_size=3), max_size=12).map("".join)
VALUES = st.text(max_size=20) | st.dates().map(lambda day: day.strftime("%Y%m%d"))


@given(EXPRESSIONS)
@settings(max_examples=300)
def test_any_script_is_read_or_refused_as_a_profile(text: str) -> None:
    for whole in (
        text,
        f"set.[0010,0020]PatientID={text}",
        f'<script><p t="A">1</p><e en="T" t="00100020">{text}</e></script>',
        f'<script><p t="A">1</p><e en="T" t="00100020"><![CDATA[{text}]]></e></script>',
    ):
        _read(parse_script, whole)


@given(st.text(max_size=60))
@settings(max_examples=200)
def test_any_lookup_table_is_read_or_refused_as_a_profile(text: str) -> None:
    _read(parse_lookup, text)


CALLS = st.sampled_from(
    [
        "@hash(this)", "@hashdate(this,PatientID)", "@incrementdate(this,-3)", "@round(this,5)",
        "@hashname(this,5,2)", "@initials(this,3)", "@truncate(this,-3)", "@pathelement(this,1)",
        "@modifydate(this,*,2,31)", '@contents(this,"(.)","$1$1")', "@append(){x}",
        "@if(this,greaterthan,3){@uppercase(this)}{@lowercase(this)}", "@blank(9)", "x",
        "@hashuid(9,this)", "@lookup(this,ptid,keep)", "@value(this)",
    ]
)  # fmt: skip


@given(CALLS, VALUES, st.sampled_from(["LO", "PN", "DA", "DS", "IS", "UI", "UT", "UN", "US"]))
@settings(max_examples=300)
def test_any_value_gives_a_result_or_a_rejection(call: str, value: str, vr: str) -> None:
    script = parse_script(f'<script><e en="T" t="00090010"><![CDATA[{call}]]></e></script>')
    dataset = Dataset()
    dataset.SpecificCharacterSet = "ISO_IR 192"
    data = value.encode("utf-8", "surrogatepass")
    dataset[0x00090010] = _raw(0x00090010, vr, data)
    message = ""
    try:
        apply(script, dataset, lookup={}, now=datetime(2024, 1, 1))  # noqa: DTZ001
    except Rejected as error:
        message = str(error)
    assert len(value) < 8 or value not in message


def _raw(tag: int, vr: str, data: bytes) -> RawDataElement:
    return RawDataElement(BaseTag(tag), vr, len(data), data, 0, False, True)


def _read(parse: Callable[[str], object], text: str) -> None:
    message = "line "
    try:
        parse(text)
    except InvalidProfile as error:
        message = str(error)
    assert "line " in message
