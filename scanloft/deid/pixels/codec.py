"""The archive's side of the process that decodes and encodes compressed frames."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from threading import Timer
from time import monotonic
from types import TracebackType
from typing import BinaryIO, cast

from scanloft.core.errors import MalformedDicom, PixelReview
from scanloft.deid.pixels.codec_process import FRAME, READY, Job, Status

_BASE_SECONDS = 30
_BYTES_PER_SECOND = 1 << 20
OBJECT_SECONDS = 150
"""What one object may take: a function that is ended in the middle would begin again and again."""
_PROGRAM = "scanloft.deid.pixels.codec_process"


class Codec:
    """A process that recodes the frames of one object; to be used in a `with` statement.

    Raises PixelReview where the decoder is not installed or cannot be started.
    """

    def __init__(self, job: Job) -> None:
        self._job = replace(job, image=replace(job.image, frames=1))
        self._frame_bytes = self._job.image.size_bytes
        self._ends_at = monotonic() + OBJECT_SECONDS
        self._process = subprocess.Popen(  # noqa: S603  # this very Python and a constant module
            [sys.executable, "-m", _PROGRAM],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=_environment(),
            cwd="/",
        )
        self._input = cast(BinaryIO, self._process.stdin)
        self._output = cast(BinaryIO, self._process.stdout)

    def __enter__(self) -> "Codec":
        try:
            with self._deadline():
                self._input.write(self._job.dumps())
                self._input.flush()
                self._exactly(len(READY))
        except (OSError, EOFError):
            self.__exit__(None, None, None)
            raise PixelReview(
                "Compressed pixels cannot be blanked here: install python-gdcm, the extra "
                '"pixels", or have a person look at this object.'
            ) from None
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._process.kill()
        self._process.wait()
        for pipe in (self._input, self._output):
            try:
                pipe.close()
            except BrokenPipeError:
                continue

    def recode(self, frame: bytes, *, precision: int) -> bytes:
        """Return the frame as JPEG-LS Lossless with the rectangles of the job blanked.

        Raises MalformedDicom if it cannot be decoded, in time and with bounded memory, and
        PixelReview if what was encoded is not what was decoded, or the object takes too long.
        """
        if monotonic() > self._ends_at:
            raise PixelReview(
                f"Blanking the frames of this object takes more than {OBJECT_SECONDS} s: a person "
                "has to look at it, or it is sent without compression."
            )
        try:
            with self._deadline():
                self._send(frame, precision)
                status, recoded = self._receive()
        except (OSError, EOFError):
            status, recoded = Status.NOT_DECODED, b""
        if status == Status.NOT_DECODED:
            raise MalformedDicom(
                "A compressed frame cannot be decoded: export the object again, without "
                "compression."
            )
        if status != Status.DONE:
            raise PixelReview(
                "A compressed frame cannot be encoded again without loss: a person has to look "
                "at this object, or it is left out."
            )
        return recoded

    @contextmanager
    def _deadline(self) -> Iterator[None]:
        timer = Timer(_BASE_SECONDS + self._frame_bytes / _BYTES_PER_SECOND, self._process.kill)
        timer.start()
        try:
            yield
        finally:
            timer.cancel()

    def _send(self, frame: bytes, precision: int) -> None:
        self._input.write(FRAME.pack(precision, len(frame)))
        self._input.write(frame)
        self._input.flush()

    def _receive(self) -> tuple[int, bytes]:
        status, length = FRAME.unpack(self._exactly(FRAME.size))
        if length > 2 * self._frame_bytes + 65_536:
            raise EOFError
        return status, self._exactly(length)

    def _exactly(self, length: int) -> bytes:
        held = self._output.read(length)
        if len(held) != length:
            raise EOFError
        return held


def _environment() -> dict[str, str]:
    """Return where Python and its libraries are, and nothing else: no credentials."""
    environment = {"PYTHONPATH": os.pathsep.join(str(Path(path).absolute()) for path in sys.path)}
    if "LD_LIBRARY_PATH" in os.environ:  # Lambda's Python does not start without it
        environment["LD_LIBRARY_PATH"] = os.environ["LD_LIBRARY_PATH"]
    return environment
