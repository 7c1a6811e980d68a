"""The process that decodes may be missing, die or hang: the object is refused, nothing else."""

from collections.abc import Callable

import pytest
from pydicom.encaps import generate_frames

from scanloft.core.errors import MalformedDicom, PixelReview
from scanloft.deid.pixels import codec as codec_module
from scanloft.deid.pixels.codec import Codec
from scanloft.deid.pixels.codec_process import Job
from scanloft.deid.pixels.image import read_image
from tests.deid.pixels.conftest import Stored
from tests.deid.pixels.reading import REGIONS, blanked

LOSSLESS_JPEG = "pydicom-data/JPEG-LL.dcm"


@pytest.fixture
def codec(stored: Callable[[str], Stored]) -> Codec:
    source = stored(LOSSLESS_JPEG)
    return Codec(Job(source.syntax, read_image(source.look, little=True), REGIONS))


@pytest.fixture
def frame(stored: Callable[[str], Stored]) -> bytes:
    return next(generate_frames(stored(LOSSLESS_JPEG).value, number_of_frames=1))


def test_one_process_recodes_many_frames(codec: Codec, frame: bytes) -> None:
    with codec:
        first = codec.recode(frame, precision=16)
        assert codec.recode(frame, precision=16) == first
    assert first.startswith(b"\xff\xd8\xff\xf7")


def test_a_process_that_dies_is_a_damaged_frame(codec: Codec, frame: bytes) -> None:
    with codec:
        codec._process.kill()
        with pytest.raises(MalformedDicom, match="cannot be decoded"):
            codec.recode(frame, precision=16)


def test_a_process_that_hangs_is_killed(
    codec: Codec, frame: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    with codec:
        monkeypatch.setattr(codec_module, "_BASE_SECONDS", -(10**6))
        with pytest.raises(MalformedDicom, match="cannot be decoded"):
            codec.recode(frame * 50, precision=16)


def test_no_decoder_means_a_person_has_to_look(
    stored: Callable[[str], Stored], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(codec_module, "_PROGRAM", "scanloft.no_such_program")
    with pytest.raises(PixelReview, match="python-gdcm"):
        blanked(stored(LOSSLESS_JPEG))


def test_the_process_sees_no_credentials(codec: Codec, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    monkeypatch.setenv("LD_LIBRARY_PATH", "/var/lang/lib")
    with codec:
        pass
    assert set(codec_module._environment()) == {"PYTHONPATH", "LD_LIBRARY_PATH"}
