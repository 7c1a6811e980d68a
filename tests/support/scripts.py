"""CTP scripts in code, and objects that pass through them."""

from io import BytesIO
from xml.sax.saxutils import escape

import pydicom
from pydicom.dataset import Dataset

from scanloft.deid.engine import deidentify
from scanloft.deid.profiles.profile import Profile
from scanloft.deid.results import Deidentified
from scanloft.deid.values.pseudonyms import Pseudonyms
from tests.support.objects import file_with
from tests.support.two_ways import PSEUDONYMS
from tests.support.wire import Syntax, Wire

ROOT = "1.3.6.1.4.1.14519"


def script(actions: dict[str, str], *, keep: str = "", remove: str = "") -> str:
    """Return a script in XML with these actions by tag, and UIDROOT as a parameter."""
    lines = [f'<p t="UIDROOT">{ROOT}</p>']
    lines += [f'<e en="T" t="{tag}" n="">{escape(text)}</e>' for tag, text in actions.items()]
    lines += [f'<k en="T" t="{keep}">Keep</k>'] * bool(keep)
    lines += [f'<r en="T" t="{remove}">Remove</r>'] * bool(remove)
    return "\n".join(["<script>", *lines, "</script>"])


def run(
    text: str,
    *elements: Wire,
    syntax: str = Syntax.EXPLICIT,
    pseudonyms: Pseudonyms = PSEUDONYMS,
    **values: object,
) -> Deidentified:
    """De-identify an object with a script; `values` are those of the profile."""
    profile = Profile.from_dict(
        {"name": "test", "version": 1, "base": "ctp", "ctp_script": text, **values}
    )
    return deidentify(file_with(elements, syntax=syntax), profile=profile, pseudonyms=pseudonyms)


def opened(result: Deidentified, *sequences: int) -> Dataset:
    """Return the result's data set, or the first item of a sequence in it."""
    dataset: Dataset = pydicom.dcmread(BytesIO(result.data))
    for tag in sequences:
        dataset = dataset[tag][0]
    return dataset
