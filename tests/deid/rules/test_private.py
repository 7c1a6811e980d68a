import csv
import re
import subprocess
import sys
from pathlib import Path

import pytest

from scanloft.deid.rules.private import SafePrivate, disposition, is_known_creator

TABLE = Path(__file__).parents[3] / "scanloft" / "deid" / "data" / "safe-private.tsv"
SOURCE = Path(__file__).parents[3].parent / "shared/standards/tcia-private-tag-kb-2024-02.csv"

SIEMENS, GE = "SIEMENS MR HEADER", "GEMS_PARM_01"
PHILIPS, PHILIPS_MR = "Philips Imaging DD 001", "Philips MR Imaging DD 001"
ESSENTIALS = [
    (0x0019, SIEMENS, 0x0A, "US"),
    (0x0019, SIEMENS, 0x0C, "IS"),
    (0x0019, SIEMENS, 0x0D, "CS"),
    (0x0019, SIEMENS, 0x0E, "FD"),
    (0x0019, SIEMENS, 0x27, "FD"),
    (0x0019, SIEMENS, 0x28, "FD"),
    (0x0019, SIEMENS, 0x29, "FD"),
    (0x0021, "SIEMENS MR SDI 02", 0x05, "IS"),
    (0x0043, GE, 0x39, "IS"),
    (0x0019, "GEMS_ACQU_01", 0xBB, "DS"),
    (0x0019, "GEMS_ACQU_01", 0xBC, "DS"),
    (0x0019, "GEMS_ACQU_01", 0xBD, "DS"),
    (0x2001, PHILIPS, 0x03, "FL"),
    (0x2001, PHILIPS, 0x04, "CS"),
    (0x2005, PHILIPS_MR, 0x0D, "FL"),
    (0x2005, PHILIPS_MR, 0x0E, "FL"),
    (0x2005, PHILIPS_MR, 0xB0, "FL"),
    (0x2005, PHILIPS_MR, 0xB1, "FL"),
    (0x2005, PHILIPS_MR, 0xB2, "FL"),
    (0x7053, "Philips PET Private Group", 0x00, "DS"),
    (0x7053, "Philips PET Private Group", 0x09, "DS"),
    (0x0065, "Image Private Header", 0x09, "FD"),
    (0x0065, "Image Private Header", 0x37, "FD"),
]
DROPPED = [
    (0x0029, "SIEMENS CSA HEADER", 0x10),
    (0x0029, "SIEMENS CSA HEADER", 0x20),
    (0x0029, "SIEMENS MEDCOM HEADER", 0x31),
    (0x0021, "SIEMENS MR SDS 01", 0x19),
    (0x0025, "GEMS_SERS_01", 0x1B),
    (0x2005, "Philips MR Imaging DD 002", 0x32),
    (0x0009, "GEMS_PETD_01", 0x04),
    (0x0013, "SIEMENS CM VA0  CMS", 0x31),
    (0x0013, "CTP", 0x10),
    (0x0019, "GEMS_ACQU_01", 0x9E),
]


def _rows() -> list[list[str]]:
    return [line.split("\t") for line in TABLE.read_text("utf-8").splitlines()[1:]]


@pytest.mark.parametrize(("group", "creator", "element", "vr"), ESSENTIALS)
def test_what_research_needs_is_kept(group: int, creator: str, element: int, vr: str) -> None:
    assert disposition(group, creator, element) == SafePrivate(vr, "keep")


@pytest.mark.parametrize(("group", "creator", "element"), DROPPED)
def test_what_may_hold_names_dates_or_numbers_is_not_safe(
    group: int, creator: str, element: int
) -> None:
    assert disposition(group, creator, element) is None


def test_dates_are_shifted_and_uids_replaced() -> None:
    assert disposition(0x0009, "GEMS_PETD_01", 0x3B) == SafePrivate("DT", "shift_date")
    assert disposition(0x2005, "Philips MR Imaging DD 005", 0x36) == SafePrivate("UI", "hash_uid")


def test_padding_of_a_creator_does_not_count_but_its_case_does() -> None:
    assert disposition(0x0019, SIEMENS + " ", 0x0C) == disposition(0x0019, SIEMENS, 0x0C)
    assert disposition(0x0019, SIEMENS.lower(), 0x0C) is None


def test_creators_are_known_by_group() -> None:
    assert is_known_creator(0x0019, SIEMENS + " ")
    assert not is_known_creator(0x0029, SIEMENS)
    assert not is_known_creator(0x0029, "SIEMENS CSA HEADER")


def test_each_line_can_be_looked_up() -> None:
    for group, creator, element, vr, action in _rows():
        assert action in ("keep", "hash_uid", "shift_date")
        found = disposition(int(group, 16), creator, int(element, 16))
        assert found is not None
        assert (found.vr, found.action) == (vr, action)


def test_no_line_has_a_vr_of_free_text_names_times_or_blobs() -> None:
    vrs = {(vr, action) for *_, vr, action in _rows()}
    kept = {vr for vr, action in vrs if action == "keep"}
    assert kept <= {"US", "SS", "UL", "SL", "FL", "FD", "DS", "IS", "CS", "LO", "SH", "SQ"}
    assert vrs - {(vr, "keep") for vr in kept} == {
        ("UI", "hash_uid"),
        ("DA", "shift_date"),
        ("DT", "shift_date"),
    }
    short_texts = [row for row in _rows() if row[3] in ("LO", "SH")]
    assert len(short_texts) <= 21


def test_each_element_stands_in_the_list_once() -> None:
    keys = [tuple(row[:3]) for row in _rows()]
    assert len(set(keys)) == len(keys)
    assert all(int(group, 16) % 2 for group, *_ in keys)


def test_nothing_is_on_the_list_that_its_source_drops() -> None:
    if not SOURCE.exists():
        pytest.skip("the shared standards are not here")
    dispositions: dict[tuple[int, str, int], set[str]] = {}
    with SOURCE.open(encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file):
            last = re.split(r"\[<\d+>\]", row["element_sig_pattern"])[-1]
            found = re.fullmatch(r'\((\w{4}),\s*"*(.*?)"*\s*,\s*(\w\w)\)', last.strip())
            if found:
                key = int(found[1], 16), found[2].strip().lower(), int(found[3], 16)
                dispositions.setdefault(key, set()).add(row["private_disposition"].strip().lower())
    lax = set()
    for group, creator, element, _, action in _rows():
        known = dispositions.get((int(group, 16), creator.lower(), int(element, 16)), {"absent"})
        allowed = {"shift_date": {"o", "oi"}, "hash_uid": {"h", "k"}, "keep": {"k"}}[action]
        if not known <= allowed:
            lax.add((creator, element))
    assert lax == {
        ("Image Private Header", "09"),
        ("Image Private Header", "0a"),
        ("Image Private Header", "37"),
        ("Image Private Header", "50"),
        ("GEMS_PARM_01", "b6"),
        ("Philips Imaging DD 001", "04"),
        ("Philips Imaging DD 001", "0b"),
        ("SIEMENS MR SDS 01", "0c"),
    }


def test_the_list_is_read_only_when_it_is_asked() -> None:
    code = """
from scanloft.deid.rules import private
assert private._safe_by_key.cache_info().currsize == 0
private.disposition(0x19, "X", 1)
assert private._safe_by_key.cache_info().currsize == 1
"""
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
