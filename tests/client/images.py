"""Objects in files and calls of the command line, as the tests of the client make them."""

from io import BytesIO
from pathlib import Path

import pydicom
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import UID, CTImageStorage, ExplicitVRLittleEndian
from typer.testing import CliRunner, Result

from scanloft.client import cli


def dataset(name: str = "Quixote^Alonso", **attributes: object) -> Dataset:
    """A CT image without pixels, of a patient with a name and an ID."""
    made = Dataset()
    made.SOPClassUID = CTImageStorage
    made.SOPInstanceUID = "1.2.826.1.3"
    made.StudyInstanceUID = "1.2.826.1.1"
    made.SeriesInstanceUID = "1.2.826.1.2"
    made.PatientName = name
    made.PatientID = "LAMANCHA"
    for keyword, value in attributes.items():
        setattr(made, keyword, value)
    return made


def part10(made: Dataset, *, preamble: bytes = bytes(128)) -> bytes:
    """A data set as the bytes of a file."""
    made.file_meta = FileMetaDataset()
    made.file_meta.TransferSyntaxUID = UID(ExplicitVRLittleEndian)
    made.preamble = preamble
    target = BytesIO()
    pydicom.dcmwrite(target, made, enforce_file_format=True)
    return target.getvalue()


def ct(name: str = "Quixote^Alonso", **attributes: object) -> bytes:
    """The bytes of a CT image's file."""
    return part10(dataset(name, **attributes))


def scanloft(*arguments: str | Path) -> Result:
    """Run the command in this process."""
    return CliRunner().invoke(cli.app, [str(argument) for argument in arguments])


def plain(result: Result) -> str:
    """What a command printed, on one line and without the frames around errors."""
    return " ".join(result.output.replace("│", " ").split())


def contents(folder: Path) -> dict[str, bytes]:
    """All files of a folder, by their relative paths."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }
