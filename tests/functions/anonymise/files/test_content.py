import bz2
import gzip
import io
import json
import lzma
import struct
import zipfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from functions.anonymise.files import packed
from functions.anonymise.files.content import HEAD_BYTES, check_content, is_dicom, opened
from scanloft.core.errors import ArchiveError, IdentifyingSidecar
from scanloft.deid.source import WholeSource
from tests.functions.unpack.packed import PACKERS, link, tarred, zipped
from tests.support.images import image, without_meta

DICOM = image()
NIFTI = (struct.pack("<i", 348) + bytes(340) + b"n+1\0" + bytes(4)).ljust(400, b"\1")
IMAGES = {"part 10": DICOM, "bare": without_meta(DICOM)}


def checked(content: bytes) -> str:
    """The code of the error that keeps a file out, "" for one that passes."""
    source = WholeSource(content)
    if is_dicom(source):
        return "is_dicom"
    try:
        check_content(source)
    except ArchiveError as error:
        return error.code
    return ""


PASSING = {
    "nothing": b"",
    "text": b"a note",
    "table": b"subject,volume\nS1,7\n",
    "NIfTI": NIFTI,
    "NIfTI, gzip": gzip.compress(NIFTI),
    "JSON": b'{"RepetitionTime": 2, "PatientSex": "F"}',
    "JSON, emptied": b'{"PatientName": "", "PatientID": null, "AccessionNumber": "NA"}',
    "DICOM JSON, emptied": b'[{"00100010": {"vr": "PN"}, "00100020": {"vr": "LO", "Value": [""]}}]',
    "PDF": b"%PDF-1.7\n\xe2\xe3 of an analysis",
    "PNG": b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR",
    "zip of NIfTI": zipped({"a/b.nii.gz": gzip.compress(NIFTI), "c.json": b"{}"}),
    "empty zip": zipped({}),
    "tar with a link": tarred({"a": b"a"}, more=[link("l", "/etc/passwd")]),
    "twice gzip": gzip.compress(gzip.compress(b"text")),
    "gzip cut off": gzip.compress(NIFTI * 1000)[:-9],
    "script": b"patient_id = row['id']\n",
}


@pytest.mark.parametrize("content", PASSING.values(), ids=PASSING.keys())
def test_files_without_dicom_and_names_pass(content: bytes) -> None:
    assert checked(content) == ""


@pytest.mark.parametrize("content", IMAGES.values(), ids=IMAGES.keys())
def test_dicom_is_known_with_and_without_its_head(content: bytes) -> None:
    assert checked(content) == "is_dicom"


@pytest.mark.parametrize("pack", PACKERS.values(), ids=PACKERS.keys())
@pytest.mark.parametrize("content", IMAGES.values(), ids=IMAGES.keys())
def test_dicom_in_a_zip_or_tar_is_found_wherever_it_stands(pack: object, content: bytes) -> None:
    files = {"first.txt": b"text" * 5000, "folder/": b"", "folder/image": content}
    assert checked(pack(files)) == "hidden_dicom"  # type: ignore[operator]  # a packer


@pytest.mark.parametrize("compress", [gzip.compress, bz2.compress, lzma.compress])
@pytest.mark.parametrize("content", IMAGES.values(), ids=IMAGES.keys())
def test_compressed_dicom_is_found_alone_and_in_a_zip(compress: object, content: bytes) -> None:
    compressed = compress(content)  # type: ignore[operator]  # a compressor
    assert checked(compressed) == "hidden_dicom"
    assert checked(zipped({"image.dcm.gz": compressed})) == "hidden_dicom"


def test_dicom_in_a_zip_behind_something_else_is_found() -> None:
    assert checked(b"MZ a program" * 99 + zipped({"a": DICOM})) == "hidden_dicom"
    assert checked(b"MZ a program" * 99 + zipped({"a": b"text"})) == ""


@pytest.mark.parametrize("before", [b"x", b"\r\n--boundary\r\n\r\n", bytes(1000)], ids=len)
def test_dicom_behind_something_else_is_found(before: bytes) -> None:
    assert checked(before + DICOM) == "hidden_dicom"


OPAQUE = {
    "7z": b"7z\xbc\xaf\x27\x1c rest",
    "rar": b"Rar!\x1a\x07\0 rest",
    "zstd": b"\x28\xb5\x2f\xfd rest",
    "disc": bytes(32769) + b"CD001",
    "zip in zip": zipped({"a.zip": zipped({"a": DICOM})}),
    "tar in zip": zipped({"a.tar": tarred({"a": b"text"})}),
    "tar.gz in tar": tarred({"a.tgz": gzip.compress(tarred({"a": b"text"}))}),
    "three times gzip": gzip.compress(gzip.compress(gzip.compress(b"text"))),
    "zip cut off": zipped({"a": b"text" * 100})[:-30],
    "tar cut off": tarred({"a": bytes(5000), "b": b"text"})[:600],
    "no gzip": b"\x1f\x8b\x08 but nothing more",
}


