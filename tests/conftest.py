"""What all tests may use: the archive's AWS services in this process."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings

if TYPE_CHECKING:
    from tests.support.cloud import Cloud

settings.register_profile("busy", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("busy")  # a machine with much else to do fails no test


@pytest.fixture
def cloud() -> "Iterator[Cloud]":
    """An empty archive; imported late, as most tests need none of it."""
    from tests.support.cloud import new_cloud

    with new_cloud() as made:
        yield made


@pytest.fixture
def alpha(cloud: "Cloud") -> "Cloud":
    """An archive with one project of that name."""
    cloud.project("alpha")
    return cloud
