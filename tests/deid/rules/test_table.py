from collections import Counter
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pydicom
import pytest
from pydicom.datadict import tag_for_keyword
from pydicom.dataelem import DataElement
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence
from pydicom.uid import ExplicitVRBigEndian, ExplicitVRLittleEndian, ImplicitVRLittleEndian

from scanloft.deid.results import Deidentified
from scanloft.deid.rules.table import nested_types, rows_by_tag, types_by_tag

CANARY = b"CANARY"
CANARY_UID = "1.2.999.98765.1"
CANARY_NUMBER = 0xBEEF
PLANTS: dict[str, object] = {
    "AS": "091Y",
    "DA": "19571103",
    "DT": "19571103111213",
    "TM": "111213.195711",
    "DS": "9876.54321",
    "IS": "98765432",
    "US": CANARY_NUMBER,
    "UI": CANARY_UID,
    "OB": b"CANARYOB",
    "UN": b"CANARYUN",
    "UR": "http://CANARY",
}
TRACES = (
    CANARY, CANARY_UID.encode(), b"091Y", b"19571103", b"111213", b"9876.5432", b"98765432",
    CANARY_NUMBER.to_bytes(2, "little"), CANARY_NUMBER.to_bytes(2, "big"),
)  # fmt: skip


def plant(vr: str) -> object:
    if vr != "SQ":
        return PLANTS.get(vr, "CANARY")
    item = Dataset()
    item.ReferencedSOPInstanceUID = CANARY_UID
    item.PatientComments = "CANARY"
    return Sequence([item])


def table_tags() -> list[int]:
    # Groups below 0008 are never part of a data set; the file meta has tests of its own.
    return [tag for tag in rows_by_tag() if tag >> 16 >= 8 and tag not in (0xFFFAFFFA, 0xFFFCFFFC)]


def survivors(
    base: Dataset,
    pack: Callable[..., bytes],
    run: Callable[..., Deidentified],
    syntax: str,
    depth: int,
) -> list[str]:
    found = []
    for tag in table_tags():
        if tag == 0x00420011 or (
            depth == 0 and f"{tag:08x}" in ("00080018", "0020000d", "0020000e")
        ):
            continue
        vr = rows_by_tag()[tag].vr
        planted = Dataset()
        planted.add(DataElement(tag, vr, plant(vr)))
        place = Dataset()
        place.update(base)
        for _ in range(depth):
            wrapped = Dataset()
            wrapped.add(DataElement(0x00081199, "SQ", Sequence([planted])))
            wrapped[0x00081199].is_undefined_length = depth % 2 == 0
            planted = wrapped
        place.update(planted)
        data = pack(place, syntax=syntax)
        assert any(trace in data for trace in TRACES)
        result = run(data).data
        if any(trace in result for trace in TRACES):
            found.append(f"{tag:08x}")
        pydicom.dcmread(BytesIO(result)).walk(lambda _dataset, _element: None)
    return found


@pytest.mark.parametrize("depth", [0, 1, 4])
@pytest.mark.parametrize(
    "syntax", [ExplicitVRLittleEndian, ImplicitVRLittleEndian, ExplicitVRBigEndian]
)
def test_no_attribute_of_the_table_survives(
    base: Dataset,
    pack: Callable[..., bytes],
    run: Callable[..., Deidentified],
    syntax: str,
    depth: int,
) -> None:
    assert survivors(base, pack, run, syntax, depth) == []


def test_no_attribute_of_the_table_survives_in_an_object_of_unknown_class(
    base: Dataset, pack: Callable[..., bytes], run: Callable[..., Deidentified]
) -> None:
    base.SOPClassUID = "1.2.840.10008.5.1.4.1.1.9999"
    assert survivors(base, pack, run, ExplicitVRLittleEndian, 0) == []


def test_the_table_has_all_rows_of_the_standard() -> None:
    codes = Counter(row.basic for row in rows_by_tag().values())
    assert codes == {
        "X": 412, "D": 93, "U": 55, "Z": 42,
        "X/D": 23, "X/Z": 11, "X/Z/D": 8, "Z/D": 6, "X/Z/U*": 2,
    }  # fmt: skip


def test_the_types_of_a_known_iod_leave_type_3_out() -> None:
    types = types_by_tag("1.2.840.10008.5.1.4.1.1.4")
    assert types is not None
    assert types[0x00100020] == "2"
    assert 0x00080080 not in types


def test_an_unknown_class_has_no_types() -> None:
    assert types_by_tag("1.2.3.4") is None


def test_compact_types_agree_with_the_tables_they_were_made_from() -> None:
    folder = Path(__file__).parents[3].parent / "shared" / "standards"
    if not folder.is_dir():
        pytest.skip("the shared standards are not here")
    strength = ["3", "2C", "2", "1C", "1"]
    strictest: dict[tuple[int, int], str] = {}
    lines = (folder / "nested-attribute-types.tsv").read_text("utf-8").splitlines()
    for line in lines[3:]:
        sequence, tag, _, kind, basic = line.split("\t")
        if "/" in basic and kind in strength:
            number = tag_for_keyword(sequence)
            assert number is not None
            pair = (number, int(tag.replace(",", ""), 16))
            strictest[pair] = max(strictest.get(pair, "3"), kind, key=strength.index)
    assert dict(nested_types()) == strictest
