"""What all tests may use: the archive's AWS services in this process."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.support.cloud import Cloud


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
