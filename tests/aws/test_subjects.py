from collections.abc import Iterator

import pytest
from moto import mock_aws

from scanloft.aws.rows import Rows
from scanloft.aws.subjects import SubjectIndex
from scanloft.core.annotations import Subject
from scanloft.core.errors import Outdated
from tests.functions.api.tables import new_rows


@pytest.fixture
def index(monkeypatch: pytest.MonkeyPatch) -> Iterator[SubjectIndex]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    with mock_aws():
        yield SubjectIndex(new_rows())


def test_a_subject_leads_to_its_sessions_and_gathers_their_sites(index: SubjectIndex) -> None:
    for uid, sites in (("1.2", ["north"]), ("1.1", ["", "south"]), ("1.1", ["south"])):
        index.note("alpha", "S1", study_uid=uid, sites=sites)
    found = index.subject("alpha", "S1")
    assert found
    assert found.sites == ("", "north", "south")
    assert list(index.study_uids("alpha", "S1")) == ["1.1", "1.2"]
    assert list(index.study_uids("alpha", "S1", after="1.1")) == ["1.2"]
    for site in ("north", "south"):
        assert list(index.keys_of_site("alpha", site)) == ["S1"]
    assert list(index.subjects("beta")) == []


def test_noting_again_is_one_call_to_read(
    index: SubjectIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    index.note("alpha", "S1", study_uid="1.2", sites=["north"])
    revision = index.known("alpha", ["S1"])["S1"].revision
    monkeypatch.setattr(Rows, "put", None)
    monkeypatch.setattr(Rows, "put_if", None)
    index.note("alpha", "S1", study_uid="1.2", sites=["north"])
    assert index.known("alpha", ["S1"])["S1"].revision == revision


def test_two_who_note_a_subject_at_once_lose_no_site(
    index: SubjectIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    index.note("alpha", "S1", study_uid="1.2", sites=["north"])
    put_if = Rows.put_if

    def overtaken(self: Rows, *key: object, **more: object) -> bool:
        monkeypatch.setattr(Rows, "put_if", put_if)
        index.note("alpha", "S1", study_uid="1.3", sites=["south"])
        return put_if(self, *key, **more)  # type: ignore[arg-type]  # handed on as they are

    monkeypatch.setattr(Rows, "put_if", overtaken)
    with pytest.raises(Outdated):
        index.note("alpha", "S1", study_uid="1.4", sites=["east"])
    index.note("alpha", "S1", study_uid="1.4", sites=["east"])
    assert index.known("alpha", ["S1"])["S1"].sites == ("east", "north", "south")


def test_a_subject_that_is_there_is_not_made_again(index: SubjectIndex) -> None:
    made = Subject("alpha", "S1", created_at="2026-01-01", created_by="mia", sites=("north",))
    assert index.create(made)
    assert not index.create(Subject("alpha", "S1"))
    found = index.subject("alpha", "S1")
    assert found
    assert (found.created_by, found.revision) == ("mia", 1)
    assert list(index.keys_of_site("alpha", "north")) == ["S1"]


def test_removing_a_subject_leaves_nothing_that_leads_to_it(index: SubjectIndex) -> None:
    index.note("alpha", "S1", study_uid="1.2", sites=["north"])
    index.note("alpha", "S2", study_uid="1.3", sites=["north"])
    index.forget_session("alpha", "S1", "1.2")
    index.remove(index.known("alpha", ["S1"])["S1"])
    assert list(index.keys_of_site("alpha", "north")) == ["S2"]
    assert [subject.subject for subject in index.subjects("alpha")] == ["S2"]
    assert list(index.study_uids("alpha", "S1")) == []
