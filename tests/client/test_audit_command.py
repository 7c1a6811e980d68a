"""`scanloft audit verify`: tampering of any kind is seen, from files and from the archive."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner, Result

from scanloft.client.cli import app
from scanloft.core.chain import entry_of, hash_of, line_of, linked
from scanloft.core.model import AuditEntry

IN_FILES = settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def chain(count: int, *, project: str = "alpha") -> list[str]:
    """The lines of a log of so many entries."""
    lines: list[str] = []
    last: AuditEntry | None = None
    for number in range(count):
        entry = AuditEntry(project, "2026-01-01T00:00:00Z", "olga", "act", {"number": number})
        last = linked(entry, last=last)
        lines.append(line_of(last))
    return lines


def run(*arguments: object) -> Result:
    return CliRunner().invoke(app, ["audit", "verify", *map(str, arguments)])


def verified(folder: Path, lines: list[str], *arguments: str) -> Result:
    path = folder / "log.ndjson"
    path.write_text("".join(lines))
    return run(path, "--project", "alpha", *arguments)


def test_a_log_that_is_whole_is_ok(tmp_path: Path) -> None:
    lines = chain(4)
    result = verified(tmp_path, lines)
    assert result.exit_code == 0
    assert "OK: 4 entries" in result.output
    assert json.loads(lines[-1])["hash"] in result.output


def test_an_empty_log_is_ok(tmp_path: Path) -> None:
    assert verified(tmp_path, []).exit_code == 0


def test_pages_in_several_files_are_one_log_in_their_order(tmp_path: Path) -> None:
    lines = chain(4)
    one, two = tmp_path / "1", tmp_path / "2"
    one.write_text("".join(lines[:2]))
    two.write_text("\n" + "".join(lines[2:]))
    assert run(one, two, "--project", "alpha").exit_code == 0
    assert run(two, one, "--project", "alpha").exit_code == 1
    assert run(two, "--project", "alpha").exit_code == 1


@IN_FILES
@given(data=st.data())
def test_any_tampering_inside_of_a_log_is_seen(tmp_path: Path, data: st.DataObject) -> None:
    lines = chain(data.draw(st.integers(2, 6)))
    place = data.draw(st.integers(0, len(lines) - 2))
    other = data.draw(st.integers(0, len(lines) - 1).filter(lambda n: n != place))
    tampered = list(lines)
    kind = data.draw(st.sampled_from(["delete", "repeat", "swap", "change", "forge", "insert"]))
    if kind == "delete":
        del tampered[place]
    elif kind == "repeat":
        tampered.insert(other, lines[place])
    elif kind == "swap":
        tampered[place], tampered[other] = tampered[other], tampered[place]
    elif kind == "insert":
        tampered.insert(place, chain(1, project="beta")[0])
    else:
        field = data.draw(st.sampled_from(["actor", "action", "at", "reason", "previous"]))
        entry = replace(entry_of(lines[place]), **{field: "somebody else"})  # type: ignore[arg-type]  # all are texts
        if kind == "forge":
            entry = replace(entry, hash=hash_of(entry))
        tampered[place] = line_of(entry)
    if tampered == lines:
        return
    result = verified(tmp_path, tampered)
    assert result.exit_code == 1
    assert "BROKEN" in result.output


def test_what_was_cut_off_is_seen_by_a_hash_that_was_kept(tmp_path: Path) -> None:
    lines = chain(4)
    head = json.loads(lines[-1])["hash"]
    assert verified(tmp_path, lines, "--head", head).exit_code == 0
    assert verified(tmp_path, lines + chain(6)[4:], "--head", head).exit_code == 0
    assert verified(tmp_path, lines[:-1]).exit_code == 0
    cut = verified(tmp_path, lines[:-1], "--head", head)
    assert cut.exit_code == 1
    assert "missing" in cut.output


def test_a_log_that_was_written_anew_from_the_begin_is_seen_by_a_hash_that_was_kept(
    tmp_path: Path,
) -> None:
    head = json.loads(chain(4)[-1])["hash"]
    entry = AuditEntry("alpha", "2026-01-01T00:00:00Z", "nobody", "act", {})
    forged = [line_of(linked(entry, last=None))]
    assert verified(tmp_path, forged).exit_code == 0
    assert verified(tmp_path, forged, "--head", head).exit_code == 1


def test_the_log_of_another_project_is_none_of_this_one(tmp_path: Path) -> None:
    assert verified(tmp_path, chain(2, project="beta")).exit_code == 1


@pytest.mark.parametrize(
    "line",
    [
        "nonsense",
        "[]",
        "{}",
        "1",
        "[" * 100_000,
        chain(1)[0].replace('"sequence":1', '"sequence":true'),
        chain(1)[0].replace('"sequence":1', '"sequence":1.0'),
        chain(1)[0].replace('"actor":"olga"', '"actor":null'),
        chain(1)[0].replace("{", '{"more":1,', 1),
    ],
)
def test_a_line_that_is_no_entry_is_named(tmp_path: Path, line: str) -> None:
    result = verified(tmp_path, [line + "\n"])
    assert result.exit_code == 1
    assert "line 1 is no entry" in result.output


def test_either_files_or_a_server_are_read(tmp_path: Path) -> None:
    assert run("--project", "alpha").exit_code == 2
    path = tmp_path / "log"
    path.write_text("")
    assert run(path, "--server", "https://a.example", "--project", "alpha").exit_code == 2


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[httpx.Request]]:
    """Has a server answer; gives the requests that it gets."""

    def serve(lines: list[str], *, page: int = 2, status: int = 200) -> list[httpx.Request]:
        requests: list[httpx.Request] = []

        def answer(request: httpx.Request) -> httpx.Response:
            requests.append(request)
            if status != 200:
                return httpx.Response(status, json={"detail": "no such project"})
            after = int(request.url.params["after"])
            text = "".join(lines[after : after + page])
            more = after + page < len(lines)
            headers = {"Link": f'<?after={after + page}>; rel="next"'} if more else {}
            return httpx.Response(200, text=text, headers=headers)

        def client(**options: Any) -> httpx.Client:
            return real(transport=httpx.MockTransport(answer), **options)

        real = httpx.Client
        monkeypatch.setattr("httpx.Client", client)
        monkeypatch.setenv("SCANLOFT_TOKEN", "slpat_1")
        return requests

    return serve


@pytest.mark.parametrize("count", [0, 1, 2, 5])
def test_all_pages_of_a_server_are_read(
    served: Callable[..., list[httpx.Request]], count: int
) -> None:
    requests = served(chain(count))
    result = run("--server", "https://a.example/", "--project", "alpha")
    assert result.exit_code == 0
    assert f"OK: {count} entries" in result.output
    assert {request.url.path for request in requests} == {"/api/projects/alpha/audit/export"}
    assert requests[0].headers["Authorization"] == "Bearer slpat_1"


def test_tampering_on_a_server_is_seen(served: Callable[..., list[httpx.Request]]) -> None:
    lines = chain(5)
    served([*lines[:3], *lines[4:]])
    assert run("--server", "https://a.example", "--project", "alpha").exit_code == 1


def test_the_log_of_the_archive_as_a_whole_has_an_address_of_its_own(
    served: Callable[..., list[httpx.Request]],
) -> None:
    requests = served(chain(1, project="-"))
    assert run("--server", "https://a.example", "--project", "-").exit_code == 0
    assert requests[0].url.path == "/api/audit/export"


def test_a_refusal_is_repeated_and_is_no_verdict(
    served: Callable[..., list[httpx.Request]], monkeypatch: pytest.MonkeyPatch
) -> None:
    served([], status=404)
    refused = run("--server", "https://a.example", "--project", "alpha")
    assert refused.exit_code == 2
    assert "404" in refused.output
    monkeypatch.delenv("SCANLOFT_TOKEN")
    assert run("--server", "https://a.example", "--project", "alpha").exit_code == 2
