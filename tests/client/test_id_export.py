import csv
from pathlib import Path

import pytest
import typer

from scanloft.client.id_export import IdExport


def read(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


def test_ids_with_commas_quotes_and_line_ends_survive(tmp_path: Path) -> None:
    export = IdExport(tmp_path, overwrite=False)
    patients = [('a,"b"', "SL-1"), ("=1+2", "SL-2"), ("c\nd", "SL-3"), ("Ünal", "SL-4")]
    for patient in patients:
        export.add({}, dict([patient]))
    export.write()
    assert read(tmp_path / "patid_mapping.csv") == [
        ["id_old", "id_new"],
        *(list(patient) for patient in sorted(patients)),
    ]
    assert read(tmp_path / "uid_mapping.csv") == [["id_old", "id_new"]]


def test_pairs_of_several_objects_are_written_once_and_in_order(tmp_path: Path) -> None:
    export = IdExport(tmp_path / "new", overwrite=False)
    export.add({"1.2": "2.25.2", "1.1": "2.25.1"}, {"A": "SL-1"})
    export.add({"1.2": "2.25.2", "1.3": "2.25.3"}, {"A": "SL-1"})
    export.add({}, {})
    export.write()
    uids = read(tmp_path / "new" / "uid_mapping.csv")
    assert uids[1:] == [["1.1", "2.25.1"], ["1.2", "2.25.2"], ["1.3", "2.25.3"]]
    assert read(tmp_path / "new" / "patid_mapping.csv")[1:] == [["A", "SL-1"]]


def test_an_id_that_no_encoding_can_say_does_not_lose_the_others(tmp_path: Path) -> None:
    export = IdExport(tmp_path, overwrite=False)
    export.add({}, {"a\udc80": "SL-1"})
    export.write()
    assert read(tmp_path / "patid_mapping.csv")[1] == ["a\\udc80", "SL-1"]


def test_pairs_of_results_that_may_have_stayed_stay(tmp_path: Path) -> None:
    first = IdExport(tmp_path, overwrite=False)
    first.add({"1.1": "2.25.1"}, {"A": "SL-1"})
    assert first.write() == []
    second = IdExport(tmp_path, overwrite=True)
    second.add({"1.2": "2.25.2"}, {"A": "SL-1"})
    assert second.write() == []
    assert read(tmp_path / "uid_mapping.csv")[1:] == [["1.1", "2.25.1"], ["1.2", "2.25.2"]]
    assert read(tmp_path / "patid_mapping.csv")[1:] == [["A", "SL-1"]]


def test_earlier_pairs_that_cannot_be_read_are_a_usage_error(tmp_path: Path) -> None:
    (tmp_path / "uid_mapping.csv").mkdir()
    with pytest.raises(typer.BadParameter, match="move it away"):
        IdExport(tmp_path, overwrite=True)


def test_a_file_where_the_folder_should_be_is_a_usage_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(typer.BadParameter, match="folder"):
        IdExport(tmp_path / "file", overwrite=True)


def test_an_open_file_of_an_earlier_run_becomes_private(tmp_path: Path) -> None:
    (tmp_path / "uid_mapping.csv").write_text("old")
    (tmp_path / "uid_mapping.csv").chmod(0o644)
    IdExport(tmp_path, overwrite=True).write()
    assert (tmp_path / "uid_mapping.csv").stat().st_mode & 0o777 == 0o600
