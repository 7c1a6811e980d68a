from collections.abc import Iterator

import pytest

from tests.functions.api.hierarchy.archive import Archive, new_archive


@pytest.fixture
def archive() -> Iterator[Archive]:
    with new_archive() as made:
        made.open("alpha")
        yield made
