"""What all tests may use: the archive's AWS services in this process."""

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings

if TYPE_CHECKING:
    from tests.support.cloud import Cloud

# A machine with much else to do fails no test. `make test` draws the same examples each time, so
# that it says the same of the same code; `make explore` and the slow tests draw others.
_BUSY = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("repeatable", _BUSY, derandomize=True)
settings.register_profile("exploring", _BUSY, print_blob=True)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "repeatable"))


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
