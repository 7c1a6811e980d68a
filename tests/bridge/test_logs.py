import json
import logging

from dicom_bridge.logs import JsonLines
from tests.bridge.datasets import CANARY


def line(name: str, message: str, **more: object) -> dict[str, object]:
    record = logging.LogRecord(name, logging.WARNING, __file__, 42, message, (), None)
    vars(record).update(more)
    parsed: dict[str, object] = json.loads(JsonLines().format(record))
    return parsed


def test_an_own_record_keeps_its_message_and_its_keys() -> None:
    parsed = line("dicom_bridge.spool", "spool opened", waiting=3)
    parsed.pop("time")
    assert parsed == {"level": "WARNING", "message": "spool opened", "waiting": 3}


def test_a_record_of_a_library_keeps_only_its_place() -> None:
    parsed = line("pynetdicom.dimse", f"Invalid value {CANARY}", patient=CANARY)
    assert CANARY not in json.dumps(parsed)
    assert parsed["place"] == "pynetdicom.dimse:42"


def test_an_exception_is_told_by_its_class_alone() -> None:
    error = ValueError(CANARY)
    parsed = line("dicom_bridge.x", "failed", exc_info=(ValueError, error, None))
    assert CANARY not in json.dumps(parsed)
    assert parsed["error"] == "ValueError"
