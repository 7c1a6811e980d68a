import json
import random
import subprocess
import sys
from io import BytesIO
from pathlib import Path

import pydicom
import pytest

from scanloft.aws.unpacked import UnpackedIndex
from scanloft.core.blueprint import ANONYMISE, INBOX
from scanloft.core.fates import ATTEMPTS_BEFORE_QUARANTINE
from scanloft.core.items import project_item
from scanloft.core.keys import ArchiveKey, InboxPrefix
from scanloft.core.model import UploadSource
from scanloft.deid.engine import deidentify
from tests.support.cloud import Cloud
from tests.support.disturbances import calls_listed
from tests.support.events import batch, notification
from tests.support.images import CANARY, image, without_meta

ROOT = Path(__file__).parents[3]
REPORT = b"The patient came on Monday. " * 20
NO_UID = image(SOPInstanceUID="")
ULTRASOUND = image(Modality="US")

FATES = [
    (image(), "archived"),
    (without_meta(image()), "archived"),
    (REPORT, "ignored not_dicom"),
    (b"", "ignored not_dicom"),
    (image()[:-10], "quarantined malformed_dicom"),
    (image()[:300], "quarantined malformed_dicom"),
    (NO_UID, "quarantined malformed_dicom"),
    (image(SOPInstanceUID="1.2/../../beta/3"), "quarantined malformed_dicom"),
    (ULTRASOUND, "quarantined pixel_review"),
    (image(SOPClassUID="1.2.840.10008.1.3.10"), "quarantined not_an_instance"),
    (image(pixels=b"\1" * 4000), "quarantined oversized"),
]


PASS_ONE = """
import sys
import functions.anonymise.handler
from scanloft.deid.engine import deidentify
from scanloft.deid.profiles.profile import Profile
from scanloft.deid.values.pseudonyms import Pseudonyms
pseudonyms = Pseudonyms(b"0" * 32)
passed = deidentify(sys.stdin.buffer.read(), profile=Profile.basic(), pseudonyms=pseudonyms)
assert passed.sop_uid
print(*sorted({"pydicom", "numpy", "yaml", "re2", "gdcm"} & set(sys.modules)))
"""


def detained_bytes(cloud: Cloud, *, project: str = "alpha") -> list[bytes]:
    keys = cloud.keys(cloud.inbox, f"quarantine/{project}/")
    return [cloud.inbox.get(key).body for key in keys]


def test_a_plain_image_is_passed_without_loading_what_only_odd_ones_need() -> None:
    command = [sys.executable, "-c", PASS_ONE]
    done = subprocess.run(command, input=image(), capture_output=True, check=False, cwd=ROOT)
    assert (done.returncode, done.stdout.split()) == (0, []), done.stderr


def test_an_image_is_archived_without_its_patient_and_the_raw_one_is_gone(alpha: Cloud) -> None:
    alpha.send(image())
    alpha.feed(ANONYMISE)
    assert alpha.keys(alpha.inbox) == []
    (key,) = alpha.keys(alpha.archive)
    stored = alpha.archive.get(key)
    assert CANARY.encode() not in stored.body
    dataset = pydicom.dcmread(BytesIO(stored.body))
    assert ArchiveKey.parse(key) == ArchiveKey(
        "alpha", dataset.StudyInstanceUID, dataset.SeriesInstanceUID, dataset.SOPInstanceUID
    )
    assert dataset.PatientIdentityRemoved == "YES"
    (fate,) = alpha.fates()
    assert (fate.kind, fate.archive_key, fate.size_bytes) == ("archived", key, len(image()))
    assert fate.actions["uids_replaced"] >= 3
    assert alpha.detained() == []


@pytest.mark.parametrize(("raw", "expected"), FATES)
def test_each_object_has_one_clear_fate_and_none_is_lost(
    alpha: Cloud, raw: bytes, expected: str
) -> None:
    alpha.configure(whole_object_bytes=3000, ranged_limit_bytes=3000)
    alpha.send(raw)
    assert alpha.feed(ANONYMISE) == 0
    assert alpha.kinds() == [expected]
    assert alpha.keys(alpha.inbox, "dicom/") == []
    kind, _, code = expected.partition(" ")
    assert len(alpha.keys(alpha.archive)) == (kind == "archived")
    assert detained_bytes(alpha) == ([raw] if kind == "quarantined" else [])
    assert [item.code for item in alpha.detained()] == ([code] if kind == "quarantined" else [])
    assert all(fate.reason and CANARY not in fate.reason for fate in alpha.fates() if fate.code)


