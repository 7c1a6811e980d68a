from collections.abc import Iterator

import pytest
from moto import mock_aws

from scanloft.aws.rows import Rows
from scanloft.aws.secrets import SECRET_BYTES, SecretStore
from scanloft.core.errors import UnknownProject
from tests.functions.api.tables import new_rows


@pytest.fixture
def rows() -> Iterator[Rows]:
    with mock_aws():
        yield new_rows()


def test_a_secret_is_made_once_and_kept(rows: Rows) -> None:
    store = SecretStore(rows)
    store.create("alpha")
    first = store.secret("alpha")
    store.create("alpha")
    assert store.secret("alpha") == first
    assert len(first) == SECRET_BYTES


def test_each_project_has_a_secret_of_its_own(rows: Rows) -> None:
    store = SecretStore(rows)
    for name in ("alpha", "beta"):
        store.create(name)
    assert store.secret("alpha") != store.secret("beta")


def test_a_project_that_was_never_made_has_no_secret(rows: Rows) -> None:
    with pytest.raises(UnknownProject):
        SecretStore(rows).secret("alpha")
