import pytest

from scanloft.core.errors import ArchiveError, NotFound, Oversized, Unavailable
from scanloft.core.problems import STATUS_BY_ERROR, problem
from tests.core.test_errors import KINDS

RAISED = [kind for kind in KINDS if kind is not ArchiveError]


@pytest.mark.parametrize("kind", RAISED, ids=lambda kind: kind.__name__)
def test_every_error_is_a_problem(kind: type[ArchiveError]) -> None:
    status, body = problem(kind("What to do."))
    assert 400 <= status < 600
    assert body["status"] == status
    assert body["code"] == kind.code
    assert body["type"] == f"urn:scanloft:problem:{kind.code}"
    assert body["detail"] == "What to do."
    assert body["title"]


def test_the_table_has_no_error_that_is_not_one() -> None:
    assert set(STATUS_BY_ERROR) == set(RAISED)


def test_codes_are_told_apart() -> None:
    codes = [kind.code for kind in STATUS_BY_ERROR]
    assert len(set(codes)) == len(codes)


def test_the_statuses_that_clients_act_on() -> None:
    assert problem(NotFound(""))[0] == 404
    assert problem(Oversized(""))[0] == 413
    assert problem(Unavailable(""))[0] == 503


def test_facts_stay_out_of_the_answer() -> None:
    _, body = problem(Unavailable("Try again.", aws_code="SlowDown"))
    assert "SlowDown" not in str(body)
