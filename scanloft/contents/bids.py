"""The files that make a folder a BIDS dataset: description, participants, what validators skip."""

import json
from collections.abc import Iterator, Mapping

from scanloft.contents.placing import Placed
from scanloft.core.exports import ExportFile
from scanloft.core.layouts import OTHER_DATATYPE, alphanumeric, safe

BIDS_VERSION = "1.10.0"


def files(title: str, subjects: Mapping[str, Placed]) -> Iterator[ExportFile]:
    """The files at the top of the dataset; `subjects` are those whose data is in it."""
    description = {
        "Name": title,
        "BIDSVersion": BIDS_VERSION,
        "DatasetType": "raw",
        "GeneratedBy": [{"Name": "scanloft"}],
    }
    yield ExportFile.of_text("dataset_description.json", json.dumps(description, indent=2) + "\n")
    yield ExportFile.of_text("participants.tsv", _participants(subjects))
    yield ExportFile.of_text(".bidsignore", f"**/{OTHER_DATATYPE}/\n")


def _participants(subjects: Mapping[str, Placed]) -> str:
    """A line for each; labels are as folders have them, so that no cell is taken for a formula."""
    lines = {"participant_id": "participant_id\tsex\tlabel"}
    for placed in subjects.values():
        label = placed.place.subject
        participant = f"sub-{alphanumeric(label)}"
        lines.setdefault(participant, f"{participant}\t{placed.sex}\t{safe(label)}")
    return "\n".join(lines.values()) + "\n"
