import pytest
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

from scanloft.client.comparison import Row, compared
from scanloft.core.errors import NotDicom
from tests.client.images import dataset, part10


def rows(before: Dataset, after: Dataset) -> dict[str, Row]:
    found = compared(part10(before), part10(after))
    return {"/".join((*row.path, row.tag)): row for row in found}


@pytest.mark.parametrize(
    ("keyword", "before", "after", "action"),
    [
        ("StudyDescription", "Head", "Head", "kept"),
        ("StudyDescription", "Head", "", "emptied"),
        ("StudyDescription", "Head", "Other", "replaced"),
        ("StudyDescription", "Head", "REMOVED", "dummy"),
        ("StudyDescription", "Head", None, "removed"),
        ("StudyDescription", None, "Head", "added"),
        ("StudyDate", "20200131", "20190131", "shifted"),
        ("StudyDate", "20200131", "19000101", "dummy"),
        ("FrameOfReferenceUID", "1.2.3", "2.25.1", "new UID"),
        ("Rows", 3, 3, "kept"),
        ("Rows", 3, 4, "replaced"),
    ],
)
def test_each_change_has_its_word(keyword: str, before: object, after: object, action: str) -> None:
    old, new = dataset(), dataset()
    for made, value in ((old, before), (new, after)):
        if value is not None:
            setattr(made, keyword, value)
    found = [row for row in rows(old, new).values() if row.keyword == keyword]
    assert [row.action for row in found] == [action]
    shown = [None if value is None else str(value) for value in (before, after)]
    assert [found[0].before, found[0].after] == shown


def test_values_are_shown_as_text() -> None:
    made = dataset(ImageType=["ORIGINAL", "PRIMARY"], PatientName="A^B", PixelSpacing=["1", "2.5"])
    made.add_new(0x00091001, "OB", b"\0" * 2000)
    made.add_new(0x00091002, "UN", b"ACME 1.0")
    found = rows(made, dataset())
    assert found["0008,0008"].before == "ORIGINAL\\PRIMARY"
    assert found["0010,0010"].before == "A^B"
    assert found["0028,0030"].before == "1\\2.5"
    assert found["0009,1001"].before == "2,000 bytes"
    assert found["0009,1002"].before == "ACME 1.0"


def test_private_elements_are_shown_with_their_creator() -> None:
    made = dataset()
    made.private_block(0x0009, "ACME 1.1", create=True).add_new(1, "LO", "x")
    assert rows(made, dataset())["0009,1001"].keyword == "[ACME 1.1]"
    assert rows(made, dataset())["0009,0010"].keyword == ""


def test_items_are_compared_one_by_one_at_any_depth() -> None:
    def nested(uid: str) -> Dataset:
        inner, outer = Dataset(), Dataset()
        inner.ReferencedSOPInstanceUID = uid
        outer.ReferencedSOPSequence = Sequence([inner])
        return dataset(ReferencedSeriesSequence=Sequence([outer, Dataset()]))

    found = rows(nested("1.2.3"), nested("2.25.1"))
    path = "0008,1115[1]/0008,1199[1]/0008,1155"
    assert (found[path].action, found[path].before) == ("new UID", "1.2.3")
    assert found["0008,1115"].action == "inside"
    assert found["0008,1115"].before == "2 items"


def test_a_sequence_that_lost_items_is_one_row() -> None:
    item = Dataset()
    item.ReferencedSOPInstanceUID = "1.2.3"
    old = dataset(SourceImageSequence=Sequence([item]))
    emptied = rows(old, dataset(SourceImageSequence=Sequence([])))
    assert (emptied["0008,2112"].action, emptied["0008,2112"].after) == ("emptied", "0 items")
    removed = rows(old, dataset())
    assert removed["0008,2112"].action == "removed"
    assert not any("0008,2112[" in path for path in removed)


def test_changed_pixels_are_called_blanked() -> None:
    made = dataset(Rows=1, Columns=4, BitsAllocated=8, SamplesPerPixel=1, PixelData=b"\1\2\3\4")
    other = dataset(Rows=1, Columns=4, BitsAllocated=8, SamplesPerPixel=1, PixelData=b"\0\0\0\0")
    made["PixelData"].VR = other["PixelData"].VR = "OB"
    assert rows(made, other)["7FE0,0010"].action == "blanked"
    assert rows(made, made)["7FE0,0010"].action == "kept"


def test_what_stands_around_the_data_set_is_shown_too() -> None:
    made = dataset(Rows=1, Columns=2, BitsAllocated=8, SamplesPerPixel=1, PixelData=b"\1\2")
    made["PixelData"].VR = "OB"
    before = part10(made, preamble=b"A" * 128) + b"\xfc\xff\xfc\xffOB\0\0\4\0\0\0junk"
    found = {row.keyword: row for row in compared(before, part10(made))}
    assert found["Preamble"].action == "removed"
    assert found["Behind the pixel data"].before == "16 bytes"


def test_a_value_that_cannot_be_decoded_is_shown_as_it_is() -> None:
    made = dataset()
    made.InstanceNumber = "123456789012"
    data = part10(made).replace(b"123456789012", b"not a number")
    found = {row.keyword: row for row in compared(data, part10(dataset()))}
    assert found["InstanceNumber"].before == "not a number"


def test_what_is_no_dicom_is_refused() -> None:
    with pytest.raises(NotDicom):
        compared(b"no image", part10(dataset()))
