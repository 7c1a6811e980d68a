from collections.abc import Iterator
from dataclasses import replace

import pytest
from moto import mock_aws

from scanloft.aws.invitations import InvitationIndex, RequestIndex
from scanloft.aws.rows import Rows
from scanloft.core.admission import AccessRequest, Invitation, InvitationState, RequestState
from scanloft.core.model import Role
from tests.functions.api.tables import new_rows

INVITATION = Invitation(
    project="alpha",
    code_hash="ab" * 32,
    role=Role.UPLOADER,
    site="north",
    note="Ä note\nin lines",
    created_by="olga",
    created_at="2026-01-01T00:00:00Z",
    expires_at=4_000_000_000,
    made_by_admin=True,
)
REQUEST = AccessRequest("alpha", "vic", "May I?", "2026-01-01T00:00:00Z")


@pytest.fixture
def rows() -> Iterator[Rows]:
    with mock_aws():
        yield new_rows()


def test_an_invitation_is_read_as_it_was_written(rows: Rows) -> None:
    index = InvitationIndex(rows)
    index.put(INVITATION)
    assert index.invitation("alpha", INVITATION.code_hash) == INVITATION
    assert index.invitation("beta", INVITATION.code_hash) is None
    assert list(index.invitations("alpha", named="abab")) == [INVITATION]
    assert list(index.invitations("alpha", named="b")) == []


def test_an_invitation_is_taken_by_one_user_and_then_ended(rows: Rows) -> None:
    index = InvitationIndex(rows)
    index.put(INVITATION)
    taken = index.take(INVITATION, user="ivy")
    assert taken == replace(INVITATION, state=InvitationState.TAKEN, used_by="ivy")
    assert index.take(INVITATION, user="max") is None
    for at in ("first", "second"):
        index.finish(taken, at=at)
    (kept,) = index.invitations("alpha")
    assert (kept.state, kept.used_by, kept.used_at) == (InvitationState.USED, "ivy", "first")


def test_an_invitation_that_was_removed_is_not_taken(rows: Rows) -> None:
    index = InvitationIndex(rows)
    index.put(INVITATION)
    index.remove(INVITATION)
    assert index.take(INVITATION, user="ivy") is None
    assert list(index.invitations("alpha")) == []


def test_a_request_is_read_as_it_was_written_and_the_later_counts(rows: Rows) -> None:
    index = RequestIndex(rows)
    index.put(REQUEST)
    declined = replace(REQUEST, state=RequestState.DECLINED, decided_at="2026-01-02")
    index.put(declined)
    assert list(index.requests("alpha")) == [declined]
    assert index.request("alpha", "vic") == declined
    index.remove(declined)
    assert index.request("alpha", "vic") is None
