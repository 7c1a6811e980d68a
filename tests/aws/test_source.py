import hashlib
import random

import pytest

from scanloft.aws.objects import ObjectStore
from scanloft.aws.source import (
    FIRST_BYTES,
    NEAR_BYTES,
    PROBE_BYTES,
    WINDOW_LIMIT_BYTES,
    RangedSource,
)
from scanloft.core.errors import NotFound, Unavailable
from tests.support.cloud import Cloud
from tests.support.traffic import Traffic, measured

MIB = 1024 * 1024
BODY = random.Random(1).randbytes(12 * MIB + 7)


@pytest.fixture
def store(cloud: Cloud) -> ObjectStore:
    cloud.archive.put("a", BODY)
    return cloud.archive


def opened(store: ObjectStore) -> RangedSource:
    return RangedSource(store, "a", store.facts("a"))


def test_any_reading_gives_the_bytes_of_the_object(store: ObjectStore) -> None:
    chance, source = random.Random(2), opened(store)
    assert source.size == len(BODY)
    for _ in range(300):
        offset = chance.choice([chance.randrange(len(BODY) + 10), chance.randrange(600_000)])
        length = chance.choice([0, 1, 8, 5000, chance.randrange(3 * MIB)])
        read = chance.choice([source.read, source.exactly])
        assert read(offset, length) == BODY[offset : offset + length]


def walked(cloud: Cloud, store: ObjectStore, *, stride: int) -> Traffic:
    """What it takes to read 8 bytes at each stride, as for the headers of fragments."""
    source = opened(store)
    with measured(cloud.s3) as traffic:
        for offset in range(0, len(BODY) - 8, stride):
            assert source.read(offset, 8) == BODY[offset : offset + 8]
    return traffic


def test_a_header_comes_in_one_small_window(cloud: Cloud, store: ObjectStore) -> None:
    source = opened(store)
    with measured(cloud.s3) as traffic:
        for offset in range(0, FIRST_BYTES, 100):
            source.read(offset, min(100, FIRST_BYTES - offset))
        source.read(0, 400)
    assert traffic.calls == ["GetObject"]
    assert traffic.received_bytes == FIRST_BYTES


def test_small_fragments_come_in_few_growing_windows(cloud: Cloud, store: ObjectStore) -> None:
    traffic = walked(cloud, store, stride=20_000)
    assert len(traffic.calls) == 4  # 256 KiB, 2 MiB, 8 MiB, the rest
    assert traffic.received_bytes <= len(BODY)


def test_large_fragments_cost_a_small_request_each(cloud: Cloud, store: ObjectStore) -> None:
    stride = NEAR_BYTES + 100
    traffic = walked(cloud, store, stride=stride)
    fragments = len(range(0, len(BODY) - 8, stride))
    assert len(traffic.calls) == fragments
    assert traffic.received_bytes <= FIRST_BYTES + fragments * PROBE_BYTES


def test_what_is_read_exactly_is_not_fetched_twice_nor_ahead(
    cloud: Cloud, store: ObjectStore
) -> None:
    source = opened(store)
    source.read(0, 10)
    with measured(cloud.s3) as traffic:
        assert source.exactly(100, 5 * MIB) == BODY[100 : 100 + 5 * MIB]
    assert traffic.calls == ["GetObject"]
    assert traffic.received_bytes == 5 * MIB + 100 - FIRST_BYTES


@pytest.mark.parametrize("other", [BODY[::-1], BODY + b"\0", BODY[:-1], b""])
def test_an_object_that_is_replaced_between_two_reads_is_never_mixed(
    store: ObjectStore, other: bytes
) -> None:
    source = opened(store)
    source.read(0, 10)
    store.put("a", other)
    with pytest.raises(Unavailable):
        source.read(WINDOW_LIMIT_BYTES, 10)
    with pytest.raises(Unavailable):
        source.exactly(FIRST_BYTES, 10)
    with pytest.raises(Unavailable):
        source.check()


def test_an_object_that_is_gone_between_two_reads_is_not_found(store: ObjectStore) -> None:
    source = opened(store)
    source.check()
    source.read(0, 10)
    store.delete(["a"])
    with pytest.raises(NotFound):
        source.read(WINDOW_LIMIT_BYTES, 10)
    with pytest.raises(NotFound):
        source.check()


def test_the_checksum_is_the_one_s3_has_and_nothing_is_read_for_it(
    cloud: Cloud, store: ObjectStore
) -> None:
    source = opened(store)
    with measured(cloud.s3) as traffic:
        assert source.sha256_hex == hashlib.sha256(BODY).hexdigest()
    assert traffic.calls == []


def test_where_s3_has_no_checksum_the_object_is_read_once_in_blocks(cloud: Cloud) -> None:
    cloud.s3.put_object(Bucket=cloud.archive.bucket, Key="a", Body=BODY, ChecksumAlgorithm="CRC32")
    source = opened(cloud.archive)
    assert source.facts.sha256_hex is None
    with measured(cloud.s3) as traffic:
        assert [source.sha256_hex] * 2 == [source.sha256_hex, hashlib.sha256(BODY).hexdigest()]
    assert traffic.calls == ["GetObject"] * 2
    assert traffic.largest_bytes <= WINDOW_LIMIT_BYTES
