import pytest

from scanloft.core.annotations import Level, Tombstone
from scanloft.core.items_of_people import session_of_subject_item
from scanloft.core.model import Membership, Role
from tests.functions.api.front import Front
from tests.functions.api.resources.rows import OWNER_BY_LEVEL, hierarchy, resource

ALPHA = "/api/projects/alpha"
BASE_BY_LEVEL = {
    Level.PROJECT: f"{ALPHA}/resources",
    Level.SUBJECT: f"{ALPHA}/subjects/S1/resources",
    Level.SESSION: f"{ALPHA}/sessions/1.2/resources",
    Level.SCAN: f"{ALPHA}/sessions/1.2/scans/1.2.3/resources",
}
QC = BASE_BY_LEVEL[Level.PROJECT] + "/QC"


@pytest.fixture
def alpha(front: Front) -> Front:
    front.project(mia=Role.MEMBER)
    hierarchy(front)
    return front


@pytest.mark.parametrize("base", BASE_BY_LEVEL.values(), ids=BASE_BY_LEVEL.keys())
def test_a_resource_is_made_described_listed_deleted_and_brought_back_at_each_level(
    alpha: Front, base: str
) -> None:
    made = alpha.call("PUT", f"{base}/QC", body={"format": "PDF", "content": "reports"})
    assert (made.status, made.headers["ETag"]) == (200, '"1"')
    assert alpha.call("GET", f"{base}/QC").body == made.body
    assert (made.body["format"], made.body["created_by"]) == ("PDF", "olga")
    changed = alpha.call("PUT", f"{base}/QC", body={"format": "CSV"}, user="mia")
    assert changed.body == {**made.body, "format": "CSV", "content": ""}
    others = [other for other in BASE_BY_LEVEL.values() if other != base]
    assert [alpha.call("GET", other).body["resources"] for other in others] == [[]] * 3
    gone = alpha.call("DELETE", f"{base}/QC")
    assert gone.body["until"] > gone.body["deleted_at"]
    assert alpha.call("GET", f"{base}/QC").status == 410
    assert alpha.call("GET", base).body["resources"] == []
    buried = alpha.call("GET", base, query={"deleted": "true"}).body["resources"]
    assert [one["label"] for one in buried] == ["QC"]
    back = alpha.call("POST", f"{base}/QC/restore")
    assert back.body == changed.body
    assert alpha.call("POST", f"{base}/QC/restore").body == changed.body
    assert alpha.call("GET", base).body["resources"] == [back.body]


def test_the_feed_tells_what_became_of_a_resource(alpha: Front) -> None:
    base = BASE_BY_LEVEL[Level.SCAN]
    alpha.call("PUT", f"{base}/QC", body={})
    alpha.call("PUT", f"{base}/QC", body={})
    alpha.call("DELETE", f"{base}/QC")
    alpha.call("POST", f"{base}/QC/restore")
    changes = list(alpha.services.feed.changes("alpha"))
    assert {(one.kind, one.name) for one in changes} == {
        ("resource", "sessions/1.2/scans/1.2.3/resources/QC")
    }
    assert [one.what for one in changes] == ["created", "changed", "deleted", "restored"]


def test_who_edits_what_somebody_changed_meanwhile_is_told(alpha: Front) -> None:
    etag = alpha.call("PUT", QC, body={}).headers["ETag"]
    assert alpha.call("PUT", QC, body={}, headers={"If-Match": etag}).status == 200
    assert alpha.call("PUT", QC, body={}, headers={"If-Match": etag}).status == 412
    assert alpha.call("DELETE", QC, headers={"If-Match": etag}).status == 412
    fresh = BASE_BY_LEVEL[Level.PROJECT] + "/fresh"
    assert alpha.call("PUT", fresh, body={}, headers={"If-Match": '"1"'}).status == 412
    assert alpha.call("GET", fresh).status == 404


def test_a_label_that_was_deleted_is_not_taken_by_another(alpha: Front) -> None:
    resource(alpha, Level.PROJECT, "QC")
    alpha.call("DELETE", QC)
    assert alpha.call("PUT", QC, body={}).status == 409
    assert alpha.call("DELETE", QC).status == 410
    assert alpha.call("POST", f"{QC}/files", body={"files": [FILE]}).status == 410


FILE = {"path": "a", "size_bytes": 1, "sha256": "0" * 64}


def test_resources_are_listed_in_pages_that_join_with_deleted_ones_left_out(alpha: Front) -> None:
    for label in "abcdefg":
        alpha.call("PUT", f"{BASE_BY_LEVEL[Level.PROJECT]}/{label}", body={})
    for label in "be":
        alpha.call("DELETE", f"{BASE_BY_LEVEL[Level.PROJECT]}/{label}")
    query, seen = {"limit": "2"}, []
    while True:
        page = alpha.call("GET", BASE_BY_LEVEL[Level.PROJECT], query=query).body
        seen.append("".join(one["label"] for one in page["resources"]))
        if page["next"] is None:
            break
        query["after"] = page["next"]
    assert seen == ["ac", "df", "g"]


