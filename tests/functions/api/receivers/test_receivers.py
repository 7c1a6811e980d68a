"""Receivers and the rules of the archive, as a site administrator edits them."""

import pytest

from scanloft.aws.receivers import ReceiverIndex
from scanloft.core.receivers import Receiver
from tests.functions.api.front import Front, Reply

SCANNER = "/api/receivers/SCANNER"
ROUTING = "/api/routing"
EMPTY = {"project": "", "subject": "", "session": ""}


def ask(front: Front, method: str, path: str, **more: object) -> Reply:
    return front.call(method, path, user="root", admin=True, **more)  # type: ignore[arg-type]


def test_a_receiver_is_made_changed_listed_and_removed(front: Front) -> None:
    front.project()
    body = {
        "project": "alpha",
        "rules": {"subject": "(0010,4000):S(\\d+)"},
        "site": "north",
        "prearchive": "manual",
        "calling_ae_titles": [" CT 1 "],
        "networks": ["192.0.2.7", "2001:db8::/32"],
    }
    made = ask(front, "PUT", SCANNER, body=body)
    assert (made.status, made.headers["ETag"]) == (200, '"1"')
    assert made.body == {
        **body,
        "ae_title": "SCANNER",
        "rules": {**EMPTY, "subject": "(0010,4000):S(\\d+)"},
        "calling_ae_titles": ["CT 1"],
        "networks": ["192.0.2.7/32", "2001:db8::/32"],
    }
    assert ask(front, "GET", SCANNER).body == made.body
    changed = ask(front, "PUT", SCANNER, body={}, headers={"If-Match": '"1"'})
    assert changed.body["project"] is None
    assert changed.headers["ETag"] == '"2"'
    ask(front, "PUT", "/api/receivers/OTHER", body={})
    page = ask(front, "GET", "/api/receivers", query={"limit": "1"}).body
    assert [one["ae_title"] for one in page["receivers"]] == ["OTHER"]
    assert page["next"] == "OTHER"
    assert ask(front, "DELETE", SCANNER).status == 200
    assert ask(front, "GET", SCANNER).status == ask(front, "DELETE", SCANNER).status == 404


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"project": "nowhere"}, "does not exist"),
        ({"rules": {"project": "\n(00zz,1030):(CANARY)"}}, "Rules for the project: Line 2"),
        ({"rules": {"session": "(0008,1030):(CANARY"}}, "Rules for the session: Line 1"),
        ({"rules": {"scan": "x"}}, "rules"),
        ({"calling_ae_titles": ["x" * 17]}, "AE title"),
        ({"networks": ["192.0.2.1/24"]}, "network"),
        ({"networks": ["CANARY"]}, "network"),
        ({"prearchive": "sometimes"}, "prearchive"),
        ({"nonsense": 1}, "known are"),
    ],
)
def test_what_cannot_be_used_is_refused_and_nothing_is_written(
    front: Front, body: object, said: str
) -> None:
    refused = ask(front, "PUT", SCANNER, body=body)
    assert refused.status == 400
    assert said in refused.body["detail"]
    assert "CANARY" not in refused.body["detail"]
    assert ask(front, "GET", SCANNER).status == 404


@pytest.mark.parametrize("title", ["..", "A%20B", "x" * 17, "a.b", "%3Cscript%3E"])
def test_a_title_that_could_not_be_part_of_a_key_is_no_receiver(front: Front, title: str) -> None:
    assert ask(front, "PUT", f"/api/receivers/{title}", body={}).status in (400, 404)
    assert ask(front, "GET", f"/api/receivers/{title}").status == 404


def test_who_edits_what_another_changed_meanwhile_is_told(front: Front) -> None:
    ask(front, "PUT", SCANNER, body={})
    ask(front, "PUT", SCANNER, body={"site": "north"})
    for method in ("PUT", "DELETE"):
        assert ask(front, method, SCANNER, body={}, headers={"If-Match": '"1"'}).status == 412
    assert ask(front, "GET", SCANNER).body["site"] == "north"
    ask(front, "PUT", ROUTING, body={})
    assert ask(front, "PUT", ROUTING, body={}, headers={"If-Match": '"0"'}).status == 412


def test_of_two_who_write_at_once_one_is_told(front: Front) -> None:
    index = ReceiverIndex(front.services.rows)
    index.put_receiver(Receiver(ae_title="A"))
    with pytest.raises(Exception, match="Somebody changed this meanwhile"):
        index.put_receiver(Receiver(ae_title="A"))


def test_the_rules_of_the_archive_are_read_back_as_they_were_written(front: Front) -> None:
    assert ask(front, "GET", ROUTING).body == EMPTY
    rules = {"project": "# ours\n(0008,1030):(.*)\n", "subject": "", "session": "(0010,4000):(.*)"}
    put = ask(front, "PUT", ROUTING, body=rules)
    assert (put.status, put.headers["ETag"]) == (200, '"1"')
    assert ask(front, "GET", ROUTING).body == rules
    refused = ask(front, "PUT", ROUTING, body={"project": "(0008,1030):("})
    assert refused.status == 400
    assert ask(front, "GET", ROUTING).body == rules


def test_every_change_is_in_the_audit_log_of_the_archive(front: Front) -> None:
    ask(front, "PUT", SCANNER, body={"site": "north"})
    ask(front, "PUT", ROUTING, body={})
    written = [(entry.action, entry.actor) for entry in front.services.audit.entries("-")]
    assert written == [("receiver_set", "root"), ("routing_set", "root")]
