import pytest

from tests.functions.export.workshop import Workshop, small_sizes
from tests.support.cloud import Cloud


@pytest.fixture
def workshop(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> Workshop:
    """An archive with small blocks and small parts."""
    small_sizes(monkeypatch)
    return Workshop(cloud)
