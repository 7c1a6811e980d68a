from dataclasses import replace

import pytest

from functions.api.quarantine import listing
from scanloft.core.model import QuarantineItem
from tests.functions.api.front import Front

QUARANTINE = "/api/projects/alpha/quarantine"
UNASSIGNED = "/api/quarantine/unassigned"


def item(name: str, *, project: str = "alpha") -> QuarantineItem:
    return QuarantineItem(
        project, name, "pixel_review", "Look at it.", "u", "1", 7, "2026-01-01T00:00:00Z"
    )


def test_items_are_shown_with_code_and_reason(front: Front) -> None:
    front.project()
    front.services.quarantine.put(item("a"))
    front.services.quarantine.put(item("other", project="beta"))
    assert front.call("GET", QUARANTINE).body == {
        "items": [
            {
                "item": "a",
                "project": "alpha",
                "code": "pixel_review",
                "reason": "Look at it.",
                "upload": "u",
                "number": "1",
                "size_bytes": 7,
                "arrived_at": "2026-01-01T00:00:00Z",
                "receiver": "",
            }
        ],
        "next": None,
    }


def test_pages_join_to_the_whole_quarantine(front: Front) -> None:
    front.project()
    for name in "abcde":
        front.services.quarantine.put(item(name))
    query, seen = {"limit": "2"}, ""
    for _ in range(3):
        body = front.call("GET", QUARANTINE, query=query).body
        seen += "".join(entry["item"] for entry in body["items"])
        query["after"] = body["next"] or ""
    assert (seen, body["next"]) == ("abcde", None)


def test_what_belongs_to_no_project_is_for_administrators(front: Front) -> None:
    front.services.quarantine.put(item("a", project="nowhere"), assigned=False)
    front.services.quarantine.put(item("b", project="nowhere"), assigned=False)
    shown = front.call("GET", UNASSIGNED, user="root", admin=True, query={"limit": "1"}).body
    assert [entry["item"] for entry in shown["items"]] == ["a"]
    query = {"after": shown["next"]}
    rest = front.call("GET", UNASSIGNED, user="root", admin=True, query=query).body
    assert [entry["item"] for entry in rest["items"]] == ["b"]
    assert front.call("GET", UNASSIGNED).status == 404


def test_items_are_listed_by_code_and_upload(front: Front) -> None:
    front.project()
    for name, code, upload in (("a", "conflict", "u"), ("b", "conflict", "v"), ("c", "x", "u")):
        front.services.quarantine.put(replace(item(name), code=code, upload=upload))

    def names(**query: str) -> tuple[str, str | None]:
        body = front.call("GET", QUARANTINE, query=query).body
        return "".join(entry["item"] for entry in body["items"]), body["next"]

    assert names(code="conflict") == ("ab", None)
    assert names(upload="u") == ("ac", None)
    assert names(upload="u", code="x") == ("c", None)
    assert names(code="conflict", limit="1") == ("a", "a")
    assert names(code="conflict", limit="1", after="a") == ("b", None)
    assert names(code="nothing") == ("", None)


def test_a_filter_that_hits_few_looks_through_so_many_and_goes_on_from_there(
    front: Front, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listing, "READ_LIMIT", 3)
    front.project()
    for name in "abcde":
        front.services.quarantine.put(replace(item(name), code="wanted" if name == "e" else "x"))
    first = front.call("GET", QUARANTINE, query={"code": "wanted"}).body
    assert (first["items"], first["next"]) == ([], "c")
    rest = front.call("GET", QUARANTINE, query={"code": "wanted", "after": "c"}).body
    assert ([entry["item"] for entry in rest["items"]], rest["next"]) == (["e"], None)


def test_a_place_that_no_page_named_is_refused(front: Front) -> None:
    front.project()
    for after in ("", "x" * 513, "é"):
        assert front.call("GET", QUARANTINE, query={"after": after}).status == 400
