from itertools import combinations

import pytest

from scanloft.core import items
from scanloft.core import items_of_people as people
from scanloft.core.annotations import Level
from scanloft.core.items import ItemKey

KEYS = {
    "instance": items.instance_item("alpha", "1.1", "1.2", "1.3"),
    "claim": items.claim_item("alpha", "1.3"),
    "series": items.series_item("alpha", "1.1", "1.2"),
    "study": items.study_item("alpha", "1.1"),
    "project": items.project_item("alpha"),
    "listing": items.project_listing_item("alpha"),
    "member": items.member_item("alpha", "olga"),
    "membership": items.membership_item("olga", "alpha"),
    "upload": items.upload_item("alpha", "u1"),
    "declaration": items.declaration_item("alpha", "u1", "1"),
    "fate": items.fate_item("alpha", "u1", "1"),
    "quarantine": items.quarantine_item("alpha", "f00"),
    "unassigned": items.unassigned_item("f00"),
    "token": items.token_item("ab"),
    "secret": items.secret_item("alpha"),
    "lookup": items.lookup_item("alpha", "ptid/1"),
    "missing": items.missing_item("alpha", "ptid/1"),
    "pairs": items.pairs_item("alpha", "f00"),
    "name": people.name_item("Alpha"),
    "invitation": people.invitation_item("alpha", "f00"),
    "request": people.request_item("alpha", "olga"),
    "token listing": people.token_listing_item("olga", "ab"),
    "link": people.link_item("ab"),
    "link listing": people.link_listing_item("alpha", "ab"),
    "card of a session": people.card_item("alpha", Level.SESSION, "1.1"),
    "card of a scan": people.card_item("alpha", Level.SCAN, "1.1/1.2"),
    "label": people.label_item("alpha", Level.SESSION, "one"),
    "subject": people.subject_item("alpha", "one"),
    "session of subject": people.session_of_subject_item("alpha", "one", "1.1"),
    "tombstone": people.tombstone_item("alpha", Level.SESSION, "1.1"),
    "share": people.share_item("alpha", Level.SESSION, "1.1"),
    "shared": people.shared_item("alpha", Level.SESSION, "1.1", "beta"),
    "resource": people.resource_item("alpha", Level.PROJECT, "", "bids"),
    "resource file": people.resource_file_item("alpha", Level.PROJECT, "", "bids", path="a/b"),
    "export": people.export_item("alpha", "e1"),
    "feed": people.entry_item(people.feed_partition("alpha"), 1),
    "hook": people.hook_item("alpha", "h1"),
    "attempt": people.entry_item(people.attempts_partition("alpha", "h1"), 1),
    "idempotency": people.idempotency_item("olga", "f00"),
}


def test_no_two_kinds_of_items_share_a_key() -> None:
    assert all(one != other for one, other in combinations(KEYS.values(), 2))


@pytest.mark.parametrize(
    ("key", "partition"),
    [
        (KEYS["instance"], items.series_partition("alpha", "1.1", "1.2")),
        (KEYS["series"], items.study_partition("alpha", "1.1")),
        (KEYS["member"], items.project_partition("alpha")),
        (KEYS["membership"], items.user_partition("olga")),
        (KEYS["fate"], items.upload_partition("alpha", "u1")),
        (KEYS["quarantine"], items.project_partition("alpha")),
        (KEYS["unassigned"], items.UNASSIGNED),
        (KEYS["listing"], items.ALL_PROJECTS),
        (KEYS["lookup"], items.lookup_partition("alpha")),
        (KEYS["missing"], items.missing_partition("alpha")),
        (KEYS["pairs"], items.pairs_partition("alpha")),
        (KEYS["token listing"], people.tokens_partition("olga")),
        (KEYS["card of a scan"], people.cards_partition("alpha")),
        (KEYS["subject"], people.subjects_partition("alpha")),
        (KEYS["tombstone"], people.tombstones_partition("alpha")),
        (KEYS["share"], people.shares_partition("alpha")),
        (KEYS["resource"], people.resources_partition("alpha", Level.PROJECT, "")),
    ],
)
def test_an_item_lies_in_the_partition_it_is_looked_for_in(key: ItemKey, partition: str) -> None:
    assert key.partition == partition


def test_each_study_row_lies_in_one_of_the_partitions_of_its_project() -> None:
    partitions = items.study_rows_partitions("alpha")
    uids = [f"1.2.{number}" for number in range(50)]
    assert {items.study_item("alpha", uid).partition for uid in uids} <= set(partitions)


def test_the_keys_of_one_project_never_begin_those_of_another() -> None:
    assert not items.study_partition("alpha-2", "1").startswith(f"{KEYS['series'].partition}")
    assert items.project_partition("alpha") != items.project_partition("alpha-2")


def test_files_of_an_upload_sort_by_number_and_members_after_their_file() -> None:
    numbers = ["0", "1", "2", "2.0", "2.1", "2.10", "2.10.3", "3", "10", "999999999"]
    sorts = [items.fate_item("alpha", "u1", number).sort for number in numbers]
    assert sorts == sorted(sorts)