@pytest.mark.parametrize(
    ("sent", "declared"),
    [(image(), image() + b"\0\0"), (image(), image(pixels=b"\2" * 32)), (image(), None)],
    ids=["other size", "other checksum", "never declared"],
)
def test_what_is_not_as_declared_waits_for_a_person(
    alpha: Cloud, sent: bytes, declared: bytes | None
) -> None:
    (key,) = alpha.send(declared or sent, declared=declared is not None)
    alpha.forget_messages()
    alpha.inbox.put(str(key), sent)
    assert alpha.feed(ANONYMISE) == 0
    assert alpha.kinds() == ["quarantined declaration_mismatch"]
    assert detained_bytes(alpha) == [sent]
    assert alpha.keys(alpha.archive) == []


def test_a_uid_that_comes_again_in_another_study_waits_for_a_person(alpha: Cloud) -> None:
    alpha.send(image())
    alpha.settle()
    moved = image().replace(b"1.2.3.1\0", b"1.2.3.7\0")
    assert moved != image()
    alpha.send(moved, upload="u2")
    assert alpha.settle()
    assert alpha.kinds("u2") == ["quarantined conflict"]
    assert len(alpha.keys(alpha.archive, "dicom/")) == 1


@pytest.mark.parametrize(
    ("prefix", "kinds"),
    [
        (InboxPrefix.ARCHIVES, ["archived"]),
        (InboxPrefix.DICOM, ["quarantined declaration_mismatch"]),
    ],
)
def test_a_member_is_announced_by_a_zip_and_by_nothing_else(
    alpha: Cloud, prefix: InboxPrefix, kinds: list[str]
) -> None:
    (key,) = alpha.send(image(), prefix=prefix)
    alpha.forget_messages()
    UnpackedIndex(alpha.rows).note(key.project, key.upload, key.number, below=4)
    alpha.inbox.put(str(key.member(3)), image(2))
    assert alpha.feed(ANONYMISE) == 0
    assert alpha.kinds() == kinds


def test_an_object_for_no_project_waits_for_the_site_administrator(cloud: Cloud) -> None:
    cloud.send(image(), project="nowhere")
    assert cloud.feed(ANONYMISE) == 0
    assert cloud.kinds(project="nowhere") == ["quarantined unknown_project"]
    assert detained_bytes(cloud, project="nowhere") == [image()]
    assert [item.code for item in cloud.quarantine.unassigned()] == ["unknown_project"]
    assert cloud.detained("nowhere") == []
    assert cloud.keys(cloud.archive) == []


def test_a_project_whose_profile_cannot_be_used_lets_nothing_pass(cloud: Cloud) -> None:
    cloud.project("alpha", profile={"name": "odd", "version": 1, "options": ["keep_all"]})
    cloud.send(image())
    assert cloud.feed(ANONYMISE) == 0
    assert cloud.kinds() == ["quarantined invalid_profile"]
    assert cloud.keys(cloud.archive) == []


def test_the_same_bytes_again_are_a_duplicate_and_change_nothing(alpha: Cloud) -> None:
    alpha.send(image())
    alpha.settle()
    before = alpha.snapshot()["objects"]
    alpha.send(image(), upload="u2")
    alpha.settle()
    assert alpha.kinds("u2") == ["duplicate"]
    assert alpha.fates("u2")[0].archive_key == alpha.fates("u1")[0].archive_key
    assert alpha.snapshot()["objects"] == before


def test_other_bytes_under_a_known_uid_are_detained_and_the_first_are_kept(alpha: Cloud) -> None:
    other = image(pixels=b"\2" * 32)
    alpha.send(image())
    alpha.settle()
    (key,) = alpha.keys(alpha.archive, "dicom/")
    first = alpha.archive.get(key).body
    alpha.send(other, upload="u2")
    alpha.settle()
    assert alpha.kinds("u2") == ["quarantined conflict"]
    assert detained_bytes(alpha) == [other]
    assert alpha.archive.get(key).body == first
    assert alpha.keys(alpha.archive, "dicom/") == [key]


def test_the_same_uid_in_two_projects_is_two_images(alpha: Cloud) -> None:
    alpha.project("beta")
    alpha.send(image(), project="alpha")
    alpha.send(image(pixels=b"\2" * 32), project="beta")
    alpha.feed(ANONYMISE)
    assert alpha.kinds(project="alpha") == alpha.kinds(project="beta") == ["archived"]
    projects = {ArchiveKey.parse(key).project for key in alpha.keys(alpha.archive)}
    assert projects == {"alpha", "beta"}


