from benchmarks.imports import loaded_modules


def test_modules_of_pydicom_and_numpy_are_counted_wherever_they_come_from() -> None:
    assert loaded_modules("import json") == 0
    assert loaded_modules("import pydicom") > 10


def test_statement_finds_an_image_to_work_on() -> None:
    assert loaded_modules("import sys; assert len(sys.stdin.buffer.read()) == 538_000") == 0
