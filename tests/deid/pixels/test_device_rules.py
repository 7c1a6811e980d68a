"""Which rectangles a profile blanks, and what its rules let pass."""

from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pydicom
import pytest
from pydicom.dataset import Dataset

from scanloft.core.errors import PixelReview
from scanloft.deid.engine import by_bytes, by_pydicom, deidentify, plan
from scanloft.deid.pixels.device_rules import blanked_regions
from scanloft.deid.pixels.devices import Rectangle
from scanloft.deid.profiles.profile import Profile
from scanloft.deid.results import Deidentified
from scanloft.deid.source import NeedsWhole, WholeSource
from tests.support.objects import file_with
from tests.support.shared import DATA
from tests.support.two_ways import PSEUDONYMS, disagreement
from tests.support.wire import Syntax, Wire, within

ULTRASOUND = Wire(0x00080060, "CS", b"US")
ACME = Wire(0x00080070, "LO", b"ACME MEDICAL")
PIXELS = Wire(0x7FE00010, "OW", bytes(range(1, 17)))
SIZE = (0x00280010, 0x00280011)
BURNED_IN = Wire(0x00280301, "CS", b"YES ")
TOP_ROW: dict[str, object] = {"manufacturer": "acme", "blank": [[0, 0, 4, 1]]}
CLEAN: dict[str, object] = {"manufacturer": "acme", "blank": []}
either_way = pytest.mark.parametrize("way", [deidentify, by_pydicom])
Way = Callable[..., Deidentified]


def profile_of(*devices: dict[str, object], **values: object) -> Profile:
    return Profile.from_dict(
        {"name": "test", "version": 1, "options": ["clean_pixel"], "devices": [*devices], **values}
    )


def image(*elements: Wire, syntax: str = Syntax.EXPLICIT) -> bytes:
    four = b"\0\4" if syntax == Syntax.BIG else b"\4\0"
    size = (Wire(tag, "US", four) for tag in SIZE)
    replaced = {element.tag for element in elements}
    return file_with(
        [*(e for e in (PIXELS, *size, ACME) if e.tag not in replaced), *elements], syntax=syntax
    )


def run(data: bytes, profile: Profile, way: Way = deidentify) -> Dataset:
    result = way(data, profile=profile, pseudonyms=PSEUDONYMS)
    dataset: Dataset = pydicom.dcmread(BytesIO(result.data))
    assert dataset.file_meta.TransferSyntaxUID == result.transfer_syntax_uid
    return dataset


def looking(**texts: bytes) -> Callable[[int], bytes]:
    tags = {
        "manufacturer": 0x00080070, "model": 0x00081090, "modality": 0x00080060,
        "rows": 0x00280010, "columns": 0x00280011, "charset": 0x00080005, "version": 0x00020013,
    }  # fmt: skip
    values = {tags[name]: value for name, value in texts.items()}
    return lambda tag: values.get(tag, b"")


@either_way
@pytest.mark.parametrize("syntax", [Syntax.EXPLICIT, Syntax.IMPLICIT, Syntax.BIG])
def test_a_known_device_is_blanked_where_its_rule_says(way: Way, syntax: str) -> None:
    dataset = run(image(ULTRASOUND, BURNED_IN, syntax=syntax), profile_of(TOP_ROW), way)
    after = bytes(dataset.PixelData)
    assert after == bytes(4) + bytes(range(5, 17))
    assert dataset.BurnedInAnnotation == "NO"
    assert "113101" in [item.CodeValue for item in dataset.DeidentificationMethodCodeSequence]


@either_way
@pytest.mark.parametrize(
    "element",
    [ULTRASOUND, BURNED_IN, Wire(0x00080064, "CS", b"WSD ")],
)
def test_an_unknown_device_still_waits(way: Way, element: Wire) -> None:
    other = {**TOP_ROW, "manufacturer": "other"}
    for profile in (profile_of(other), profile_of(TOP_ROW, options=["clean_pixel"])):
        data = image(element, Wire(0x00080070, "LO", b"NOBODY"))
        with pytest.raises(PixelReview):
            way(data, profile=profile, pseudonyms=PSEUDONYMS)


@pytest.mark.parametrize("syntax", [Syntax.EXPLICIT, Syntax.IMPLICIT])
def test_a_device_that_is_called_clean_passes_unchanged_by_both_ways(syntax: str) -> None:
    data = image(ULTRASOUND, syntax=syntax)
    difference, result = disagreement(data, profile_of(CLEAN))
    assert difference == ""
    assert isinstance(result, Deidentified)
    dataset = pydicom.dcmread(BytesIO(result.data))
    assert bytes(dataset.PixelData) == bytes(range(1, 17))
    # Nothing was done to the pixels, so nothing is said of them.
    assert "BurnedInAnnotation" not in dataset


