"""Images in code and from the shared data, as the engine hands them to the blanking."""

import warnings
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pydicom
import pytest
from pydicom.dataset import Dataset

from scanloft.deid.pixels.image import RawLook

SHARED = Path(__file__).parents[3].parent / "shared" / "data"


@dataclass(frozen=True)
class Stored:
    """A file of the shared data, and what of it `clean_pixels` takes."""

    dataset: Dataset
    path: Path

    @property
    def syntax(self) -> str:
        return str(self.dataset.file_meta.TransferSyntaxUID)

    @property
    def value(self) -> bytes:
        return bytes(self.dataset.PixelData)

    def look(self, tag: int) -> bytes:
        if tag not in self.dataset:
            return b""
        element = self.dataset[tag]
        if element.VR == "US":
            return int(element.value).to_bytes(2, "little")
        return str(element.value).encode()


@pytest.fixture(scope="session")
def shared() -> Path:
    if not SHARED.is_dir():
        pytest.skip("the shared test data is not here")
    return SHARED


@pytest.fixture(scope="session")
def stored(shared: Path) -> Callable[[str], Stored]:
    def read(name: str) -> Stored:
        path = shared / name
        if not path.is_file():
            pytest.skip(f"the shared test data has no {name}")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # some of these files are odd on purpose
            return Stored(pydicom.dcmread(path), path)

    return read


@pytest.fixture(scope="session")
def looking() -> Callable[..., RawLook]:
    """Makes a look from keyword arguments: numbers become US, texts stay."""

    def make(*, order: str = "little", **values: int | str) -> RawLook:
        encoded = {
            pydicom.datadict.tag_for_keyword(keyword): value.encode()
            if isinstance(value, str)
            else value.to_bytes(2, "little" if order == "little" else "big")
            for keyword, value in values.items()
        }
        return lambda tag: encoded.get(tag, b"")

    return make
