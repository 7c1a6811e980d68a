import io

import pydicom
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanloft.core.errors import MalformedDicom
from scanloft.core.part10 import (
    IMPLEMENTATION_CLASS_UID,
    IMPLEMENTATION_VERSION_NAME,
    file_head,
)

UIDS = st.from_regex(r"\A[1-9]{1,10}(\.[1-9]{1,8}){0,5}\Z")


@given(UIDS, UIDS, UIDS)
def test_file_meta_information_is_read_back(sop_class: str, sop: str, syntax: str) -> None:
    head = file_head(sop_class_uid=sop_class, sop_uid=sop, transfer_syntax_uid=syntax)
    meta = pydicom.dcmread(io.BytesIO(head), force=False).file_meta
    assert head[:132] == bytes(128) + b"DICM"
    assert meta.MediaStorageSOPClassUID == sop_class
    assert meta.MediaStorageSOPInstanceUID == sop
    assert meta.TransferSyntaxUID == syntax
    assert meta.FileMetaInformationVersion == b"\0\1"
    assert meta.ImplementationClassUID == IMPLEMENTATION_CLASS_UID
    assert meta.ImplementationVersionName == IMPLEMENTATION_VERSION_NAME
    assert meta.FileMetaInformationGroupLength == len(head) - 132 - 12


@pytest.mark.parametrize("uid", ["", "1" * 65])
def test_a_uid_that_cannot_be_one_is_refused_without_quoting_it(uid: str) -> None:
    with pytest.raises(MalformedDicom, match="MediaStorageSOPInstanceUID") as caught:
        file_head(sop_class_uid="1.2", sop_uid=uid, transfer_syntax_uid="1.2")
    assert not uid or uid not in str(caught.value)
