"""Planted patient data is searched everywhere it must not be: nothing identifying gets out."""

import gzip
import json
from pathlib import Path

import httpx
import pytest

from infra.local.archive import LocalArchive
from infra.local.demo.account import Account
from infra.local.demo.outcome import Route
from infra.local.demo.run import PROJECT_BY_ROUTE
from infra.local.place import bucket_name, queue_url, table_name
from scanloft.core.blueprint import ARCHIVE, BUCKETS, QUEUES
from scanloft.core.tables import AUDIT, INDEX, PSEUDONYMS, SECRETS, TABLES
from tests.flows.images import CANARIES
from tests.flows.state import all_items

RAW_UIDS = ("1.2.3.1", "1.2.3.2", "1.2.3.9")
"""UIDs identify too: whoever has the original finds the patient by them."""


def planted(text: str | bytes) -> list[str]:
    content = text.encode() if isinstance(text, str) else text
    quoted_uids = [f'"{uid}' for uid in RAW_UIDS] + [f"/{uid}" for uid in RAW_UIDS]
    return [word for word in (*CANARIES, *quoted_uids) if word.encode() in content]


def test_the_search_finds_what_is_planted() -> None:
    assert planted("x CANARYNAME y") == ["CANARYNAME"]
    assert planted('{"Value": ["1.2.3.1.1"]}') == ['"1.2.3.1']


def test_no_log_holds_patient_data(archive: LocalArchive, account: Account) -> None:
    logs = list(Path(archive.announcement.log_dir).glob("*.log"))
    assert len(logs) == len(archive.announcement.pids)
    assert {log.name: planted(log.read_bytes()) for log in logs} == {log.name: [] for log in logs}


@pytest.mark.parametrize("bucket", BUCKETS, ids=lambda bucket: bucket.name)
def test_no_key_holds_patient_data(archive: LocalArchive, account: Account, bucket: object) -> None:
    pages = archive.client("s3").get_paginator("list_objects_v2")
    listed = [
        entry["Key"]
        for page in pages.paginate(Bucket=bucket_name(bucket))  # type: ignore[arg-type]
        for entry in page["Contents"]
    ]
    assert listed
    assert planted("\n".join(listed)) == []


def test_no_object_of_the_archive_holds_patient_data(
    archive: LocalArchive, account: Account
) -> None:
    s3 = archive.client("s3")
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket_name(ARCHIVE))
    for entry in (entry for page in pages for entry in page["Contents"]):
        answer = s3.get_object(Bucket=bucket_name(ARCHIVE), Key=entry["Key"])
        body = answer["Body"].read()
        if entry["Key"].endswith(".gz"):
            body = gzip.decompress(body)
        assert planted(body) == []
        assert planted(json.dumps(answer["Metadata"])) == []
        assert not [uid for uid in RAW_UIDS if f"{uid}.1".encode() in body]


@pytest.mark.parametrize("table", [INDEX, AUDIT, SECRETS], ids=lambda table: table.name)
def test_no_row_holds_patient_data(archive: LocalArchive, account: Account, table: object) -> None:
    items = all_items(archive, table_name(table))  # type: ignore[arg-type]
    assert planted(json.dumps(items)) == []


def test_who_became_whom_is_in_the_pseudonyms_table_and_no_other(
    archive: LocalArchive, account: Account
) -> None:
    assert {PSEUDONYMS, INDEX, AUDIT, SECRETS} == set(TABLES)
    found = planted(json.dumps(all_items(archive, table_name(PSEUDONYMS))))
    assert "CANARYID" in found
    assert not {"CANARYNAME", "CANARYPLACE", "CANARYDOCTOR", "19330303", "CANARYFILE"} & set(found)


def test_no_queue_holds_patient_data(archive: LocalArchive, account: Account) -> None:
    sqs = archive.client("sqs")
    for queue in QUEUES:
        for dead_letters in (False, True):
            url = queue_url(archive.announcement.aws_url, queue, dead_letters=dead_letters)
            answer = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, VisibilityTimeout=0)
            assert planted(json.dumps(answer.get("Messages", []), default=str)) == []


def test_no_answer_holds_patient_data(archive: LocalArchive, account: Account) -> None:
    token = archive.announcement.tokens["owner"]
    base = f"{archive.announcement.base_url}/api/projects"
    with httpx.Client(headers={"Authorization": f"Bearer {token}"}, trust_env=False) as http:
        for project in PROJECT_BY_ROUTE.values():
            paths = ["", "/uploads", "/quarantine", "/search", "/summary", "/members"]
            paths += [
                f"/uploads/{upload['upload']}/files"
                for upload in http.get(f"{base}/{project}/uploads").json()["uploads"]
            ]
            studies = http.get(f"{base}/{project}/dicomweb/studies").json()
            paths += ["/dicomweb/studies", "/dicomweb/series", "/dicomweb/instances"]
            paths += [
                f"/dicomweb/studies/{study['0020000D']['Value'][0]}/metadata" for study in studies
            ]
            for path in paths:
                answer = http.get(f"{base}/{project}{path}")
                assert answer.status_code == 200, path
                assert planted(answer.content) == [], path


def test_the_account_of_the_demo_is_the_only_place_that_knows_file_names(
    account: Account,
) -> None:
    assert any("CANARYFILE" in one.path for one in account.of(Route.UPLOAD))
    assert not any(planted(one.reason) for one in account.outcomes)