@pytest.mark.parametrize("label", ["..", "%2e%2e", "a%2Fb", "a b", "%00", "x" * 65, "-a", "a%23b"])
@pytest.mark.parametrize("level", [Level.PROJECT, Level.SUBJECT])
def test_two_dots_or_a_slash_in_a_uri_are_a_400_or_no_such_page(
    alpha: Front, label: str, level: Level
) -> None:
    base = BASE_BY_LEVEL[level]
    assert alpha.call("PUT", f"{base}/{label}", body={}).status in (400, 404)
    assert list(alpha.services.resources.resources("alpha", level, OWNER_BY_LEVEL[level])) == []


@pytest.mark.parametrize(
    "owner",
    ["subjects/S2", "sessions/1.9", "sessions/1.2/scans/1.9", "sessions/1.9/scans/1.2.3"],
)
def test_nothing_can_be_added_to_what_does_not_exist(alpha: Front, owner: str) -> None:
    assert alpha.call("PUT", f"{ALPHA}/{owner}/resources/QC", body={}).status == 404
    assert alpha.call("GET", f"{ALPHA}/{owner}/resources").status == 404


@pytest.mark.parametrize("owner", ["subjects/%2e%2e", "sessions/x", "sessions/1.2/scans/.."])
def test_an_owner_that_nothing_can_be_called_is_refused(alpha: Front, owner: str) -> None:
    assert alpha.call("GET", f"{ALPHA}/{owner}/resources").status in (400, 404)


def bury(front: Front, level: Level, name: str) -> None:
    front.services.tombstones.put(Tombstone("alpha", level, name, "2026", "olga", "2999"))


@pytest.mark.parametrize(
    ("level", "name", "gone"),
    [
        (Level.SUBJECT, "S1", {Level.SUBJECT, Level.SESSION, Level.SCAN}),
        (Level.SESSION, "1.2", {Level.SESSION, Level.SCAN}),
        (Level.SCAN, "1.2/1.2.3", {Level.SCAN}),
    ],
)
def test_what_belongs_to_something_deleted_is_gone_for_those_who_may_know(
    alpha: Front, level: Level, name: str, gone: set[Level]
) -> None:
    bury(alpha, level, name)
    statuses = {of: alpha.call("GET", base).status for of, base in BASE_BY_LEVEL.items()}
    assert statuses == {of: 410 if of in gone else 200 for of in Level}
    outside = alpha.call("GET", BASE_BY_LEVEL[level], user="outsider")
    assert outside.status == 404
    assert alpha.call("GET", f"{BASE_BY_LEVEL[level]}/{'x' * 65}").status == 400


def test_whoever_is_bound_to_a_site_sees_what_that_site_alone_submitted(front: Front) -> None:
    front.project()
    for user, site in (("nora", "north"), ("sven", "south")):
        front.services.projects.put_member(Membership("alpha", user, Role.MEMBER, site=site))
    hierarchy(front, sites=("north",))
    front.services.rows.put(session_of_subject_item("alpha", "S1", "1.2"), {})
    for base in BASE_BY_LEVEL.values():
        front.call("PUT", f"{base}/QC", body={})

    def statuses(user: str) -> dict[Level, int]:
        return {
            level: front.call("GET", f"{base}/QC", user=user).status
            for level, base in BASE_BY_LEVEL.items()
        }

    seen = dict.fromkeys((Level.SUBJECT, Level.SESSION, Level.SCAN), 200)
    assert statuses("nora") == {**seen, Level.PROJECT: 404}
    assert set(statuses("sven").values()) == {404}
    assert (
        front.call("PUT", f"{BASE_BY_LEVEL[Level.SCAN]}/mine", user="nora", body={}).status == 200
    )
    bury(front, Level.SESSION, "1.2")
    assert statuses("nora")[Level.SESSION] == 410
    assert set(statuses("sven").values()) == {404}


def test_a_subject_of_two_sites_is_seen_by_neither(front: Front) -> None:
    front.project()
    front.services.projects.put_member(Membership("alpha", "nora", Role.MEMBER, site="north"))
    hierarchy(front, sites=("north", "south"))
    front.services.rows.put(session_of_subject_item("alpha", "S1", "1.2"), {})
    for level in (Level.SUBJECT, Level.SESSION, Level.SCAN):
        assert front.call("GET", BASE_BY_LEVEL[level], user="nora").status == 404


@pytest.mark.parametrize(
    "body",
    [{"format": "x" * 65}, {"format": "<script>"}, {"content": "Ärzte"}, {"content": 7}, {"a": 1}],
)
def test_a_description_that_cannot_be_used_is_refused(alpha: Front, body: object) -> None:
    assert alpha.call("PUT", QC, body=body).status == 400
    assert alpha.call("GET", QC).status == 404
