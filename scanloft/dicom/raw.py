"""Data sets of pydicom as they were read: values raw, nothing validated, warned of or logged."""

import logging
import struct
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

from pydicom import config
from pydicom.dataset import Dataset
from pydicom.errors import BytesLengthException

from scanloft.core.errors import MalformedDicom

_LOGGER = logging.getLogger("pydicom")
_QUIET = threading.RLock()


def raw_value(dataset: Dataset, tag: int) -> bytes:
    """Return the bytes of an element as they were read; empty where there are none."""
    # Without keep_deferred pydicom takes an empty value for one that is still in a file.
    element = dataset.get_item(tag, keep_deferred=True)
    value = None if element is None else element.value
    return value if isinstance(value, bytes) else b""


def text(dataset: Dataset, tag: int) -> str:
    """Return an element of the default repertoire (UI, CS, IS), without its padding."""
    return raw_value(dataset, tag).decode("latin-1").strip(" \0")


@contextmanager
def tolerant_pydicom() -> Iterator[None]:
    """Let pydicom neither validate, warn nor log, and turn what it raises into MalformedDicom.

    Its messages quote values, so neither they nor their tracebacks are passed on.
    """
    with _QUIET, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        settings, disabled = config.settings, _LOGGER.disabled
        modes = settings.reading_validation_mode, settings.writing_validation_mode
        settings.reading_validation_mode = settings.writing_validation_mode = config.IGNORE
        _LOGGER.disabled = True
        try:
            yield
        except (
            ValueError, TypeError, LookupError, AttributeError, ArithmeticError, OSError,
            EOFError, MemoryError, RuntimeError, AssertionError, struct.error, BytesLengthException,
        ):  # fmt: skip
            raise MalformedDicom(
                "The data set cannot be decoded: check that it opens in a DICOM viewer."
            ) from None
        finally:
            settings.reading_validation_mode, settings.writing_validation_mode = modes
            _LOGGER.disabled = disabled
