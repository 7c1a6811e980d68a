import pytest

from dicom_bridge.statuses import FAILURE_BY_ERROR, failed_status, failure
from scanloft.core.errors import ArchiveError, Forbidden, Oversized, Unavailable, UnknownProject
from tests.core.test_errors import KINDS


@pytest.mark.parametrize("kind", KINDS)
def test_every_error_has_a_status_of_its_own_that_a_c_store_may_have(
    kind: type[ArchiveError],
) -> None:
    status, comment = FAILURE_BY_ERROR[kind]
    assert status == 0x0124 or status >> 8 in {0xA7, 0xA9} or status >> 12 == 0xC
    assert 0 < len(comment) <= 64
    assert "\\" not in comment
    elements = failed_status(kind("message"))
    assert (elements.Status, elements.ErrorComment) == (status, comment)


def test_an_error_that_is_not_listed_is_told_as_its_base() -> None:
    class Full(Unavailable):
        """A new kind of error."""

    assert failure(Full("message")) == FAILURE_BY_ERROR[Unavailable]


def test_only_what_may_pass_by_itself_is_the_plain_out_of_resources() -> None:
    assert failure(Unavailable("")).status == 0xA700
    assert failure(Oversized("")).status == 0xA701


def test_an_unknown_project_looks_like_a_forbidden_one() -> None:
    assert failure(UnknownProject("")) == failure(Forbidden(""))
