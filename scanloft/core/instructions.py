"""What was decided of a raw object before it passes the gate, by a person or by routing.

It lies in the index under the place that the object has in its upload. The metadata of an object
says nothing of this kind: whoever may put objects could say it too.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from scanloft.core.annotations import Target
from scanloft.core.model import Prearchive

REVIEW_UPLOAD_PREFIX = "review-"
"""Starts the names of uploads that people made of quarantined objects; no other upload has it."""
KEPT_S = 60 * 24 * 3600
"""How long an instruction is kept: longer than an object can wait in the inbox."""
ROUTED_UPLOAD_PREFIX = "dicom-routed-"
"""Starts the names of associations whose objects were routed; the rest is the name they had."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Instruction:
    """What holds for one object alone: file `number` of an upload of a project.

    `prearchive` and `profile` stand in place of those of the project. `pixels_reviewed`: a person
    has seen that its pixels show nothing of the patient; `contents_reviewed`, that a file of a
    resource says nothing of the patient. `target` is the place of such a file. `was` are the files
    of this project whose fates follow that of this one, as (upload, number). `uploader` is who sent
    it at first. The labels are for its subject and its session.
    """

    project: str
    upload: str
    number: str
    by: str
    prearchive: Prearchive | None = None
    profile: Mapping[str, object] | None = None
    pixels_reviewed: bool = False
    contents_reviewed: bool = False
    target: Target | None = None
    was: tuple[tuple[str, str], ...] = ()
    uploader: str = ""
    site: str = ""
    subject_label: str = ""
    session_label: str = ""


def is_review_upload(upload: str) -> bool:
    """Whether a person made this upload of quarantined objects, which nobody declares."""
    return upload.startswith(REVIEW_UPLOAD_PREFIX)


def may_be_instructed(upload: str) -> bool:
    """Whether there can be instructions for the objects of this upload."""
    return upload.startswith((REVIEW_UPLOAD_PREFIX, ROUTED_UPLOAD_PREFIX))


def routed_upload(upload: str) -> str:
    """The name in a project of an association whose objects were routed there."""
    return ROUTED_UPLOAD_PREFIX + upload.removeprefix("dicom-")
