"""What the known fields of a few kinds of files say of the patient: JSON, tables, NIfTI, text."""

import json
import re
import struct
import zlib
from collections.abc import Iterator
from typing import Any

from scanloft.core.errors import IdentifyingSidecar

TEXT_BYTES = 64 * 1024
"""So much of a text is searched for lines that name the patient."""
INFLATED_BYTES = 1024 * 1024
NODES_LIMIT = 1_000_000
PERSON_FIELDS = frozenset(
    {
        "patientname", "patientsname", "patientid", "otherpatientids", "otherpatientnames",
        "patientbirthdate", "patientsbirthdate", "patientbirthname", "patientbirthtime",
        "patientaddress", "patienttelephonenumbers", "patientmothersbirthname",
        "issuerofpatientid", "responsibleperson", "accessionnumber", "dateofbirth", "birthdate",
        "referringphysicianname", "performingphysicianname", "operatorsname", "ssn",
        "00100010", "00100020", "00100030", "00101000", "00101001", "00101005", "00101040",
        "00101060", "00102154", "00080050", "00080090", "00081050", "00081070",
    }
)  # fmt: skip
"""Names of fields and tags, of small letters and digits alone, that identify if they have a value.

BIDS keeps Patient IDs elsewhere (participants.tsv); dcm2niix writes these unless told not to.
"""
EMPTY = frozenset({"", "na", "none", "null", "unknown", "anonymous", "anonymized", "anonymised"})
NAMED_LINE = re.compile(
    rb"(?i)\bpatient'?s?[ _]*(?:full[ _]*)?(?:name|id|birth[ _]*date|date[ _]*of[ _]*birth)"
    rb"[ \t]*:=?[ \t]*([^\s][^\r\n]*)"
)
DICOM_XML = re.compile(rb"(?i)(?:keyword=\"PatientName\"|tag=\"00100010\")")
NIFTI_EXTENSION_DICOM = 2
"""The code of header extensions that hold DICOM attributes (nifti1_io.h)."""


def check_sidecar(head: bytes, *, is_whole: bool) -> None:
    """Lets pass a file whose known fields do not say who the patient is.

    Raises:
        IdentifyingSidecar: one of them does; the message does not say what.
    """
    start = head
    if head.startswith(b"\x1f\x8b"):
        start = _inflated(head)
        is_whole = is_whole and len(start) < INFLATED_BYTES
    if _nifti_identifies(start):
        raise _identifying("the header of this NIfTI file (db_name or a DICOM extension)")
    if _looks_like_text(start[:TEXT_BYTES]):
        _check_text(start, is_whole=is_whole)


def _check_text(text: bytes, *, is_whole: bool) -> None:
    stripped = text.lstrip(b"\xef\xbb\xbf \t\r\n")
    is_json = stripped.startswith((b"{", b"["))
    if is_json and _json_identifies(stripped, is_whole=is_whole):
        raise _identifying("this JSON file")
    if not is_json and any(_plain(cell) in PERSON_FIELDS for cell in _cells(stripped)):
        raise _identifying("a column of this table")
    named = NAMED_LINE.search(text, 0, TEXT_BYTES)
    if named and _plain(named[1].decode("utf-8", "replace")) not in EMPTY:
        raise _identifying("a line of this text")
    if stripped.startswith(b"<") and DICOM_XML.search(text):
        raise _identifying("this XML file")


def _json_identifies(text: bytes, *, is_whole: bool) -> bool:
    """Whether a field has a value; what cannot be parsed is searched for the names alone."""
    try:
        content = json.loads(text) if is_whole else None
    except (ValueError, RecursionError):
        content = None
    if content is None:
        quoted = re.finditer(rb'"([A-Za-z0-9_]{3,40})"\s*:\s*["\[{]\s*[^\s"\]}]', text)
        return any(_plain(found[1].decode()) in PERSON_FIELDS for found in quoted)
    return any(_plain(name) in PERSON_FIELDS and _says(value) for name, value in _fields(content))


def _fields(content: Any) -> Iterator[tuple[str, Any]]:
    """All fields of a JSON value, however deep, without recursion."""
    waiting = [content]
    for _ in range(NODES_LIMIT):
        if not waiting:
            return
        node = waiting.pop()
        if isinstance(node, dict):
            yield from node.items()
            waiting.extend(node.values())
        elif isinstance(node, list):
            waiting.extend(node)
    yield "patientname", "more than can be looked through"


def _says(value: Any) -> bool:
    """Whether a value says anything; of DICOM JSON, what its "Value" says (PS3.18 F.2)."""
    if isinstance(value, dict):
        return any(_says(each) for name, each in value.items() if name != "vr")
    if isinstance(value, list):
        return any(_says(each) for each in value)
    if value is None or isinstance(value, bool):
        return False
    return _plain(str(value)) not in EMPTY


def _cells(text: bytes) -> list[str]:
    """The cells of the first line; one cell is no table."""
    line = re.split(rb"[\r\n]", text[:TEXT_BYTES], maxsplit=1)[0].decode("utf-8", "replace")
    cells = re.split(r"[,;\t|]", line)
    return cells if len(cells) > 1 else []


def _plain(name: str) -> str:
    return re.sub(r"[\W_]+", "", name, flags=re.UNICODE).casefold()


def _looks_like_text(start: bytes) -> bool:
    return b"\0" not in start


def _nifti_identifies(start: bytes) -> bool:
    """Whether a NIfTI-1, NIfTI-2 or Analyze header holds a name, or has DICOM attributes."""
    for order in "<>":
        (size,) = struct.unpack_from(f"{order}i", start.ljust(4, b"\0"))
        if size == 348:
            return bool(start[14:32].strip(b"\0 ")) or _has_dicom_extension(start, 348, order)
        if size == 540:
            return _has_dicom_extension(start, 540, order)
    return False


def _has_dicom_extension(start: bytes, at: int, order: str) -> bool:
    if start[at : at + 1] in (b"", b"\0"):
        return False
    at += 4
    while len(start) >= at + 8:
        size, code = struct.unpack_from(f"{order}ii", start, at)
        if code == NIFTI_EXTENSION_DICOM:
            return True
        if size < 8 or size % 16:
            return False
        at += size
    return False


def _inflated(head: bytes) -> bytes:
    """The beginning of what gzip packed, as far as it can be read."""
    try:
        return zlib.decompressobj(16 + zlib.MAX_WBITS).decompress(head, INFLATED_BYTES)
    except zlib.error:
        return b""


def _identifying(where: str) -> IdentifyingSidecar:
    return IdentifyingSidecar(
        f"There are fields that say who the patient is in {where}: remove them or empty them, and "
        "send the file again. If they hold pseudonyms, give the fields other names."
    )
