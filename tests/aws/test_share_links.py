from collections.abc import Iterator

import pytest
from moto import mock_aws

from scanloft.aws.rows import Rows
from scanloft.aws.share_links import LinkIndex
from scanloft.core.admission import ShareLink
from scanloft.core.items_of_people import link_item
from tests.functions.api.tables import new_rows

LINK = ShareLink(
    project="alpha",
    link_hash="ab" * 32,
    label="Review",
    created_by="olga",
    created_at="2026-01-01T00:00:00Z",
    expires_at=4_000_000_000,
    sessions=("1.2", "1.3"),
    made_by_admin=True,
)


@pytest.fixture
def rows() -> Iterator[Rows]:
    with mock_aws():
        yield new_rows()


def test_a_link_is_found_by_its_hash_and_from_its_project(rows: Rows) -> None:
    index = LinkIndex(rows)
    index.put(LINK)
    assert index.link(LINK.link_hash) == LINK
    assert list(index.links("alpha", named="abab")) == [LINK]
    assert list(index.links("beta")) == []


def test_a_link_that_was_removed_opens_nothing(rows: Rows) -> None:
    index = LinkIndex(rows)
    index.put(LINK)
    index.remove(LINK)
    index.remove(LINK)
    assert index.link(LINK.link_hash) is None
    assert list(index.links("alpha")) == []


def test_the_table_forgets_a_link_when_it_ends(rows: Rows) -> None:
    LinkIndex(rows).put(LINK)
    row = rows.get(link_item(LINK.link_hash))
    assert row
    assert row["expires_at"] == LINK.expires_at