@either_way
def test_what_no_rule_can_clean_waits_whatever_the_device(way: Way) -> None:
    for element in (
        Wire(0x00280302, "CS", b"YES "),
        Wire(0x00080016, "UI", b"1.2.840.10008.5.1.4.1.1.77.1.4"),
        Wire(0x60000010, "US", b"\1\0"),
    ):
        for device in (CLEAN, TOP_ROW):
            with pytest.raises(PixelReview):
                way(image(element), profile=profile_of(device), pseudonyms=PSEUDONYMS)


def test_pixels_that_are_blanked_have_to_be_in_memory() -> None:
    data = image()
    assert by_bytes(data, profile=profile_of(TOP_ROW), pseudonyms=PSEUDONYMS) is None
    with pytest.raises(NeedsWhole):
        plan(WholeSource(data), profile=profile_of(TOP_ROW), pseudonyms=PSEUDONYMS)
    other = profile_of({**TOP_ROW, "manufacturer": "other"})
    assert plan(WholeSource(data), profile=other, pseudonyms=PSEUDONYMS).parts


def test_a_rule_blanks_objects_that_would_pass_without_it() -> None:
    assert bytes(run(image(), profile_of(TOP_ROW)).PixelData)[:4] == bytes(4)
    assert bytes(run(image(), Profile.basic()).PixelData) == bytes(range(1, 17))


def test_without_review_a_known_device_is_blanked_all_the_same() -> None:
    profile = profile_of(TOP_ROW, pixel_review=False)
    assert bytes(run(image(ULTRASOUND), profile).PixelData)[:4] == bytes(4)


def test_an_object_without_pixels_passes_and_says_nothing_of_them() -> None:
    data = file_with([ACME, ULTRASOUND], sop_class_uid="1.2.840.10008.5.1.4.1.1.88.33")
    difference, result = disagreement(data, profile_of(TOP_ROW))
    assert (difference, isinstance(result, Deidentified)) == ("", True)
    assert isinstance(result, Deidentified)
    assert 0x00280301 not in pydicom.dcmread(BytesIO(result.data))


@pytest.mark.parametrize(
    ("tag", "value", "before"),
    [
        ("SeriesDescription", "dose", Wire(0x0008103E, "LO", b"Dose report ")),
        ("0018,1020", "7.1", Wire(0x00181020, "LO", b"v7.1")),
        ("0020,4000", "scout", Wire(0x00204000, "LT", b"a scout ")),
    ],
)
@pytest.mark.parametrize("syntax", [Syntax.EXPLICIT, Syntax.IMPLICIT])
@pytest.mark.parametrize("undefined", [False, True])
def test_conditions_ask_for_what_the_result_no_longer_has(
    tag: str, value: str, before: Wire, syntax: str, undefined: bool
) -> None:
    condition = {"tag": tag, "operator": "contains", "value": value}
    profile = profile_of({"conditions": [condition], "blank": []})
    odd = within(Wire(0x00081150, "UI", b"1.2\0"), 0x00081115, undefined=undefined)
    for element, expected in ((before, True), (Wire(before.tag, before.vr, b"other "), False)):
        data = image(ULTRASOUND, odd, element, syntax=syntax)
        for way in (deidentify, by_pydicom):
            if expected:
                assert way(data, profile=profile, pseudonyms=PSEUDONYMS).data
            else:
                with pytest.raises(PixelReview):
                    way(data, profile=profile, pseudonyms=PSEUDONYMS)


@either_way
def test_conditions_may_ask_for_meta_information(way: Way) -> None:
    condition = {"tag": "0002,0013", "operator": "equals", "value": "ACME_7"}
    profile = profile_of({"conditions": [condition], "blank": []})
    known, other = (
        file_with([ULTRASOUND], meta=[Wire(0x00020013, "SH", version)])
        for version in (b"ACME_7", b"ACME_8")
    )
    assert way(known, profile=profile, pseudonyms=PSEUDONYMS).data
    with pytest.raises(PixelReview):
        way(other, profile=profile, pseudonyms=PSEUDONYMS)


def test_no_region_is_known_without_the_option() -> None:
    assert blanked_regions(Profile.basic(), looking(manufacturer=b"ACME")) is None


@pytest.mark.parametrize("little", [True, False])
def test_sizes_are_read_in_the_byte_order_of_the_object(little: bool) -> None:
    profile = profile_of({**TOP_ROW, "rows": 515, "columns": 2})
    rows, columns = (number.to_bytes(2, "little" if little else "big") for number in (515, 2))
    look = looking(manufacturer=b"ACME ", rows=rows, columns=columns)
    assert blanked_regions(profile, look, little=little) == (Rectangle(0, 0, 4, 1),)
    assert blanked_regions(profile, look, little=not little) is None


def test_texts_are_read_in_the_character_set_of_the_object() -> None:
    profile = profile_of({**TOP_ROW, "manufacturer": "Größe"})
    for charset, codec in ((b"ISO_IR 100", "latin-1"), (b"ISO_IR 192", "utf-8")):
        look = looking(manufacturer="GRÖßE AG".encode(codec), charset=charset)
        assert blanked_regions(profile, look) is not None
        assert blanked_regions(profile, looking(manufacturer=b"Groesse", charset=charset)) is None


