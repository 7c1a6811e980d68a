"""A crash at, or the failure of, any call on the way of a large object: no half one, none lost."""

from collections.abc import Callable
from contextlib import AbstractContextManager, suppress

import pytest

from scanloft.core.blueprint import ANONYMISE, ANONYMISE_QUEUE
from scanloft.core.errors import ArchiveError
from tests.functions.anonymise.large import deflated, large_image, take_as_large, unfinished
from tests.support.cloud import Cloud
from tests.support.disturbances import disturbed, failed_after, refused_at

LARGE = large_image()
CALLS = [
    "CreateMultipartUpload",
    "UploadPart",
    "UploadPartCopy",
    "HeadObject",
    "ListParts",
    "CompleteMultipartUpload",
]
Prepare = Callable[[Cloud], None]


def sent(raw: bytes, *, after: bytes | None = None, **settings: int) -> Prepare:
    """A large object, perhaps `after` another one was archived."""

    def prepare(cloud: Cloud) -> None:
        cloud.project()
        take_as_large(cloud)
        cloud.configure(**settings)
        if after:
            cloud.send(after)
            cloud.settle()
        cloud.send(raw, upload="u2")

    return prepare


MORE_SITUATIONS = {
    "duplicate": sent(LARGE, after=LARGE),
    "duplicate by its bytes": sent(large_image(OperatorsName="B^Eve"), after=LARGE),
    "conflict": sent(large_image(fill=b"\2"), after=LARGE),
    "quarantined": sent(large_image(Modality="US")),
    "needed whole": sent(deflated(large_image(2))),
    "oversized": sent(LARGE, ranged_limit_bytes=len(LARGE) - 1),
}


def test_a_disturbance_at_any_call_leaves_no_trace_after_redelivery() -> None:
    calls, differing = disturbed(sent(LARGE), ANONYMISE)
    assert [name for name in calls if name in CALLS[:3]] == CALLS[:3]
    assert calls[-1] == "DeleteObjects"
    assert differing == []


@pytest.mark.slow
@pytest.mark.parametrize("prepare", MORE_SITUATIONS.values(), ids=MORE_SITUATIONS.keys())
def test_nor_does_it_with_the_rarer_ways(prepare: Prepare) -> None:
    calls, differing = disturbed(prepare, ANONYMISE)
    assert calls[-1] == "DeleteObjects"
    assert differing == []


@pytest.mark.parametrize("disturbance", [refused_at, failed_after])
def test_what_fails_under_way_is_aborted(
    alpha: Cloud, disturbance: Callable[[Cloud, int], AbstractContextManager[None]]
) -> None:
    take_as_large(alpha)
    failures = 0
    for place in range(1, 18):
        alpha.send(large_image(place), upload=f"u{place}")
        records = alpha.received(ANONYMISE_QUEUE)
        with suppress(ArchiveError), disturbance(alpha, place):
            failures += len(alpha.call(ANONYMISE, records))
        # What the beginning of was not heard of cannot be aborted: the bucket's lifecycle does it.
        assert len(unfinished(alpha)) <= (disturbance is failed_after)
        alpha.settle_batch(ANONYMISE_QUEUE, records, failed=set())
        alpha.forget_messages()
    assert failures >= len(CALLS)
