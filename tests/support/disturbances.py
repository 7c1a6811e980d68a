"""A crash after, or a failure of, any one call that a function makes to AWS."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from itertools import count
from typing import Any, TypeVar

from botocore.exceptions import EndpointConnectionError

from scanloft.core.blueprint import Function
from scanloft.core.errors import ArchiveError
from tests.support.cloud import Cloud, new_cloud


class PowerCut(BaseException):
    """The process is gone: nothing in it may handle this."""


Hook = Callable[..., None]


@contextmanager
def _hooked(cloud: Cloud, event: str, hook: Hook) -> Iterator[None]:
    services = (cloud.s3, cloud.dynamodb, cloud.sqs)
    for client in services:
        client.meta.events.register(event, hook)
    try:
        yield
    finally:
        for client in services:
            client.meta.events.unregister(event, hook)


@contextmanager
def calls_listed(cloud: Cloud) -> Iterator[list[str]]:
    """The names of the operations that are called within."""
    names: list[str] = []

    def note(model: Any, **_: object) -> None:
        names.append(model.name)

    with _hooked(cloud, "after-call", note):
        yield names


@contextmanager
def cut_after(cloud: Cloud, place: int) -> Iterator[None]:
    """The process dies when the call at this place, from 1, has been answered."""
    calls = count(1)

    def die(**_: object) -> None:
        if next(calls) == place:
            raise PowerCut

    with _hooked(cloud, "after-call", die):
        yield


@contextmanager
def refused_at(cloud: Cloud, place: int) -> Iterator[None]:
    """The call at this place, from 1, does not reach its service."""
    calls = count(1)

    def refuse(**_: object) -> None:
        if next(calls) == place:
            raise EndpointConnectionError(endpoint_url="https://aws.invalid")

    with _hooked(cloud, "before-call", refuse):
        yield


@contextmanager
def failed_after(cloud: Cloud, place: int) -> Iterator[None]:
    """The call at this place, from 1, is done, but its answer is lost on the way."""
    calls = count(1)

    def lose(**_: object) -> None:
        if next(calls) == place:
            raise EndpointConnectionError(endpoint_url="https://aws.invalid")

    with _hooked(cloud, "after-call", lose):
        yield


DISTURBANCES: tuple[Callable[[Cloud, int], AbstractContextManager[None]], ...] = (
    cut_after,
    refused_at,
    failed_after,
)


def disturbed(
    prepare: Callable[[Cloud], object], function: Function
) -> tuple[list[str], list[str]]:
    """Disturbs one batch of the function at every call it makes, then delivers it again.

    Gives the calls of the undisturbed batch, and the disturbances after which, with all queues
    empty, anything else was stored than without.
    """
    with new_cloud() as cloud:
        prepare(cloud)
        calls = _deliver(cloud, function, within=calls_listed(cloud))
        cloud.settle()
        expected = cloud.snapshot()
    differing = []
    for disturbance in DISTURBANCES:
        for place, operation in enumerate(calls, start=1):
            with new_cloud() as cloud:
                prepare(cloud)
                _deliver(cloud, function, within=disturbance(cloud, place))
                if not cloud.settle() or cloud.snapshot() != expected:
                    differing.append(f"{disturbance.__name__} {place} {operation}")
    return calls, differing


Context = TypeVar("Context")


def _deliver(
    cloud: Cloud, function: Function, *, within: AbstractContextManager[Context]
) -> Context:
    """One batch; when the handler fails or the power is cut, all its messages are seen again."""
    assert function.source
    records = cloud.received(function.source)
    assert records
    failed = {record["messageId"] for record in records}
    with suppress(PowerCut, ArchiveError), within as context:
        failed = cloud.call(function, records)
    cloud.settle_batch(function.source, records, failed=failed)
    return context
