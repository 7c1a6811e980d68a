import gzip
import json
import secrets
from urllib.parse import parse_qs, urlsplit

import pytest

from scanloft.core.keys import series_metadata_key
from tests.functions.dicomweb.front import PROJECT, Front

SERIES = "/studies/1.1/series/1.1.1"
GZIP = {"accept-encoding": "gzip"}
OHIF = "application/dicom+json, multipart/related; type=application/octet-stream; transfer-syntax=*"


@pytest.mark.parametrize("headers", [{}, GZIP, {"accept": OHIF}])
@pytest.mark.parametrize(
    ("path", "sop_uids"),
    [
        (SERIES, ["1.1.1.1", "1.1.1.2"]),
        ("/studies/1.1", ["1.1.1.1", "1.1.1.2", "1.1.2.1"]),
        (f"{SERIES}/instances/1.1.1.2", ["1.1.1.2"]),
    ],
)
def test_metadata_is_answered_at_every_level(
    front: Front, path: str, sop_uids: list[str], headers: dict[str, str]
) -> None:
    answer = front.ask(f"{path}/metadata", headers=headers)
    assert answer.status == 200
    assert answer.headers["Content-Type"] == "application/dicom+json"
    assert [entry["00080018"]["Value"][0] for entry in answer.json] == sop_uids
    assert answer.headers["Cache-Control"].startswith("private")
    assert "Authorization" in answer.headers["Vary"]


def test_stored_gzip_is_passed_through(front: Front) -> None:
    stored = front.services.archive.get(series_metadata_key(PROJECT, "1.1", "1.1.1")).body
    answer = front.ask(f"{SERIES}/metadata", headers=GZIP)
    assert answer.headers["Content-Encoding"] == "gzip"
    assert answer.body == stored
    assert "Content-Encoding" not in front.ask(f"{SERIES}/metadata").headers


@pytest.mark.parametrize("path", ["/studies/1.1", SERIES, f"{SERIES}/instances/1.1.1.1"])
def test_what_the_client_has_is_not_sent_again(front: Front, path: str) -> None:
    etag = front.ask(f"{path}/metadata").headers["ETag"]
    for known in (etag, f'"x", {etag}', "*", etag.removeprefix("W/")):
        answer = front.ask(f"{path}/metadata", headers={"if-none-match": known})
        assert (answer.status, answer.body, answer.headers["ETag"]) == (304, b"", etag)
    assert front.ask(f"{path}/metadata", headers={"if-none-match": '"other"'}).status == 200


def test_changed_metadata_has_another_etag(front: Front) -> None:
    before = [front.ask(f"{path}/metadata").headers["ETag"] for path in ("/studies/1.1", SERIES)]
    key = series_metadata_key(PROJECT, "1.1", "1.1.1")
    front.services.archive.put(key, gzip.compress(b"[]"))
    after = [front.ask(f"{path}/metadata").headers["ETag"] for path in ("/studies/1.1", SERIES)]
    assert not set(before) & set(after)
    assert [len(front.ask(f"{path}/metadata").json) for path in ("/studies/1.1", SERIES)] == [1, 0]


@pytest.mark.parametrize(
    "path", ["/studies/9", "/studies/1.1/series/1.2.1", "/studies/1.2/series/1.1.1"]
)
def test_what_is_not_there_is_not_found(front: Front, path: str) -> None:
    assert front.ask(f"{path}/metadata").status == 404


@pytest.mark.parametrize(
    "path", ["1.1/series/1.1.1/instances/9", "1.2/series/1.1.1/instances/1.1.1.1"]
)
def test_instance_of_another_study_is_not_found(front: Front, path: str) -> None:
    assert front.ask(f"/studies/{path}/metadata").status == 404


def test_metadata_still_to_come_is_worth_another_try(front: Front) -> None:
    front.services.archive.delete([series_metadata_key(PROJECT, "1.1", "1.1.1")])
    for path in ("/studies/1.1", SERIES, f"{SERIES}/instances/1.1.1.1"):
        assert front.ask(f"{path}/metadata").status == 503


def _make_large(front: Front) -> str:
    key = series_metadata_key(PROJECT, "1.1", "1.1.1")
    entry = {"00080018": {"vr": "UI", "Value": ["1.1.1.1"]}, "x": secrets.token_hex(20_000)}
    front.services.archive.put(key, gzip.compress(json.dumps([entry]).encode()))
    return key


@pytest.mark.parametrize("headers", [{}, GZIP])
def test_large_series_is_had_from_the_same_host(front: Front, headers: dict[str, str]) -> None:
    key = _make_large(front)
    answer = front.ask(f"{SERIES}/metadata", headers=headers)
    location = urlsplit(answer.headers["Location"])
    assert (answer.status, answer.body) == (303, b"")
    assert f"{location.scheme}://{location.netloc}" == "https://archive.example"
    assert location.path == f"/objects/{key}"
    signed = parse_qs(location.query)
    assert signed["response-content-type"] == ["application/dicom+json"]
    assert signed["X-Amz-Expires"] == ["300"]


def test_large_study_names_the_way_by_series(front: Front) -> None:
    _make_large(front)
    for headers in ({}, GZIP):
        answer = front.ask("/studies/1.1/metadata", headers=headers)
        assert (answer.status, answer.json["code"]) == (413, "oversized")
        assert "/series/{series}/metadata" in answer.json["detail"]


def test_plain_json_that_only_fits_gzipped_is_had_from_the_same_host(front: Front) -> None:
    key = series_metadata_key(PROJECT, "1.1", "1.1.1")
    entry = {"00080018": {"vr": "UI", "Value": ["1.1.1.1"]}, "x": "y" * 30_000}
    front.services.archive.put(key, gzip.compress(json.dumps([entry]).encode()))
    assert front.ask(f"{SERIES}/metadata", headers=GZIP).status == 200
    assert front.ask(f"{SERIES}/metadata").status == 303
    assert front.ask("/studies/1.1/metadata", headers=GZIP).status == 200


def test_other_representations_are_not_acceptable(front: Front) -> None:
    accept = {"accept": 'multipart/related; type="application/dicom+xml"'}
    assert front.ask(f"{SERIES}/metadata", headers=accept).status == 406