@pytest.mark.parametrize("content", OPAQUE.values(), ids=OPAQUE.keys())
def test_what_cannot_be_looked_into_does_not_pass(content: bytes) -> None:
    assert checked(content) == "bad_archive_file"


def test_an_encrypted_zip_does_not_pass() -> None:
    content = bytearray(zipped({"a": b"text"}, compression=zipfile.ZIP_STORED))
    for signature, place in ((b"PK\3\4", 6), (b"PK\1\2", 8)):
        content[content.index(signature) + place] |= 1
    assert checked(bytes(content)) == "bad_archive_file"


def test_more_members_than_can_be_looked_at_do_not_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packed, "MEMBER_LIMIT", 3)
    many = {str(number): b"" for number in range(30)}
    assert checked(zipped(many)) == "bad_archive_file"
    assert checked(tarred(many)) == "bad_archive_file"


def test_a_bomb_is_not_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packed, "UNPACKED_LIMIT_BYTES", 100_000)
    assert checked(gzip.compress(tarred({"zeros": bytes(1_000_000)}))) == "bad_archive_file"


SIDECARS = {
    "JSON": b'{"PatientName": "CANARY^Ann"}',
    "JSON, other case": b' {"a": [{"patient_id": 17}]}',
    "JSON, gzip": gzip.compress(b'{"PatientID": "17"}'),
    "JSON, byte order mark": b'\xef\xbb\xbf{"PatientBirthDate": "1950-01-01"}',
    "JSON that is cut off": b'{"PatientName": "CANARY", "rest": [',
    "DICOM JSON": b'[{"00100010": {"vr": "PN", "Value": [{"Alphabetic": "CANARY"}]}}]',
    "DICOM XML": b'<?xml?><DicomAttribute tag="00100010" keyword="PatientName">',
    "table": b"PatientName;volume\nCANARY;7\n",
    "JSON in a zip": zipped({"a.json": b'{"PatientName": "CANARY"}'}),
    "NIfTI in a tar": tarred({"a.nii.gz": gzip.compress(NIFTI[:14] + b"CANARY" + NIFTI[20:])}),
    "table, tabs": b"sub\tDate of Birth\n1\t1950\n",
    "PAR": b"#\n.    Patient name                       :   CANARY\n",
    "Interfile": b"!INTERFILE :=\n!patient name := CANARY\n",
    "report": b"Report\nPatient's Name: Canary\n",
    "NIfTI": NIFTI[:14] + b"CANARY" + NIFTI[20:],
    "NIfTI, gzip": gzip.compress(NIFTI[:14] + b"CANARY" + NIFTI[20:]),
    "NIfTI with DICOM": NIFTI[:348] + b"\1\0\0\0" + struct.pack("<ii", 32, 2) + bytes(24),
}


@pytest.mark.parametrize("content", SIDECARS.values(), ids=SIDECARS.keys())
def test_files_whose_fields_name_the_patient_do_not_pass(content: bytes) -> None:
    assert checked(content) == "identifying_sidecar"


def test_no_reason_repeats_what_was_found() -> None:
    for content in SIDECARS.values():
        with pytest.raises(IdentifyingSidecar) as caught:
            check_content(WholeSource(content))
        assert "canary" not in caught.value.message.lower()


def test_json_of_any_depth_and_size_ends() -> None:
    assert checked(b"[" * 100_000) == ""
    assert checked(json.dumps([{"a": [number]} for number in range(50_000)]).encode()) == ""


def test_a_file_beyond_the_head_is_checked_by_its_head() -> None:
    large = b'{"PatientName": "CANARY", "x": "' + b"x" * HEAD_BYTES + b'"}'
    assert checked(large) == "identifying_sidecar"


@given(st.binary(max_size=600))
def test_no_content_makes_the_check_fail_in_another_way(content: bytes) -> None:
    assert checked(content) in ("", "is_dicom", "hidden_dicom", "bad_archive_file",
                                "identifying_sidecar")  # fmt: skip


@given(
    st.sampled_from([zipped({"a": b"text" * 9, "b": DICOM[:300]}), tarred({"a": b"t"}),
                     gzip.compress(b"text" * 99), bz2.compress(b"t"), lzma.compress(b"t")]),
    st.integers(0, 10_000),
    st.binary(min_size=1, max_size=8),
)  # fmt: skip
def test_damage_in_packed_files_is_refused_or_harmless(
    content: bytes, at: int, damage: bytes
) -> None:
    at %= len(content)
    damaged = content[:at] + damage + content[at + len(damage) :]
    assert checked(damaged) in ("", "is_dicom", "hidden_dicom", "bad_archive_file",
                                "identifying_sidecar")  # fmt: skip


@given(st.binary(max_size=300), st.lists(st.tuples(st.integers(0, 400), st.integers(0, 100))))
def test_the_source_reads_like_a_file(content: bytes, reads: list[tuple[int, int]]) -> None:
    file, plain = opened(WholeSource(content)), io.BytesIO(content)
    for place, length in reads:
        file.seek(place)
        plain.seek(place)
        assert file.read(length) == plain.read(length)
    assert file.seek(0, io.SEEK_END) == len(content)
