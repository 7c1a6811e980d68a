"""One study travels the whole way, over real sockets: in, de-identified, found, fetched back."""

import json
import zipfile
from collections import Counter
from pathlib import Path

import httpx
import pytest
from dicomweb_client import DICOMwebClient
from pynetdicom import AE

from infra.local.archive import LocalArchive
from infra.local.demo import by_dicom
from infra.local.demo.account import Account
from infra.local.demo.api import Api
from infra.local.demo.outcome import Route
from infra.local.demo.run import PROJECT_BY_ROUTE, run
from infra.local.place import bucket_name
from scanloft.client.archive_address import api_client
from scanloft.client.backoff import Backoff
from scanloft.client.upload_files import Look
from scanloft.client.upload_journal import Row
from scanloft.client.upload_site import RefusedError, Site
from scanloft.core.blueprint import ARCHIVE, INBOX
from tests.flows.images import conflicting, ct
from tests.flows.state import state_of

UPLOADED = PROJECT_BY_ROUTE[Route.UPLOAD]
VERIFICATION = "1.2.840.10008.1.1"
GOOD = 7
"""Two studies of three slices, and the one without a meta header."""


def dicomweb(archive: LocalArchive, project: str) -> DICOMwebClient:
    announcement = archive.announcement
    return DICOMwebClient(
        f"{announcement.base_url}/api/projects/{project}/dicomweb",
        headers={"Authorization": f"Bearer {announcement.tokens['owner']}"},
    )


def test_every_file_has_a_fate_and_the_counts_add_up(account: Account) -> None:
    assert account.is_good
    fates = {"archived": GOOD, "duplicate": 1, "quarantined": 1}
    by_route = {route: Counter(one.fate for one in account.of(route)) for route in Route}
    assert by_route[Route.DICOM] == fates | {"not_sent": 1}
    assert by_route[Route.UPLOAD] == fates | {"ignored": 1}
    assert set(account.searchable.values()) == {GOOD}
    assert account.retrieved == 2 * GOOD


@pytest.mark.parametrize(
    ("name", "fate", "code"),
    [
        ("truncated.dcm", "quarantined", "malformed_dicom"),
        ("no-meta.dcm", "archived", ""),
    ],
)
def test_bad_input_meets_its_fate_by_both_ways(
    account: Account, name: str, fate: str, code: str
) -> None:
    found = [one for one in account.outcomes if one.path.endswith(f"/{name}")]
    assert len(found) == len(Route)
    for outcome in found:
        assert (outcome.fate, outcome.code) == (fate, code)
        assert bool(outcome.reason) == bool(code)


def test_dicomweb_client_finds_and_fetches_what_was_sent(
    archive: LocalArchive, account: Account
) -> None:
    client = dicomweb(archive, UPLOADED)
    studies = client.search_for_studies()
    assert len(studies) == 3
    assert sum(study["00201208"]["Value"][0] for study in studies) == GOOD
    study_uid = studies[0]["0020000D"]["Value"][0]
    (series,) = client.search_for_series(study_uid)
    series_uid = series["0020000E"]["Value"][0]
    instances = client.search_for_instances(study_uid, series_uid)
    metadata = client.retrieve_series_metadata(study_uid, series_uid)
    assert len(instances) == len(metadata) > 0
    for instance in instances:
        sop_uid = instance["00080018"]["Value"][0]
        fetched = client.retrieve_instance(study_uid, series_uid, sop_uid)
        assert fetched.SOPInstanceUID == sop_uid
        assert fetched.PatientIdentityRemoved == "YES"
        assert str(fetched.PatientName) == fetched.PatientID != "CANARYID"


def test_what_is_fetched_is_the_archive_object_to_the_byte(
    archive: LocalArchive, account: Account
) -> None:
    s3 = archive.client("s3")
    token = archive.announcement.tokens["owner"]
    keys = {one.archive_key for one in account.outcomes if one.archive_key}
    with Api(archive.announcement.base_url, token) as api:
        for key in keys:
            stored = s3.get_object(Bucket=bucket_name(ARCHIVE), Key=key)["Body"].read()
            _, project, study, series, sop = key.split("/")
            path = f"studies/{study}/series/{series}/instances/{sop}"
            assert api.retrieve(path, project) == stored


def test_the_inbox_keeps_nothing_but_the_quarantine(
    archive: LocalArchive, account: Account
) -> None:
    keys = [
        entry["Key"]
        for entry in archive.client("s3").list_objects_v2(Bucket=bucket_name(INBOX))["Contents"]
    ]
    assert {key.split("/")[0] for key in keys} == {"quarantine"}
    assert len(keys) == len(Route)


