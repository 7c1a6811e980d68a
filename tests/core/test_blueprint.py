from itertools import combinations

import pytest

from scanloft.core.blueprint import (
    ARCHIVE,
    BUCKETS,
    FUNCTIONS,
    INBOX,
    NOTIFICATIONS,
    QUEUES,
    Function,
    Queue,
)
from scanloft.core.fates import ATTEMPTS_BEFORE_QUARANTINE
from scanloft.core.keys import (
    EXPORTS_PREFIX,
    UNASSIGNED_PREFIX,
    InboxPrefix,
    series_coverage_key,
    series_metadata_key,
)
from scanloft.core.tables import TABLES

FED = [function for function in FUNCTIONS if function.source]


@pytest.mark.parametrize("function", FED, ids=lambda function: function.name)
def test_a_message_stays_hidden_for_six_times_the_timeout_of_its_function(
    function: Function,
) -> None:
    assert function.source
    assert function.source.visibility_timeout_s >= 6 * function.timeout_s
    assert function.timeout_s <= 900


@pytest.mark.parametrize("queue", QUEUES, ids=lambda queue: queue.name)
def test_a_queue_is_what_sqs_and_lambda_allow(queue: Queue) -> None:
    assert queue.visibility_timeout_s <= 43_200
    assert 1 <= queue.batch_size <= (10_000 if queue.batch_window_s else 10)
    assert 0 <= queue.batch_window_s <= 300
    assert queue.receive_limit > ATTEMPTS_BEFORE_QUARANTINE
    assert sum(function.source == queue for function in FUNCTIONS) == 1


def test_all_names_are_told_apart() -> None:
    queues = [name for queue in QUEUES for name in (queue.name, queue.dead_letter_name)]
    for names in (
        queues,
        [function.name for function in FUNCTIONS],
        [bucket.name for bucket in BUCKETS],
        [table.name for table in TABLES],
        [route for function in FUNCTIONS for route in function.routes],
    ):
        assert len(set(names)) == len(names)


def test_no_new_object_is_announced_twice_and_nothing_derived_is_announced() -> None:
    for one, other in combinations(NOTIFICATIONS, 2):
        assert one.bucket != other.bucket or not (
            one.prefix.startswith(other.prefix) or other.prefix.startswith(one.prefix)
        )
    announced = [notification.prefix for notification in NOTIFICATIONS]
    assert not EXPORTS_PREFIX.startswith(tuple(announced))
    derived = (series_metadata_key("p", "1", "2"), series_coverage_key("p", "1", "2"))
    assert not any(key.startswith(tuple(announced)) for key in derived)


def test_what_nobody_took_from_the_inbox_expires_and_what_a_person_decides_on_does_not() -> None:
    expiring = {prefix for prefix, _ in INBOX.expires_after_days}
    prefixes = {f"{each}/" for each in InboxPrefix if each is not InboxPrefix.QUARANTINE}
    assert expiring == {*prefixes, UNASSIGNED_PREFIX}
    assert ARCHIVE.expires_after_days == (("exports/", 7),)
    assert (INBOX.undelete_days, ARCHIVE.undelete_days) == (7, 30)


def test_every_function_has_a_module_of_its_own() -> None:
    own = [each for each in FUNCTIONS if not each.package]
    assert [each.module for each in own] == [f"functions.{each.name}.handler" for each in own]
    assert len({each.module for each in FUNCTIONS}) == len(FUNCTIONS)
