"""References stay whole: over all objects, one UID becomes one other UID, everywhere."""

import warnings
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pydicom
import pytest
from pydicom.dataset import Dataset

from scanloft.core.errors import Rejected
from scanloft.deid.engine import deidentify
from scanloft.deid.profiles.profile import Profile
from scanloft.deid.values.pseudonyms import Pseudonyms
from tests.support.shared import described, shared_files

PSEUDONYMS = Pseudonyms(b"only for tests, 32 bytes or more")
SOP_INSTANCE, REFERENCED_INSTANCE = 0x00080018, 0x00081155
# At the top level of an object, where they are of Type 3, Table E.1-1 demands X of these two.
REMOVED_BY_TYPE = {0x00081140, 0x00082112}
STANDARD, DUMMY = "1.2.840.10008.", "2.25.0"
# Names of kinds of objects and of vendors' codes, which are no identifiers of anything.
KINDS = frozenset({0x00080016, 0x0008001A, 0x0008001B, 0x00080062, 0x00081150, 0x0008115A})
REFERRING = ("SR", "SEG", "RTSTRUCT", "RTPLAN", "RTDOSE", "PR", "KO", "ANN", "REG", "RWV")
SIZE_LIMIT = 3_000_000

pytestmark = pytest.mark.filterwarnings("ignore")


def uids(dataset: Dataset) -> Iterator[tuple[tuple[int, ...], list[str]]]:
    """Every UI element with its place: tags and numbers of items from the top."""
    for element in dataset:
        tag = int(element.tag)
        if element.VR == "SQ":
            for number, item in enumerate(element.value):
                for place, found in uids(item):
                    yield (tag, number, *place), found
        elif element.VR == "UI" and tag not in KINDS:
            value = element.value or ""
            yield (tag,), [str(value)] if isinstance(value, str) else list(map(str, value))


def read(data: bytes) -> dict[tuple[int, ...], list[str]]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return dict(uids(pydicom.dcmread(BytesIO(data), force=True, stop_before_pixels=True)))


class Folder:
    """What became of the UIDs of many objects."""

    def __init__(self, files: list[Path], options: list[str]) -> None:
        profile = Profile.from_dict(
            {"name": "folder", "version": 1, "options": options, "pixel_review": False}
        )
        self.new_by_old: dict[str, str] = {}
        self.torn: list[str] = []
        self.objects: set[str] = set()
        self.references: list[tuple[str, str, str]] = []
        self.lost: list[tuple[str, str]] = []
        for path in files:
            source = path.read_bytes()
            try:
                output = deidentify(source, profile=profile, pseudonyms=PSEUDONYMS).data
            except Rejected:
                continue
            self._compare(described(path), read(source), read(output))

    def _compare(
        self,
        path: str,
        before: dict[tuple[int, ...], list[str]],
        after: dict[tuple[int, ...], list[str]],
    ) -> None:
        self.objects.update(before.get((SOP_INSTANCE,), []))
        for place, old in before.items():
            new = after.get(place)
            if new is None:
                kept = place[-1] == REFERENCED_INSTANCE and place[0] not in REMOVED_BY_TYPE
                self.lost += [(path, uid) for uid in old if kept]
                continue
            if len(old) != len(new):
                self.torn.append(f"{path}: another number of UIDs")
            for one, other in zip(old, new, strict=False):
                if self.new_by_old.setdefault(one.strip(" \0"), other) != other:
                    self.torn.append(f"{path}: one UID became two")
                if place[-1] == REFERENCED_INSTANCE:
                    self.references.append((path, one, other))


def referring_files() -> list[Path]:
    """The folders with objects that refer to others, and what they may refer to."""
    words = ("seg", "rt", "sr", "gsps", "dicomdirtests", "wsi", "rwvm", "pm", "ko")
    return [
        path
        for path in shared_files()
        if path.stat().st_size < SIZE_LIMIT and any(word in str(path).lower() for word in words)
    ]


def check(folder: Folder) -> None:
    assert not folder.torn, folder.torn[:5]
    # Dummies stand for what is removed, so many have the same one.
    moved = {old: new for old, new in folder.new_by_old.items() if old and new != DUMMY}
    assert len(set(moved.values())) == len(moved), "two UIDs became one"
    inside = [(old, new) for _, old, new in folder.references if old in folder.objects]
    assert inside
    outputs = {moved[old] for old in folder.objects}
    assert all(new in outputs for _, new in inside)


def test_references_between_shared_objects_still_point_to_them() -> None:
    folder = Folder(referring_files(), [])
    check(folder)
    kept = [old for old, new in folder.new_by_old.items() if old == new and old]
    assert all(uid.startswith(STANDARD) for uid in kept), kept[:3]


def test_with_all_content_no_reference_to_a_shared_object_is_lost() -> None:
    folder = Folder(referring_files(), ["clean_struct_cont", "clean_graph", "clean_desc"])
    check(folder)
    lost = [path for path, old in folder.lost if old in folder.objects]
    assert not lost, f"{len(lost)} references, the first in {lost[0]}"


@pytest.mark.slow
@pytest.mark.parametrize("options", [[], ["rtn_long_modif_dates"]])
def test_one_uid_becomes_one_other_over_all_shared_objects(options: list[str]) -> None:
    check(Folder([p for p in shared_files() if p.stat().st_size < SIZE_LIMIT], options))


def test_retained_uids_are_the_same_in_every_place() -> None:
    folder = Folder(referring_files(), ["rtn_uids"])
    check(folder)
    changed = [old for old, new in folder.new_by_old.items() if old != new and old.strip(" \0")]
    assert not changed, changed[:3]
