"""An export is cut off, refused or left without an answer at every call it makes to AWS."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from typing import Any

import pytest

from functions.export import export as exporting
from functions.export import handler
from scanloft.core.blueprint import EXPORT
from scanloft.core.exports import ExportStatus
from tests.functions.export.workshop import Workshop, small_sizes
from tests.support.cloud import Cloud
from tests.support.disturbances import DISTURBANCES, PowerCut, calls_listed

IMAGES = 1

Disturbance = Callable[[Cloud, int], AbstractContextManager[None]]


@pytest.fixture(
    params=[
        pytest.param(exporting.RESERVE_S, id="at once"),
        pytest.param(10_000, id="file by file", marks=pytest.mark.slow),
    ]
)
def sizes(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    small_sizes(monkeypatch)
    monkeypatch.setattr(exporting, "RESERVE_S", request.param)
    monkeypatch.setattr(exporting, "RETRY_DELAYS_S", (0,))


def deliver(workshop: Workshop, within: AbstractContextManager[object]) -> bool:
    """Hands the handler one order; whether there was any. One that was not done is seen again."""
    assert EXPORT.source
    records = workshop.cloud.received(EXPORT.source)
    if not records:
        return False
    failed = {record["messageId"] for record in records}
    with suppress(PowerCut), within:
        failed = workshop.cloud.call(EXPORT, records)
    workshop.cloud.settle_batch(EXPORT.source, records, failed=failed)
    workshop.pass_time(1000)
    return True


def finished(cloud: Cloud, disturbed: Callable[[int], AbstractContextManager[object]]) -> bytes:
    """The zip of an export when no order is left; `disturbed` is what happens to each delivery."""
    workshop = Workshop(cloud)
    workshop.wish(images=IMAGES)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(handler, "exporter", workshop.exporter)
        deliveries = iter(range(40))
        while deliver(workshop, disturbed(next(deliveries))):
            pass
    assert workshop.waiting() == 0
    assert workshop.export.status is ExportStatus.READY
    assert workshop.export.files_done == workshop.export.file_count == IMAGES + 1
    assert workshop.export.zip_bytes == len(workshop.zipped())
    assert len(workshop.contents()) == IMAGES + 1
    found = workshop.zipped()
    workshop.forget()
    return found


@pytest.mark.usefixtures("sizes")
@pytest.mark.parametrize("disturbance", DISTURBANCES, ids=lambda each: each.__name__)
def test_whatever_interrupts_it_the_zip_is_the_same_in_the_end(
    cloud: Cloud, disturbance: Disturbance
) -> None:
    calls: list[list[str]] = []

    @contextmanager
    def listed(_: int) -> Iterator[None]:
        with calls_listed(cloud) as found:
            yield
        calls.append(found)

    expected = finished(cloud, listed)
    assert "CreateMultipartUpload" in calls[0]
    assert {"UploadPart", "CompleteMultipartUpload"} <= set(calls[-1])
    differing = []
    for delivery, names in enumerate(calls):
        for place, operation in enumerate(names, start=1):

            def at(number: int, *, where: tuple[int, int] = (delivery, place)) -> Any:
                return disturbance(cloud, where[1]) if number == where[0] else nullcontext()

            if finished(cloud, at) != expected:
                differing.append(f"{delivery} {place} {operation}")
    assert differing == []
