import json
import re
import subprocess
import sys

import pytest

from functions.dicomweb.routes import ROUTES
from functions.dicomweb.services import services
from tests.functions.dicomweb.front import PROJECT, Front

UIDS = {"study": "1.1", "series": "1.1.1", "instance": "1.1.1.1"}


def _path(template: str, *, project: str = PROJECT) -> str:
    parts = {"project": project, **UIDS}
    return re.sub(r"<(\w+)>", lambda found: parts[found.group(1)], template)


@pytest.mark.parametrize("route", [route.path for route in ROUTES])
def test_every_route_asks_who_is_there(front: Front, route: str) -> None:
    answers = {
        user: front.ask(_path(route), user=user)
        for user in ("owner", "reader", "admin", "sender", "stranger", None)
    }
    statuses = {user: answer.status for user, answer in answers.items()}
    assert statuses == {
        "owner": 200, "reader": 200, "admin": 200, "sender": 403, "stranger": 404, None: 401,
    }  # fmt: skip
    for answer in answers.values():
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
    nowhere = front.ask(_path(route, project="nowhere"), user="stranger")
    assert nowhere.body == answers["stranger"].body
    assert nowhere.headers == answers["stranger"].headers
    assert front.ask(_path(route, project="nowhere"), user="admin").status == 404
    assert front.ask(_path(route, project="Room%2F.."), user="admin").status == 404


@pytest.mark.parametrize("route", [route.path for route in ROUTES if "<" in route.path[10:]])
def test_what_lies_in_another_project_is_not_there(front: Front, route: str) -> None:
    status = front.ask(_path(route, project="other"), user="stranger").status
    assert status in (204, 404)


@pytest.mark.parametrize("route", [route.path for route in ROUTES if "<study>" in route.path])
@pytest.mark.parametrize("uid", ["x", "1.2;DROP", "1" * 65, "1..2"])
def test_what_is_no_uid_is_refused_without_repeating_it(front: Front, route: str, uid: str) -> None:
    path = route.replace("<project>", PROJECT)
    last = path.rindex("<")
    path = _path(path[:last]) + uid + path[path.index(">", last) + 1 :]
    answer = front.ask(path)
    assert answer.status in (400, 404)
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert uid == "x" or uid.encode() not in answer.body


def test_unknown_addresses_and_methods_are_not_found(front: Front) -> None:
    unknown, refused = front.ask("/patients"), front.ask("/studies", method="POST")
    assert (unknown.status, unknown.json["code"]) == (404, "not_found")
    assert (refused.status, refused.json["code"]) == (405, "method_not_allowed")
    for answer in (unknown, refused):
        assert answer.headers["Content-Type"] == "application/problem+json"


def test_a_fault_tells_nothing_to_the_client_or_the_log(
    front: Front, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("Quixote^Alonso")

    monkeypatch.setattr(type(services().index), "studies", fail)
    answer = front.ask("/studies", "PatientName=Panza")
    logged = str([vars(record) for record in caplog.records])
    assert (answer.status, answer.json["code"]) == (500, "fault")
    assert "RuntimeError" in logged
    for text in (logged, answer.body.decode()):
        assert "Quixote" not in text
        assert "Panza" not in text


def test_answers_and_failures_are_counted(front: Front, capsys: pytest.CaptureFixture[str]) -> None:
    front.ask("/studies", "PatientName=Panza")
    (line,) = [text for text in capsys.readouterr().out.splitlines() if "_aws" in text]
    metric = json.loads(line)
    assert (metric["service"], metric["answered"]) == ("dicomweb", [1.0])
    assert "Panza" not in line


def test_function_carries_neither_pydicom_nor_pydantic_nor_numpy() -> None:
    program = (
        "import sys, functions.dicomweb.handler;"
        "print({'pydicom', 'pydantic', 'numpy'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True)
    assert done.stdout.strip() == b"set()"