def test_rules_and_scripts_blank_together() -> None:
    script = '{ Manufacturer.containsIgnoreCase("ACME") } (1,2,3,4)'
    profile = profile_of(TOP_ROW, CLEAN, pixel_script=script)
    assert blanked_regions(profile, looking(manufacturer=b"Acme")) == (
        Rectangle(0, 0, 4, 1),
        Rectangle(1, 2, 3, 4),
    )
    assert blanked_regions(profile, looking(manufacturer=b"Other")) is None


def ctp_pixel_script() -> str:
    path = DATA / "deid-scripts" / "ctp" / "DicomPixelAnonymizer.script"
    if not path.is_file():
        pytest.skip("the shared test data is not here")
    return path.read_text("utf-8")


def test_a_ctp_pixel_script_blanks_a_dose_report_of_a_device_that_it_knows() -> None:
    profile = profile_of(pixel_script=ctp_pixel_script())
    elements = (
        Wire(0x00080008, "CS", b"DERIVED\\SECONDARY "),
        Wire(0x00080060, "CS", b"CT"),
        Wire(0x00080070, "LO", b"SIEMENS "),
        BURNED_IN,
        Wire(0x00280010, "US", (860).to_bytes(2, "little")),
        Wire(0x00280011, "US", (1200).to_bytes(2, "little")),
        Wire(0x7FE00010, "OW", b"\7" * (860 * 1200)),
    )
    dataset = run(file_with(elements), profile)
    rows = [bytes(dataset.PixelData)[row * 1200 :][:1200] for row in (0, 59, 60, 859)]
    assert rows == [
        bytes(1132) + b"\7" * 68, bytes(1132) + b"\7" * 68, b"\7" * 1200, b"\7" * 1200
    ]  # fmt: skip
    assert dataset.BurnedInAnnotation == "NO"
    other = [Wire(0x00080070, "LO", b"NOBODY") if e.tag == 0x00080070 else e for e in elements]
    with pytest.raises(PixelReview):
        run(file_with(other), profile)


def shared_image(name: str) -> bytes:
    path: Path = DATA / name
    if not path.is_file():
        pytest.skip(f"the shared test data has no {name}")
    return path.read_bytes()


def compressed_cine(mark: str | None) -> bytes:
    """Ultrasound in JPEG Baseline, with a mark of its own that it is lossy or none."""
    pytest.importorskip("gdcm")
    name = "synthetic/SYNTHETIC_us-burned-in/cine_jpeg.dcm"
    dataset = pydicom.dcmread(BytesIO(shared_image(name)))
    assert dataset.file_meta.TransferSyntaxUID == "1.2.840.10008.1.2.4.50"
    for keyword in ("LossyImageCompression", "LossyImageCompressionRatio"):
        if keyword in dataset:
            delattr(dataset, keyword)
    if mark is not None:
        dataset.LossyImageCompression = mark
        dataset.LossyImageCompressionRatio = "7.5"
    written = BytesIO()
    dataset.save_as(written)
    return written.getvalue()


CINE: dict[str, object] = {
    "conditions": [{"tag": "Modality", "operator": "equals", "value": "US"}],
    "blank": [[0, 0, 640, 60]],
}


@pytest.mark.filterwarnings("ignore")
def test_a_compressed_image_is_blanked_written_without_loss_and_marked_as_it_was() -> None:
    data = compressed_cine(None)
    dataset = run(data, profile_of(CINE))
    assert dataset.file_meta.TransferSyntaxUID == "1.2.840.10008.1.2.4.80"
    assert dataset.BurnedInAnnotation == "NO"
    # JPEG Baseline lost something, which only its transfer syntax told (PS3.3 C.7.6.1.1.5).
    assert dataset.LossyImageCompression == "01"
    assert dataset.PhotometricInterpretation == "YBR_FULL"
    with pytest.raises(PixelReview):
        run(data, Profile.basic())


@pytest.mark.filterwarnings("ignore")
def test_a_lossy_image_that_says_so_already_keeps_its_own_mark() -> None:
    result = run(compressed_cine("01"), profile_of(CINE))
    assert (result.LossyImageCompression, result.LossyImageCompressionRatio) == ("01", 7.5)


@pytest.mark.filterwarnings("ignore")
def test_what_was_never_lossy_gets_no_mark() -> None:
    pytest.importorskip("gdcm")
    data = shared_image("pydicom-package/test_files/MR_small_RLE.dcm")
    condition = {"tag": "Modality", "operator": "equals", "value": "MR"}
    profile = profile_of({"conditions": [condition], "blank": [[0, 0, 9, 9]]})
    result = deidentify(data, profile=profile, pseudonyms=PSEUDONYMS)
    assert b"\x28\0\x10\x21CS" not in result.data
    assert result.transfer_syntax_uid == "1.2.840.10008.1.2.5"
