import struct

import pytest
from pydicom.dataset import Dataset

from scanloft.core.errors import MalformedDicom
from scanloft.dicom.elements import Encoding, read_element
from scanloft.dicom.read import read_dicom
from scanloft.dicom.structure import MAX_DEPTH, check_items, find_pixels
from tests.dicom.objects import (
    BODY,
    ITEM,
    ITEM_END,
    SEQUENCE_END,
    UNDEFINED,
    element,
    fragments,
    image,
    nested,
    nested_with_lengths,
    part10,
)


def test_sixty_levels_of_sequences_are_read() -> None:
    dataset: Dataset = read_dicom(part10(nested(60)))
    for _ in range(60):
        dataset = dataset.ReferencedSeriesSequence[0]
    assert len(dataset) == 0


@pytest.mark.parametrize("depth", [65, 300, 100_000])
def test_deep_sequences_are_refused_without_recursion(depth: int) -> None:
    with pytest.raises(MalformedDicom, match="nested deeper"):
        read_dicom(part10(nested(depth)))


@pytest.mark.parametrize("depth", [65, 300, 2000])
def test_deep_sequences_with_lengths_are_refused_without_recursion(depth: int) -> None:
    with pytest.raises(MalformedDicom, match="nested deeper"):
        read_dicom(part10(nested_with_lengths(depth)))


def test_deep_sequences_of_vr_un_are_refused() -> None:
    start = element(0x00081115, "UN", b"")[:-4] + UNDEFINED + ITEM + UNDEFINED
    deeper = struct.pack("<HH", 0x0008, 0x1115) + UNDEFINED + ITEM + UNDEFINED
    body = BODY + start + deeper * 300 + (ITEM_END + SEQUENCE_END) * 301
    with pytest.raises(MalformedDicom, match="nested deeper"):
        read_dicom(part10(body))


@pytest.mark.parametrize("keep", [5, 20, 33, 37, 40])
def test_an_object_cut_inside_an_element_is_truncated(keep: int) -> None:
    with pytest.raises(MalformedDicom, match="truncated"):
        read_dicom(part10(BODY[:keep]))


def test_pixel_data_shorter_than_its_length_is_truncated() -> None:
    data = part10(image(element(0x7FE00010, "OW", bytes(8))))
    with pytest.raises(MalformedDicom, match="truncated"):
        read_dicom(data[:-1])


@pytest.mark.parametrize(
    "body",
    [
        BODY + ITEM_END,
        BODY + element(0xFFFEE000, "NO", b"ab"),
        BODY + SEQUENCE_END,
        BODY + element(0x00081115, "SQ", BODY),
        BODY + element(0x00081115, "SQ", ITEM + b"\x08\0\0\0" + ITEM_END),
    ],
)
def test_delimiters_out_of_place_are_refused(body: bytes) -> None:
    with pytest.raises(MalformedDicom, match="do not match"):
        read_dicom(part10(body))


def test_an_item_longer_than_its_sequence_is_refused() -> None:
    with pytest.raises(MalformedDicom, match="truncated"):
        read_dicom(part10(BODY + element(0x00081115, "SQ", ITEM + b"\x09\0\0\0") + bytes(20)))


def test_native_pixels_are_found_where_they_are() -> None:
    body = image(element(0x7FE00010, "OW", bytes(8)))
    pixels = find_pixels(body + b"junk", 0, implicit=False, little=True)
    assert pixels is not None
    assert (pixels.tag, pixels.vr, pixels.fragments) == (0x7FE00010, "OW", None)
    assert body[pixels.offset :] == element(0x7FE00010, "OW", bytes(8))
    assert body[pixels.value_offset : pixels.end] == bytes(8)


def test_fragments_are_counted_without_the_offset_table() -> None:
    body = image(fragments(0, 4, 6))
    pixels = find_pixels(body + b"junk", 0, implicit=False, little=True)
    assert pixels is not None
    assert pixels.fragments == 2
    assert pixels.end == len(body)


def test_pixels_of_an_icon_are_not_those_of_the_object() -> None:
    icon = element(0x7FE00010, "OW", bytes(2))
    item = ITEM + struct.pack("<L", len(icon)) + icon
    body = BODY + element(0x00880200, "SQ", item)
    assert find_pixels(body, 0, implicit=False, little=True) is None


@pytest.mark.parametrize("depth", [0, 1, MAX_DEPTH - 1])
def test_the_value_of_a_sequence_is_walked_from_its_own_depth(depth: int) -> None:
    head = struct.pack("<HH", 0x0008, 0x1115) + UNDEFINED + ITEM + UNDEFINED
    levels = MAX_DEPTH - depth
    fits, deeper = (
        ITEM + UNDEFINED + head * count + (ITEM_END + SEQUENCE_END) * count + ITEM_END
        for count in (levels - 1, levels + 1)
    )
    check_items(fits, depth=depth)
    with pytest.raises(MalformedDicom, match="nested deeper"):
        check_items(deeper, depth=depth)


def test_a_value_without_items_is_no_sequence() -> None:
    check_items(b"", depth=0)
    with pytest.raises(MalformedDicom, match="do not match"):
        check_items(bytes(16), depth=0)


def test_an_unknown_vr_is_read_as_pydicom_reads_it() -> None:
    """With a length of two bytes; `read_element` takes what the archive wrote for implicit."""
    unknown = struct.pack("<HH2sH", 0x0009, 0x1001, b"XX", 2) + b"ab"
    assert find_pixels(BODY + unknown, 0, implicit=False, little=True) is None
    assert read_element(unknown, 0, encoding=Encoding(False, True)).length == 0x25858


@pytest.mark.parametrize(("limit", "count"), [("MAX_PARTS", 7), ("MAX_ITEMS", 3)])
def test_objects_of_too_many_parts_are_refused(
    monkeypatch: pytest.MonkeyPatch, limit: str, count: int
) -> None:
    """Two elements of the body, and one sequence, one item for each level."""
    monkeypatch.setattr("scanloft.dicom.structure." + limit, count)
    read_dicom(part10(nested(count if limit == "MAX_ITEMS" else (count - 2) // 2)))
    with pytest.raises(MalformedDicom, match="smaller parts"):
        read_dicom(part10(nested(4)))