def test_sending_everything_a_second_time_changes_no_count(
    archive: LocalArchive, account: Account, folder: Path
) -> None:
    before = state_of(archive)
    again = run(archive, folder=folder, caller="AGAIN", timeout_s=100)
    assert again.is_good
    fates = Counter(outcome.fate for outcome in again.outcomes)
    assert fates == {"duplicate": 2 * (GOOD + 1), "quarantined": 2, "ignored": 1, "not_sent": 1}
    assert state_of(archive) == before


def test_members_of_a_zip_meet_the_same_fates_as_files(
    archive: LocalArchive, account: Account, folder: Path, tmp_path: Path
) -> None:
    before = state_of(archive)
    with zipfile.ZipFile(tmp_path / "all.zip", "w") as packed:
        for path in folder.rglob("*"):
            packed.write(path, path.name)
    zipped = run(archive, folder=tmp_path, caller="ZIPPED", timeout_s=100).of(Route.UPLOAD)
    fates = Counter(outcome.fate for outcome in zipped)
    assert fates == {"duplicate": GOOD + 1, "quarantined": 1, "ignored": 1, "unpacked": 1}
    assert state_of(archive) == before


def test_the_same_uid_with_other_bytes_waits_in_quarantine_and_the_first_is_kept(
    archive: LocalArchive, account: Account, tmp_path: Path
) -> None:
    before = state_of(archive)["archive"]
    conflicting(tmp_path)
    outcomes = run(archive, folder=tmp_path, caller="CONFLICT", timeout_s=100).outcomes
    assert [(one.fate, one.code) for one in outcomes] == [("quarantined", "conflict")] * 2
    assert state_of(archive)["archive"] == before


def test_an_unknown_ae_title_is_refused_with_the_reason_of_the_standard(
    archive: LocalArchive,
) -> None:
    node = AE()
    node.add_requested_context(VERIFICATION)
    association = node.associate(
        archive.announcement.dicom_host, archive.announcement.dicom_port, ae_title="NOBODY"
    )
    assert association.is_rejected
    answer = association.acceptor.primitive
    assert answer is not None
    assert (answer.result, answer.result_source, answer.diagnostic) == (1, 1, 7)


def test_another_project_looks_like_one_that_does_not_exist(
    archive: LocalArchive, account: Account
) -> None:
    base = archive.announcement.base_url
    headers = {"Authorization": f"Bearer {archive.announcement.tokens['outsider']}"}
    answers = [
        httpx.get(f"{base}/api/projects/{project}{rest}", headers=headers, trust_env=False)
        for project in (UPLOADED, "no-such-project")
        for rest in ("", "/uploads", "/dicomweb/studies")
    ]
    assert {answer.status_code for answer in answers} == {404}
    bodies = [json.loads(answer.content) for answer in answers]
    assert all(body == bodies[0] for body in bodies)


def test_an_oversized_file_is_refused_before_it_is_sent(archive: LocalArchive) -> None:
    with api_client(archive.announcement.base_url, archive.announcement.tokens["owner"]) as http:
        site = Site(http, UPLOADED, backoff=Backoff())
        upload = site.begin(key="oversized", wishes={})
        look = Look(size_bytes=10**12, mtime_ns=0)
        with pytest.raises(RefusedError) as refused:
            site.declare(upload, [Row(1, Path("x"), "x", look, "0" * 64, "dicom")])
    assert (refused.value.status, refused.value.code) == (413, "oversized")
    assert "bytes" in refused.value.detail


def test_a_request_without_a_token_is_not_answered(archive: LocalArchive) -> None:
    base = archive.announcement.base_url
    assert httpx.get(f"{base}/api/projects", trust_env=False).status_code == 401
    headers = {"Authorization": "Bearer slpat_wrong"}
    answer = httpx.get(f"{base}/api/projects", headers=headers, trust_env=False)
    assert answer.status_code == 403


def test_a_jwt_of_the_identity_provider_is_as_good_as_a_token(archive: LocalArchive) -> None:
    announcement = archive.announcement
    with Api(announcement.base_url, announcement.tokens["admin_jwt"]) as api:
        assert PROJECT_BY_ROUTE[Route.DICOM] in api.projects()


def test_a_stored_object_arrives_under_the_project_of_its_receiver(
    archive: LocalArchive, account: Account, tmp_path: Path
) -> None:
    image = tmp_path / "late.dcm"
    ct(study=1, number=99).save_as(image, enforce_file_format=True)
    announcement = archive.announcement
    sending = by_dicom.send(
        host=announcement.dicom_host,
        port=announcement.dicom_port,
        ae_title=announcement.ae_title,
        folder=tmp_path,
        paths=[image],
        caller="LATE",
    )
    assert sending.paths_by_ae_title == {"LATE1": ["late.dcm"]}
    assert not sending.settled
