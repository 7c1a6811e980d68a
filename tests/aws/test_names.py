from collections.abc import Iterator

import pytest
from moto import mock_aws

from scanloft.aws.names import PENDING_S, NameIndex
from scanloft.aws.projects import ProjectIndex
from scanloft.aws.rows import Rows
from scanloft.core.errors import Conflict
from scanloft.core.model import Project
from scanloft.core.project_names import names_of
from tests.functions.api.tables import new_rows

ALPHA = Project("alpha", "Alpha", "2026-01-01T00:00:00Z", "olga", {})
BETA = Project("beta", "Beta", "2026-01-01T00:00:00Z", "olga", {})


@pytest.fixture
def rows() -> Iterator[Rows]:
    with mock_aws():
        yield new_rows()


@pytest.fixture
def names(rows: Rows) -> NameIndex:
    projects = ProjectIndex(rows)
    index = NameIndex(rows, projects)
    for project in (ALPHA, BETA):
        index.claim(names_of(project), project.name, revision=0, now=0)
        projects.create(project)
    return index


def test_a_name_is_claimed_by_one_project_however_it_is_written(names: NameIndex) -> None:
    with pytest.raises(Conflict):
        names.claim(["  ALPHA "], "beta", revision=1, now=10_000)
    names.claim(["ALPHA"], "alpha", revision=1, now=10_000)


def test_a_claim_that_is_about_to_be_borne_is_not_taken_over(names: NameIndex) -> None:
    names.claim(["wanted"], "alpha", revision=1, now=1000)
    with pytest.raises(Conflict):
        names.claim(["wanted"], "beta", revision=1, now=1000 + PENDING_S - 1)
    names.claim(["wanted"], "beta", revision=1, now=1000 + PENDING_S)
    with pytest.raises(Conflict):
        names.claim(["wanted"], "alpha", revision=1, now=1000 + PENDING_S)


def test_a_claim_of_a_project_that_was_never_made_is_taken_over(names: NameIndex) -> None:
    names.claim(["gamma"], "gamma", revision=0, now=0)
    names.claim(["gamma"], "alpha", revision=1, now=PENDING_S)


def test_a_name_that_a_later_edit_claimed_anew_is_not_freed_by_an_earlier_one(
    names: NameIndex,
) -> None:
    names.claim(["wanted"], "alpha", revision=1, now=0)
    names.claim(["wanted"], "alpha", revision=2, now=1)
    names.release(["wanted"], "alpha", revision=2)
    with pytest.raises(Conflict):
        names.claim(["wanted"], "beta", revision=1, now=2)
    names.release(["wanted"], "alpha", revision=3)
    names.claim(["wanted"], "beta", revision=1, now=2)


def test_nobody_frees_the_name_of_another(names: NameIndex) -> None:
    names.release(["alpha"], "beta", revision=9)
    assert names.project_of("ALPHA") == "alpha"


def test_a_name_that_is_kept_is_nobodys_and_cannot_be_had(names: NameIndex) -> None:
    names.keep("gone", "gone")
    names.release(["gone"], "gone", revision=9)
    for project in ("gone", "alpha"):
        with pytest.raises(Conflict):
            names.claim(["gone"], project, revision=0, now=10_000)
    assert names.project_of("gone") is None
