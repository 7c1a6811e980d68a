"""Search across projects through the handler: who sees what, in which order, in which pages."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from functions.api.search import part
from scanloft.core.annotations import Card, Level, Tombstone
from scanloft.core.model import Accessibility, Membership, Role, Series, Study
from tests.functions.api.front import Front

WIDE = settings(
    deadline=None, max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def study(front: Front, uid: str, *, project: str = "alpha", **values: Any) -> None:
    """A study with one series of the same date, subject and modality."""
    attributes = {
        "00080020": (values.get("date", "20240101"),),
        "00100020": (values.get("subject", "S-1"),),
        "00081030": (values.get("description", "Brain"),),
    }
    modality, sites = values.get("modality", "MR"), (values.get("site", ""),)
    made = Study(
        project=project,
        study_uid=uid,
        series_count=1,
        instance_count=2,
        size_bytes=values.get("size", 10),
        modalities=(modality,),
        attributes=attributes,
        sites=sites,
    )
    assert front.services.instances.put_study(made)
    series = Series(
        project=project,
        study_uid=uid,
        series_uid=f"{uid}.1",
        instance_count=2,
        size_bytes=10,
        attributes={
            "00080060": (modality,),
            "00180015": (values.get("body_part", "BRAIN"),),
            "0008103E": ("T1",),
        },
        sites=sites,
    )
    assert front.services.instances.put_series(series)


@pytest.fixture
def world(front: Front) -> Front:
    """Olga owns alpha and beta, mia is in alpha alone, nora sees what site north sent."""
    front.project("alpha", mia=Role.MEMBER, uma=Role.UPLOADER)
    front.project("beta")
    front.services.projects.put_member(Membership("alpha", "nora", Role.MEMBER, site="north"))
    study(front, "1.1", date="20240103", subject="S-2", site="north")
    front.services.subjects.note("alpha", "S-2", study_uid="1.1", sites=("north",))
    study(front, "1.2", date="20240101", modality="CT", body_part="CHEST", size=30)
    study(front, "1.3", project="beta", date="20240102", description="Knee", size=20)
    return front


def search(front: Front, user: str = "olga", **query: Any) -> Any:
    admin = query.pop("admin", False)
    texts = {
        name: str(value).lower() if isinstance(value, bool) else str(value)
        for name, value in query.items()
    }
    reply = front.call("GET", "/api/search", user=user, admin=admin, query=texts)
    assert reply.status == 200, reply.body
    return reply.body


def uids(front: Front, user: str = "olga", **query: Any) -> list[str]:
    return [hit["study_uid"] for hit in search(front, user, **query)["hits"]]


def test_the_latest_study_comes_first_whatever_project_it_is_in(world: Front) -> None:
    assert uids(world) == ["1.1", "1.3", "1.2"]
    assert uids(world, descending=False) == ["1.2", "1.3", "1.1"]


@pytest.mark.parametrize(
    ("sort", "expected"),
    [
        ("size", ["1.1", "1.3", "1.2"]),
        ("project", ["1.1", "1.2", "1.3"]),
        ("subject", ["1.2", "1.3", "1.1"]),
        ("label", ["1.1", "1.2", "1.3"]),
    ],
)
def test_hits_are_sorted_by_what_is_asked(world: Front, sort: str, expected: list[str]) -> None:
    assert uids(world, sort=sort, descending=False) == expected


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"subject": "s-2"}, ["1.1"]),
        ({"modality": "ct"}, ["1.2"]),
        ({"text": "knee"}, ["1.3"]),
        ({"study_date": "20240102-"}, ["1.1", "1.3"]),
        ({"study_date": "-20240101"}, ["1.2"]),
        ({"body_part": "chest"}, ["1.2"]),
        ({"project": "beta"}, ["1.3"]),
        ({"project": "beta,alpha,omega"}, ["1.1", "1.3", "1.2"]),
        ({"text": "nothing"}, []),
    ],
)
def test_what_is_asked_is_found(world: Front, query: dict[str, str], expected: list[str]) -> None:
    assert uids(world, **query) == expected


def test_cards_are_searched_and_shown(world: Front) -> None:
    card = Card(
        "alpha",
        Level.SESSION,
        "1.2",
        label="Visit 2",
        quality="usable",
        fields={"visit": 2},
        subject="S-9",
    )
    world.services.cards.put(card)
    for query in (
        {"label": "visit"},
        {"quality": "usable"},
        {"fields": "visit=2"},
        {"subject": "S-9"},
        {"text": "visit 2"},
    ):
        (hit,) = search(world, **query)["hits"]
        assert (hit["study_uid"], hit["label"], hit["subject"]) == ("1.2", "Visit 2", "S-9")
        assert hit["fields"] == {"visit": 2}
    assert uids(world, fields="visit=3") == []
    assert uids(world, fields="visit=2;arm=a") == []


def test_scans_are_found_by_what_their_own_images_and_cards_say(world: Front) -> None:
    name = "1.2/1.2.1"
    world.services.cards.put(Card("alpha", Level.SCAN, name, quality="questionable"))
    (hit,) = search(world, level="scan", quality="questionable")["hits"]
    assert (hit["study_uid"], hit["series_uid"], hit["modalities"]) == ("1.2", "1.2.1", ["CT"])
    assert len(search(world, level="scan", text="t1")["hits"]) == 3
    assert uids(world, level="scan", body_part="CHEST") == ["1.2"]
    assert uids(world, level="scan", study_date="20240103") == ["1.1"]


def test_subjects_are_found_with_their_sessions_counted(world: Front) -> None:
    study(world, "1.4", subject="S-2", date="20230101", modality="PT", size=5)
    hits = search(world, level="subject", sort="subject", descending=False)["hits"]
    assert [(hit["project"], hit["subject"], hit["sessions"]) for hit in hits] == [
        ("alpha", "S-1", 1),
        ("beta", "S-1", 1),
        ("alpha", "S-2", 2),
    ]
    assert hits[2]["modalities"] == ["MR", "PT"]
    assert (hits[2]["study_date"], hits[2]["size_bytes"]) == ("20240103", 15)
    world.services.cards.put(Card("alpha", Level.SUBJECT, "S-2", label="Twin"))
    (hit,) = search(world, level="subject", label="twin")["hits"]
    assert hit["subject"] == "S-2"
    (hit,) = search(world, level="subject", modality="PT")["hits"]
    assert (hit["subject"], hit["sessions"]) == ("S-2", 1)


def test_members_see_their_projects_alone_and_outsiders_nothing(world: Front) -> None:
    assert uids(world, "mia") == ["1.1", "1.2"]
    assert uids(world, "outsider") == []
    assert uids(world, "outsider", project="alpha,beta", public=True) == []
    nowhere = search(world, "outsider", project="omega")
    assert nowhere == search(world, "outsider", project="alpha")


def test_an_uploader_finds_nothing(world: Front) -> None:
    assert uids(world, "uma") == []


def test_who_is_bound_to_a_site_finds_what_is_of_that_site(world: Front) -> None:
    for level in ("session", "scan", "subject"):
        assert [hit["subject"] for hit in search(world, "nora", level=level)["hits"]] == ["S-2"]


def test_who_is_bound_to_a_site_finds_no_subject_that_another_site_has_a_part_in(
    world: Front,
) -> None:
    found = search(world, "nora", level="subject")["hits"]
    assert [hit["subject"] for hit in found] == ["S-2"]
    world.services.subjects.note("alpha", "S-2", study_uid="1.4", sites=("south",))
    assert search(world, "nora", level="subject")["hits"] == []
    assert search(world, "mia", level="subject", subject="S-2")["hits"] != []


def test_administrators_find_everything(world: Front) -> None:
    assert uids(world, "root", admin=True) == ["1.1", "1.3", "1.2"]


def test_public_projects_are_searched_where_one_asks_for_them(world: Front) -> None:
    project = world.services.projects.project("beta")
    world.services.projects.update(replace(project, accessibility=Accessibility.PUBLIC))
    assert uids(world, "mia") == ["1.1", "1.2"]
    assert uids(world, "mia", public=True) == ["1.1", "1.3", "1.2"]
    assert uids(world, "mia", project="beta") == ["1.3"]


def test_access_ends_between_two_pages(world: Front) -> None:
    first = search(world, "mia", limit=1)
    world.services.projects.remove_member(Membership("alpha", "mia", Role.MEMBER))
    assert search(world, "mia", limit=1, after=first["next"])["hits"] == []


def test_a_token_for_one_project_finds_nothing_in_another(world: Front) -> None:
    reply = world.call("GET", "/api/search", token_project="beta", token_scope="read")
    assert [hit["study_uid"] for hit in reply.body["hits"]] == ["1.3"]
    assert world.call("GET", "/api/search", token_scope="submit").status == 403


@pytest.mark.parametrize(("level", "name"), [(Level.SESSION, "1.1"), (Level.SUBJECT, "S-2")])
def test_what_was_deleted_is_not_found(world: Front, level: Level, name: str) -> None:
    tomb = Tombstone("alpha", level, name, "2026-01-01", "olga", "2026-02-01")
    world.services.tombstones.put(tomb)
    for wanted in ("session", "scan", "subject"):
        found = search(world, level=wanted, project="alpha")["hits"]
        assert [hit["subject"] for hit in found] == ["S-1"]


def test_a_session_that_was_merged_into_another_is_no_hit_of_its_own(world: Front) -> None:
    world.services.cards.put(Card("alpha", Level.SESSION, "1.2", merged_into="1.1"))
    assert uids(world) == ["1.1", "1.3"]


@WIDE
@given(
    limit=st.integers(1, 4),
    reads=st.integers(1, 160),
    sort=st.sampled_from(["date", "size"]),
    level=st.sampled_from(["session", "scan", "subject"]),
)
def test_pages_together_are_everything_once_however_little_a_request_reads(
    world: Front, limit: int, reads: int, sort: str, level: str
) -> None:
    with pytest.MonkeyPatch.context() as patched:
        whole = search(world, level=level, sort=sort)["hits"]
        patched.setattr(part, "READ_LIMIT", reads)
        seen: list[Any] = []
        page = search(world, level=level, sort=sort, limit=limit)
        requests = 1
        while True:
            seen += page["hits"]
            if page["next"] is None:
                break
            page = search(world, level=level, sort=sort, limit=limit, after=page["next"])
            requests += 1
    assert requests < 20
    key = str
    assert sorted(seen, key=key) == sorted(whole, key=key)
    if not page["in_parts"]:
        assert seen == whole


def test_what_is_added_while_pages_are_turned_repeats_nothing(world: Front) -> None:
    first = search(world, limit=1)
    study(world, "1.5", date="20250101")
    study(world, "1.6", date="20230101")
    rest = uids(world, after=first["next"])
    assert rest == ["1.3", "1.2", "1.6"]


@pytest.mark.parametrize("after", ["x", "WzEsMl0", "-", "_" * 1024])
def test_a_place_that_is_none_is_a_conflict(world: Front, after: str) -> None:
    assert world.call("GET", "/api/search", query={"after": after}).status == 409


@pytest.mark.parametrize(
    "query",
    [
        {"level": "project"},
        {"sort": "name"},
        {"limit": "501"},
        {"study_date": "2024"},
        {"project": "Alpha"},
        {"fields": "visit"},
        {"other": "1"},
        {"after": "="},
    ],
)
def test_a_query_of_another_shape_is_refused(world: Front, query: dict[str, str]) -> None:
    assert world.call("GET", "/api/search", query=query).status == 400


def test_the_search_of_one_project_leaves_out_what_was_deleted(world: Front) -> None:
    path = "/api/projects/alpha/search"
    assert world.call("GET", path).body["total"] == 2
    tomb = Tombstone("alpha", Level.SUBJECT, "S-2", "2026-01-01", "olga", "2026-02-01")
    world.services.tombstones.put(tomb)
    (left,) = world.call("GET", path).body["studies"]
    assert left["study_uid"] == "1.2"
    assert world.call("GET", "/api/projects/alpha/summary").body["studies"] == 1