def test_one_poisonous_object_among_ten_is_detained_alone(alpha: Cloud) -> None:
    files = [image(number) for number in range(1, 11)]
    files[6] = files[6][:-5]
    alpha.send(*files)
    assert alpha.feed(ANONYMISE) == 0
    kinds = alpha.kinds()
    assert kinds.pop(6) == "quarantined malformed_dicom"
    assert kinds == ["archived"] * 9
    assert detained_bytes(alpha) == [files[6]]


def test_a_defect_of_the_code_is_retried_and_then_detained(
    alpha: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    def faulty(data: bytes, **more: object) -> object:
        if data == image(2):
            raise RuntimeError(CANARY)
        return deidentify(data, **more)  # type: ignore[arg-type]  # passed on as it came

    monkeypatch.setattr("functions.anonymise.passage.deidentify", faulty)
    alpha.send(image(1), image(2))
    failed = [alpha.feed(ANONYMISE) for _ in range(ATTEMPTS_BEFORE_QUARANTINE)]
    assert failed == [1] * (ATTEMPTS_BEFORE_QUARANTINE - 1) + [0]
    assert alpha.kinds() == ["archived", "quarantined internal_error"]
    assert detained_bytes(alpha) == [image(2)]
    assert CANARY not in str(alpha.items())


def test_events_twice_and_in_another_order_change_nothing(alpha: Cloud) -> None:
    keys = alpha.send(*map(image, (1, 2, 3)))
    alpha.settle()
    before = alpha.snapshot()
    bodies = [notification(str(key)) for key in keys] * 2
    random.Random(1).shuffle(bodies)
    assert alpha.call(ANONYMISE, batch(bodies)) == set()
    assert alpha.snapshot() == before


def test_one_event_twice_in_a_batch_is_done_once(alpha: Cloud) -> None:
    (key,) = alpha.send(image())
    with calls_listed(alpha) as calls:
        assert alpha.call(ANONYMISE, batch([notification(str(key))] * 5)) == set()
    assert calls.count("PutObject") == 1
    assert alpha.kinds() == ["archived"]
    assert len(alpha.keys(alpha.archive)) == 1


def test_what_came_over_dicom_needs_no_declaration_and_makes_its_upload(alpha: Cloud) -> None:
    alpha.send(image(), upload="dicom-7", declared=False, metadata={"calling-ae": "MR 1"})
    assert alpha.feed(ANONYMISE) == 0
    assert alpha.kinds("dicom-7") == ["archived"]
    upload = alpha.uploads.upload("alpha", "dicom-7")
    assert upload
    assert (upload.source, upload.created_by) == (UploadSource.DICOM, "MR 1")


def test_the_test_event_of_a_new_notification_is_done(alpha: Cloud) -> None:
    bucket = alpha.inbox.bucket
    current = alpha.s3.get_bucket_notification_configuration(Bucket=bucket)
    alpha.s3.put_bucket_notification_configuration(
        Bucket=bucket,
        NotificationConfiguration={"QueueConfigurations": current["QueueConfigurations"]},
    )
    assert INBOX.name in bucket
    assert alpha.waiting(ANONYMISE) == 1
    assert alpha.feed(ANONYMISE) == 0
    assert alpha.waiting(ANONYMISE) == 0


def test_a_changed_profile_holds_from_the_next_batch_on(alpha: Cloud) -> None:
    alpha.send(ULTRASOUND)
    alpha.feed(ANONYMISE)
    row = alpha.rows.get(project_item("alpha")) or {}
    profile = {"name": "seen", "version": 1, "pixel_review": False}
    alpha.rows.put(project_item("alpha"), {**row, "profile": json.dumps(profile)})
    alpha.send(ULTRASOUND, upload="u2")
    alpha.feed(ANONYMISE)
    assert alpha.kinds() == ["quarantined pixel_review"]
    assert alpha.kinds("u2") == ["archived"]


def test_a_memory_budget_below_one_object_still_lets_all_pass(alpha: Cloud) -> None:
    alpha.configure(memory_budget_bytes=1000)
    alpha.send(*map(image, range(1, 6)))
    assert alpha.feed(ANONYMISE) == 0
    assert alpha.kinds() == ["archived"] * 5
