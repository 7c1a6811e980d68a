from collections.abc import Iterator

import pytest

from tests.functions.api.quarantine.desk import Desk, new_desk
from tests.support.cloud import Cloud


@pytest.fixture
def desk(cloud: Cloud) -> Iterator[Desk]:
    """Two projects, their owners, and the review function over the whole pipeline."""
    with new_desk(cloud) as made:
        yield made
