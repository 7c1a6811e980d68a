import pytest

from scanloft.core.errors import ArchiveError, FaultyArchive, NotDicom, Rejected, Unavailable
from scanloft.core.fates import (
    ATTEMPTS_BEFORE_QUARANTINE,
    DISPOSITION_BY_ERROR,
    Disposition,
    judged,
)
from tests.core.test_errors import KINDS

RAISED = [kind for kind in KINDS if kind is not ArchiveError]


def test_the_table_has_a_line_for_every_error_and_no_other() -> None:
    assert set(DISPOSITION_BY_ERROR) == set(RAISED)


@pytest.mark.parametrize("kind", RAISED)
def test_an_error_of_ours_is_judged_the_same_at_every_attempt(kind: type[ArchiveError]) -> None:
    error = kind("what to do")
    for attempt in (1, 2, 3, 100):
        assert judged(error, attempt=attempt) == (DISPOSITION_BY_ERROR[kind], error)


@pytest.mark.parametrize("kind", RAISED)
def test_only_what_may_pass_is_retried(kind: type[ArchiveError]) -> None:
    if DISPOSITION_BY_ERROR[kind] is Disposition.RETRY:
        assert kind.code in {"unavailable", "outdated", "not_found", "unauthenticated", "forbidden"}


def test_nothing_but_what_is_no_dicom_is_thrown_away() -> None:
    ignored = {k for k, v in DISPOSITION_BY_ERROR.items() if v is Disposition.IGNORE}
    assert ignored == {NotDicom}
    assert DISPOSITION_BY_ERROR[Unavailable] is Disposition.RETRY
    assert DISPOSITION_BY_ERROR[Rejected] is Disposition.QUARANTINE


@pytest.mark.parametrize("attempt", range(1, 6))
def test_a_defect_is_retried_and_then_shown_without_what_it_said(attempt: int) -> None:
    disposition, reason = judged(KeyError("CANARY"), attempt=attempt)
    final = attempt >= ATTEMPTS_BEFORE_QUARANTINE
    assert disposition is (Disposition.QUARANTINE if final else Disposition.RETRY)
    assert isinstance(reason, FaultyArchive)
    assert reason.facts == {"error": "KeyError"}
    assert "CANARY" not in reason.message
