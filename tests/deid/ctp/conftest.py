"""Scripts and data sets in code, and one call that runs the one on the other."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

import pytest
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence

from scanloft.deid.ctp.evaluate import CtpOutcome, apply
from scanloft.deid.ctp.script import parse_script

NOW = datetime(2024, 2, 3, 4, 5, 6)  # noqa: DTZ001  # the clock of a test

Run = Callable[..., CtpOutcome]
ValueOf = Callable[..., str | None]


def _script(
    actions: Mapping[str, str],
    parameters: Mapping[str, str],
    keep: Iterable[str],
    remove: Iterable[str],
) -> str:
    return "\n".join(
        [
            "<script>",
            *(f"<p t={quoteattr(name)}>{escape(text)}</p>" for name, text in parameters.items()),
            *(f'<e en="T" t={quoteattr(t)} n="">{escape(s)}</e>' for t, s in actions.items()),
            *(f'<k en="T" t="{group}">Keep</k>' for group in keep),
            *(f'<r en="T" t="{what}">Remove</r>' for what in remove),
            "</script>",
        ]
    )


@pytest.fixture
def patient() -> Dataset:
    dataset = Dataset()
    dataset.SOPClassUID = "1.2.840.10008.5.1.4.1.1.2"
    dataset.SOPInstanceUID = "1.2.3.1"
    dataset.StudyDate = "20200301"
    dataset.StudyTime = "101112"
    dataset.AccessionNumber = "A-77"
    dataset.StudyDescription = "HEAD/ROUTINE/CT"
    dataset.SeriesDescription = "Axial 5 mm"
    dataset.PatientName = "Quixote^Alonso^X"
    dataset.PatientID = "abc"
    dataset.PatientAge = "057Y"
    dataset.StudyInstanceUID = "1.2.3"
    dataset.SeriesInstanceUID = "1.2.3.0"
    image = Dataset()
    image.ReferencedSOPInstanceUID = "1.2.3.9"
    image.PatientID = "inner"
    dataset.ReferencedImageSequence = Sequence([image])
    return dataset


@pytest.fixture
def run() -> Run:
    def changed(
        dataset: Dataset,
        actions: Mapping[str, str],
        *,
        parameters: Mapping[str, str] | None = None,
        keep: Iterable[str] = (),
        remove: Iterable[str] = (),
        lookup: Mapping[str, str] | None = None,
    ) -> CtpOutcome:
        script = parse_script(_script(actions, parameters or {}, keep, remove))
        return apply(script, dataset, lookup=lookup or {}, now=NOW)

    return changed


@pytest.fixture
def value_of(patient: Dataset, run: Run) -> ValueOf:
    """Run a script for one element and return its new text, None if it is gone."""

    def new_text(
        text: str,
        tag: str = "00100020",
        *,
        lookup: Mapping[str, str] | None = None,
        **parameters: str,
    ) -> str | None:
        run(patient, {tag: text}, parameters=parameters, lookup=lookup)
        number = int(tag, 16)
        return str(patient[number].value) if number in patient else None

    return new_text


@pytest.fixture(scope="session")
def shared() -> Path:
    folder = Path(__file__).parents[3].parent / "shared" / "data"
    if not (folder / "deid-scripts").is_dir():
        pytest.skip("the shared test data is not here")
    return folder
