from datetime import timedelta

import pytest

from functions.api.openapi.document import document
from functions.api.routes import ROUTES
from functions.api.services import services
from scanloft.core.errors import Unavailable
from scanloft.core.model import Membership, Role
from tests.functions.api.front import Front, Reply

UPLOADS = "/api/projects/alpha/uploads"


def begun(front: Front, key: str, *, user: str = "olga", path: str = UPLOADS) -> Reply:
    return front.call("POST", path, user=user, headers={"Idempotency-Key": key})


def test_the_same_request_again_is_answered_as_the_first_time_and_done_once(front: Front) -> None:
    front.project()
    first, second = begun(front, "k"), begun(front, "k")
    assert (first.status, first.body) == (second.status, second.body)
    assert len(front.call("GET", UPLOADS).body["uploads"]) == 1
    actions = [entry.action for entry in front.services.audit.entries("alpha")]
    assert actions.count("upload_create") == 1


def test_another_key_user_or_path_is_another_request(front: Front) -> None:
    front.project(mia=Role.MEMBER)
    front.project("beta")
    answers = [
        begun(front, "k"),
        begun(front, "l"),
        begun(front, "k", user="mia"),
        begun(front, "k", path="/api/projects/beta/uploads"),
        front.call("POST", UPLOADS),
    ]
    assert len({answer.body["upload"] for answer in answers}) == 5


def test_a_key_for_another_body_is_a_conflict(front: Front) -> None:
    headers = {"Idempotency-Key": "k"}
    for title, status in (("One", 201), ("Two", 409)):
        body = {"name": "alpha", "title": title}
        answer = front.call("POST", "/api/projects", body=body, headers=headers)
        assert answer.status == status
    assert answer.body["code"] == "idempotency_key_used"
    assert front.services.projects.project("alpha").title == "One"


def test_a_repeated_request_of_somebody_who_has_no_rights_any_more_is_not_answered(
    front: Front,
) -> None:
    front.project(mia=Role.MEMBER)
    begun(front, "k", user="mia")
    front.call("DELETE", "/api/projects/alpha/members/mia")
    assert begun(front, "k", user="mia").status == 404


@pytest.mark.parametrize(
    ("role", "site"), [(Role.MEMBER, "north"), (Role.UPLOADER, ""), (Role.OWNER, "")]
)
def test_who_has_another_role_site_or_right_asks_for_something_else(
    front: Front, role: Role, site: str
) -> None:
    front.project(mia=Role.MEMBER)
    first = begun(front, "k", user="mia")
    front.services.projects.remove_member(Membership("alpha", "mia", Role.MEMBER))
    front.services.projects.put_member(Membership("alpha", "mia", role, site=site))
    second = begun(front, "k", user="mia")
    assert (first.status, second.status) == (201, 201)
    assert first.body["upload"] != second.body["upload"]


def test_forms_are_fresh_each_time_whatever_the_key(front: Front) -> None:
    front.project()
    path, headers = front.upload(), {"Idempotency-Key": "k"}
    files = [{"size_bytes": 3, "sha256": "0" * 64, "kind": "dicom"}]
    body = {"first": 1, "files": files}
    assert front.call("POST", f"{path}/files", body=body, headers=headers).status == 200
    front.call("POST", f"{path}/close")
    assert front.call("POST", f"{path}/files", body=body, headers=headers).status == 409
    assert not list(front.services.rows.query("USER#olga#IDEMPOTENCY"))


def test_only_routes_that_make_something_take_keys_and_the_document_says_so() -> None:
    taking = {route.name for route in ROUTES if route.once}
    assert taking == {
        "export_create",
        "hook_create",
        "invitation_create",
        "link_create",
        "project_create",
        "subject_create",
        "token_create",
        "upload_create",
    }
    paths = document(ROUTES, base_url="https://archive.example")["paths"]
    said = {
        operation["operationId"]
        for operations in paths.values()
        for operation in operations.values()
        if "Idempotency-Key" in [each["name"] for each in operation["parameters"]]
    }
    assert said == taking


def test_what_is_shown_once_is_not_kept(front: Front) -> None:
    headers, body = {"Idempotency-Key": "k"}, {"label": "x", "days": 1}
    made = front.call("POST", "/api/tokens", body=body, headers=headers)
    again = front.call("POST", "/api/tokens", body=body, headers=headers)
    assert (made.status, again.status) == (201, 409)
    assert again.body["code"] == "idempotency_key_used"
    rows = front.services.rows._client.scan(TableName=front.services.rows.table)["Items"]
    assert made.body["token"] not in str(rows)


def test_a_request_that_failed_may_be_sent_again(
    front: Front, monkeypatch: pytest.MonkeyPatch
) -> None:
    front.project()

    def refuse(*_: object) -> None:
        raise Unavailable("Try again.")

    with monkeypatch.context() as patched:
        patched.setattr("scanloft.aws.uploads.UploadIndex.create", refuse)
        assert begun(front, "k").status == 503
    assert begun(front, "k").status == 201


def test_a_request_that_broke_off_is_forgotten_after_a_minute(
    front: Front, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As where the process ended in the middle: its claim stays."""
    front.project()

    def end(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("scanloft.aws.uploads.UploadIndex.create", end)
        with pytest.raises(KeyboardInterrupt):
            begun(front, "k")
    running = begun(front, "k")
    assert (running.status, running.body["code"]) == (409, "conflict")
    later = services().now() + timedelta(seconds=61)
    before = services().now
    object.__setattr__(services(), "now", lambda: later)
    try:
        assert begun(front, "k").status == 201
    finally:
        object.__setattr__(services(), "now", before)


@pytest.mark.parametrize("key", ["", "x" * 129, "é", "a\tb"])
def test_a_key_that_cannot_be_used_is_refused(front: Front, key: str) -> None:
    front.project()
    assert begun(front, key).status == 400
