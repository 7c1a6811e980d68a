import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanloft.client.upload_files import Failure, found_files, names_by_source
from scanloft.client.upload_stock import take_stock


def names(*sources: Path) -> list[str]:
    return [found.name for found in found_files(sources, skipped=[])]


def test_files_are_found_once_and_in_order_however_the_sources_overlap(src: Path) -> None:
    expected = ["in/one.dcm", "in/a/notes.txt", "in/a/b/two.dcm"]
    assert names(src) == expected
    assert names(src, src / "a", src / "one.dcm") == expected
    assert names(src / "one.dcm") == ["one.dcm"]


def test_sources_of_one_name_are_told_apart_by_the_folders_above_them(tmp_path: Path) -> None:
    for place in ("p1/DICOM", "p2/DICOM", "q/p2/DICOM", "other"):
        (tmp_path / place).mkdir(parents=True)
        (tmp_path / place / "IM1").touch()
    places = [tmp_path / place for place in ("p1/DICOM", "p2/DICOM", "q/p2/DICOM", "other")]
    one, two, three, four = names(*places, tmp_path / "p1" / "DICOM")
    assert (one, three, four) == ("p1/DICOM/IM1", "q/p2/DICOM/IM1", "other/IM1")
    assert two == f"{tmp_path.name}/p2/DICOM/IM1"


@given(st.lists(st.lists(st.sampled_from("ab"), min_size=1, max_size=4), min_size=1))
def test_no_two_sources_are_called_alike(places: list[list[str]]) -> None:
    sources = [Path("/", *parts) for parts in places]
    shown = names_by_source(sources)
    assert set(shown) == set(sources)
    assert len(set(shown.values())) == len(shown)
    assert all(
        source.is_relative_to("/") and source.match(str(end)) for source, end in shown.items()
    )


def test_links_to_folders_are_told_and_not_followed(src: Path) -> None:
    (src / "loop").symlink_to(src)
    skipped: list[Failure] = []
    assert len(list(found_files([src], skipped=skipped))) == 3
    assert [(one.name, one.code, one.fate) for one in skipped] == [
        ("in/loop", "link_to_folder", "ignored")
    ]


def test_pipes_and_broken_links_are_told_and_links_to_files_are_sent(src: Path) -> None:
    os.mkfifo(src / "pipe")
    (src / "broken").symlink_to(src / "nowhere")
    (src / "link.dcm").symlink_to(src / "one.dcm")
    stock = take_stock([src])
    assert sorted((one.name, one.code) for one in stock.failures) == [
        ("in/broken", "gone"),
        ("in/pipe", "not_a_file"),
    ]
    assert "in/link.dcm" in [found.name for found, _ in stock.files]


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("a.dcm", "dicom"),
        ("IM0001", "dicom"),
        ("a.ZIP", "archive"),
        ("a.tar.gz", "archive"),
        ("a.tgz", "archive"),
        ("a.nii.gz", "dicom"),
    ],
)
def test_zips_and_tars_are_told_by_their_names(tmp_path: Path, name: str, kind: str) -> None:
    (tmp_path / name).touch()
    [(found, _)] = take_stock([tmp_path]).files
    assert found.kind == kind


def test_limits_hold_by_kind(tmp_path: Path) -> None:
    (tmp_path / "a.dcm").write_bytes(bytes(10))
    (tmp_path / "a.zip").write_bytes(bytes(10))
    stock = take_stock([tmp_path]).within({"dicom": 9, "archive": 10})
    assert [found.path.name for found, _ in stock.files] == ["a.zip"]
    assert [failure.code for failure in stock.failures] == ["oversized"]
    assert stock.size_bytes == 10
