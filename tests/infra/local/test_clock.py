import threading
from dataclasses import replace
from types import SimpleNamespace

import pytest

from infra.local import clock
from scanloft.core.blueprint import SWEEP


def test_a_function_is_called_again_and_again_also_after_it_failed(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    calls: list[object] = []
    stopping = threading.Event()

    def handler(event: object, context: object) -> None:
        calls.append(event)
        if len(calls) == 3:
            stopping.set()
        raise ValueError("Testmann")

    module = SimpleNamespace(handler=handler)
    monkeypatch.setattr("importlib.import_module", lambda _name: module)
    clock.run(replace(SWEEP), stopping=stopping, interval_s=0)
    assert calls == [{}, {}, {}]
    assert len(caplog.records) == 3
    assert "Testmann" not in caplog.text


def test_nothing_is_called_before_its_time(monkeypatch: pytest.MonkeyPatch) -> None:
    stopping = threading.Event()
    stopping.set()
    clock.run(SWEEP, stopping=stopping)
