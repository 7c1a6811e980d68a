"""Anything may happen to an export at any call: the zip that is ready in the end is right."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from itertools import count
from typing import Any

import pytest
from botocore.exceptions import EndpointConnectionError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from functions.export import export as exporting
from scanloft.core.errors import ArchiveError
from scanloft.core.exports import ENDED, ExportStatus
from tests.functions.export.workshop import ORDER, Workshop, bodies
from tests.support.cloud import Cloud
from tests.support.disturbances import PowerCut

FILES = bodies(90, 0, 420, 150, 30)
CUT, REFUSE, LOSE, OVERTAKE, DELETE, HURRY = "cut", "refuse", "lose", "overtake", "delete", "hurry"
EVENTS = st.sampled_from([CUT, REFUSE, LOSE, OVERTAKE, DELETE, HURRY])
PLANS = st.dictionaries(st.integers(1, 60), EVENTS, max_size=6)
ROUNDS = 40


class Weather:
    """What happens at which call, counted over all workers."""

    def __init__(self, workshop: Workshop, plan: Mapping[int, str], keys: list[str]) -> None:
        self._workshop = workshop
        self._plan = plan
        self._keys = keys
        self._calls = count(1)
        self._due: str | None = None
        self.deleted: set[str] = set()
        self._is_calm = False

    def before(self, **_: object) -> None:
        if self._is_calm:
            return
        event = self._plan.get(next(self._calls))
        if event == REFUSE:
            raise EndpointConnectionError(endpoint_url="https://aws.invalid")
        if event in (CUT, LOSE):
            self._due = event
        elif event is not None:
            self._calmly(event)

    def after(self, **_: object) -> None:
        event, self._due = (None, self._due) if self._is_calm else (self._due, None)
        if event == CUT:
            raise PowerCut
        if event == LOSE:
            raise EndpointConnectionError(endpoint_url="https://aws.invalid")

    def _calmly(self, event: str) -> None:
        """While this happens, nothing else does."""
        self._is_calm = True
        try:
            if event == OVERTAKE:
                self._workshop.pass_time(1000)
                with suppress(ArchiveError):
                    self._workshop.work()
            elif event == DELETE and self._keys:
                key = self._keys.pop()
                self._workshop.cloud.archive.delete([key])
                self.deleted.add(key)
            elif event == HURRY:
                self._workshop.remaining_s = 900 if self._workshop.remaining_s == 1 else 1
        finally:
            self._is_calm = False


@contextmanager
def exposed(cloud: Cloud, weather: Weather) -> Iterator[None]:
    services: list[Any] = [cloud.s3, cloud.dynamodb, cloud.sqs]
    for client in services:
        client.meta.events.register("before-call", weather.before)
        client.meta.events.register("after-call", weather.after)
    try:
        yield
    finally:
        for client in services:
            client.meta.events.unregister("before-call", weather.before)
            client.meta.events.unregister("after-call", weather.after)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
@given(PLANS)
def test_a_zip_that_is_ready_has_every_file_or_says_why_not(
    workshop: Workshop, plan: Mapping[int, str]
) -> None:
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(exporting, "CHECKPOINT_S", 500)
        workshop.remaining_s = 900
        files = workshop.order(FILES)
        weather = Weather(workshop, plan, [file.key for file in files])
        with exposed(workshop.cloud, weather):
            for _ in range(ROUNDS):
                with suppress(ArchiveError, PowerCut):
                    if workshop.work() in ENDED:
                        break
                workshop.pass_time(200)
        export = workshop.export
        assert export.status is ExportStatus.READY
        found = workshop.contents()
        missing = found.pop("MISSING.txt", b"").decode()
        assert export.zip_bytes == len(workshop.zipped())
        assert export.files_missing == missing.count("\tdeleted\n")
        key_by_name = {file.name: file.key for file in files}
        for name, body in FILES:
            if name in found:
                assert found[name] == body
            else:
                assert key_by_name[name] in weather.deleted
                assert f"{name}\tdeleted\n" in missing
        assert len(found) + export.files_missing == len(FILES)
        assert workshop.work() is ExportStatus.READY
        assert workshop.index.export(*ORDER) == export
        workshop.forget()
