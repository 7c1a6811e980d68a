import gzip
import hashlib

import pytest

from functions.anonymise.raw import WholeRaw, check_declaration
from scanloft.aws.objects import StoredObject
from scanloft.core.blueprint import ANONYMISE
from scanloft.core.errors import DeclarationMismatch
from scanloft.core.model import Declaration
from tests.functions.anonymise.large import large_image, take_as_large
from tests.functions.unpack.packed import tarred, zipped
from tests.support.cloud import Cloud
from tests.support.images import image

DECLARED = Declaration("0", 3, hashlib.sha256(b"abc").hexdigest())


def whole(body: bytes) -> WholeRaw:
    return WholeRaw(StoredObject(body, len(body), {}))


@pytest.mark.parametrize(
    ("raw", "declaration", "needed"),
    [(b"abc", DECLARED, True), (b"abc", None, False)],
)
def test_what_is_as_declared_or_need_not_be_passes(
    raw: bytes, declaration: Declaration | None, needed: bool
) -> None:
    check_declaration(whole(raw), declaration, needed=needed)


@pytest.mark.parametrize(
    ("raw", "declaration"), [(b"ab", DECLARED), (b"abd", DECLARED), (b"abc", None)]
)
def test_what_is_not_as_declared_does_not_pass(raw: bytes, declaration: Declaration | None) -> None:
    with pytest.raises(DeclarationMismatch):
        check_declaration(whole(raw), declaration, needed=True)


@pytest.mark.parametrize("is_large", [False, True])
@pytest.mark.parametrize(
    "raw",
    [zipped({"a": image()}), tarred({"a": image()}), gzip.compress(image())],
    ids=["zip", "tar", "gzip"],
)
def test_a_zip_or_tar_sent_as_dicom_is_kept_with_the_way_to_send_it(
    alpha: Cloud, raw: bytes, is_large: bool
) -> None:
    take_as_large(alpha)
    alpha.send(raw + bytes(len(large_image())) if is_large else raw)
    assert alpha.feed(ANONYMISE) == 0
    (fate,) = alpha.fates()
    assert (fate.kind, fate.code) == ("quarantined", "bad_archive_file")
    assert '"archive"' in fate.reason
