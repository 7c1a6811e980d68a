"""What is counted as what."""

import pytest

from scanloft.deid.account import KINDS
from scanloft.deid.rules.verdicts import Action, Verdict


@pytest.mark.parametrize("action", Action)
def test_each_action_is_counted_as_one_of_the_kinds_of_the_account(action: Action) -> None:
    assert action.counted_as in KINDS


def test_each_kind_of_the_account_can_be_counted() -> None:
    assert {action.counted_as for action in Action} == set(KINDS)


def test_only_what_leaves_a_value_counts_as_kept() -> None:
    kept = {action for action in Action if action.counted_as == "kept"}
    assert kept == {Action.KEEP, Action.ENTER, Action.KEEP_UID}


def test_actions_that_are_counted_alike_are_still_others() -> None:
    assert len({action.value for action in Action}) == len(Action.__members__)


def test_what_cannot_be_done_removes_unless_something_else_is_said() -> None:
    assert Verdict(Action.SHIFT, "DA").otherwise is Action.REMOVE
    assert Verdict(Action.KEEP, "LO").searched is False
