"""Who becomes whom, through the real gate: one study with several centres."""

from collections import Counter
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import date
from io import BytesIO
from typing import Any

import pydicom
import pytest

from infra.local.place import table_name
from scanloft.aws.projects import ProjectIndex
from scanloft.aws.pseudonyms import PseudonymStore
from scanloft.core.blueprint import ANONYMISE
from scanloft.core.errors import ArchiveError
from scanloft.core.items import pairs_partition, secret_item
from scanloft.core.model import Project, Upload, UploadSource
from scanloft.core.tables import AUDIT, INDEX, PSEUDONYMS
from tests.support.cloud import SECRET, Cloud, new_cloud
from tests.support.disturbances import DISTURBANCES, PowerCut, calls_listed, cut_after
from tests.support.images import CANARY, PATIENT, image
from tests.support.pairs import patients_of, uids_of

BASIC: Mapping[str, object] = {"name": "study", "version": 1}
MOST_CALLS = 16
"""More than a batch of two objects makes."""
OLD_UIDS = ("1.2.3.1.1.1", "1.2.3.1.1", "1.2.3.1")


def profile(**more: object) -> dict[str, object]:
    return {**BASIC, **more}


def by_user(
    cloud: Cloud, raw: bytes, *, user: str, project: str = "alpha", again: bool = False
) -> None:
    upload = f"of-{user}-again" if again else f"of-{user}"
    cloud.uploads.create(Upload(project, upload, UploadSource.PRESIGNED, "2026-01-01", user))
    cloud.send(raw, upload=upload, project=project)
    cloud.settle(ANONYMISE)


def by_receiver(
    cloud: Cloud, raw: bytes, *, called: str, calling: str = "CT1", project: str = "alpha"
) -> None:
    metadata = {"calling-ae": calling, "called-ae": called}
    upload = f"dicom-{called}-{calling}".replace("_", "-")
    cloud.send(raw, upload=upload, project=project, declared=False, metadata=metadata)
    cloud.settle(ANONYMISE)


def archived(cloud: Cloud) -> list[pydicom.Dataset]:
    """What the archive has, by series: the tests send each object as a series of its own number."""
    found = [
        pydicom.dcmread(BytesIO(cloud.archive.get(key).body))
        for key in cloud.keys(cloud.archive, "dicom/")
    ]
    return sorted(found, key=lambda dataset: int(dataset.InstanceNumber))


def ids(cloud: Cloud) -> list[str]:
    return [str(dataset.PatientID) for dataset in archived(cloud)]


def store(cloud: Cloud) -> PseudonymStore:
    return PseudonymStore(cloud.pseudonyms)


def rows_of(cloud: Cloud, tables: Iterable[Any]) -> str:
    return "".join(
        str(page["Items"])
        for table in tables
        for page in cloud.dynamodb.get_paginator("scan").paginate(TableName=table_name(table))
    )


def visible(cloud: Cloud) -> str:
    """All that is stored outside the pseudonyms table, but for raw objects in the inbox."""
    objects = [
        f"{key} {found.metadata} {found.body.decode('latin-1')}"
        for key in cloud.keys(cloud.archive)
        if (found := cloud.archive.get(key))
    ]
    names = [f"{key} {cloud.inbox.metadata(key)}" for key in cloud.keys(cloud.inbox)]
    return "\n".join([rows_of(cloud, (INDEX, AUDIT)), *objects, *names])


@pytest.mark.parametrize("subjects", ["project", "issuer"])
def test_the_same_subject_from_two_centres_is_one_where_the_study_wants_it(
    cloud: Cloud, subjects: str
) -> None:
    cloud.project(profile=profile(subjects=subjects))
    by_user(cloud, image(1, IssuerOfPatientID="NATIONAL"), user="anna")
    by_user(cloud, image(2, IssuerOfPatientID="NATIONAL"), user="bert")
    by_receiver(cloud, image(3, IssuerOfPatientID="NATIONAL"), called="CENTRE_A")
    by_receiver(cloud, image(4, IssuerOfPatientID="NATIONAL"), called="CENTRE_B")
    assert len(ids(cloud)) == 4
    assert len(set(ids(cloud))) == 1


def test_the_same_patient_id_at_two_uploaders_is_two_subjects_where_the_study_wants_it(
    cloud: Cloud,
) -> None:
    cloud.project(profile=profile(subjects="site"))
    by_user(cloud, image(1), user="anna")
    (anna,) = ids(cloud)
    by_user(cloud, image(2), user="bert")
    by_user(cloud, image(3), user="anna", again=True)
    count_by_id = Counter(ids(cloud))
    assert (count_by_id.pop(anna), list(count_by_id.values())) == (2, [1])


def test_the_same_patient_id_at_two_receivers_is_two_subjects_where_the_study_wants_it(
    cloud: Cloud,
) -> None:
    cloud.project(profile=profile(subjects="site"))
    by_receiver(cloud, image(1), called="CENTRE_A")
    by_receiver(cloud, image(2), called="CENTRE_B")
    a, b = ids(cloud)
    assert a != b


def test_a_patient_whom_two_scanners_of_a_centre_send_stays_one(cloud: Cloud) -> None:
    cloud.project(profile=profile(subjects="site"))
    by_receiver(cloud, image(1), called="CENTRE_A", calling="CT1")
    by_receiver(cloud, image(2), called="CENTRE_A", calling="MR1")
    assert len(set(ids(cloud))) == 1


def test_issuers_tell_subjects_apart_and_without_one_their_sites_do(cloud: Cloud) -> None:
    cloud.project(profile=profile(subjects="issuer"))
    by_user(cloud, image(1, IssuerOfPatientID="HOSPITAL A"), user="anna")
    by_user(cloud, image(2, IssuerOfPatientID="HOSPITAL B"), user="bert")
    for number, user in ((3, "carl"), (4, "dora")):
        by_user(cloud, image(number), user=user)
    assert len(set(ids(cloud))) == 4


def test_dates_move_by_the_subject_and_keep_their_distances(cloud: Cloud) -> None:
    cloud.project(profile=profile(subjects="site", options=["rtn_long_modif_dates"]))
    by_receiver(cloud, image(1, StudyDate="20200101"), called="CENTRE_A")
    by_receiver(cloud, image(2, StudyDate="20200131"), called="CENTRE_A")
    by_receiver(cloud, image(3, StudyDate="20200101"), called="CENTRE_B")
    first, later, other = (
        date.fromisoformat(str(dataset.StudyDate)) for dataset in archived(cloud)
    )
    assert (later - first).days == 30
    assert first != date(2020, 1, 1) != other
    assert first != other


def test_two_projects_know_a_patient_by_names_of_their_own(cloud: Cloud) -> None:
    for project, secret in (("alpha", SECRET), ("beta", SECRET[::-1])):
        cloud.project(project)
        cloud.secrets.put(secret_item(project), {"secret": secret.strip("=").ljust(44, "=")})
        by_receiver(cloud, image(1), called="CENTRE_A", project=project)
    assert len(set(ids(cloud))) == 2


def test_who_is_not_in_the_lookup_table_waits_and_is_told_to_the_owner_alone(
    cloud: Cloud,
) -> None:
    cloud.project(profile=profile(patient_ids="lookup"))
    cloud.send(image(1))
    cloud.settle()
    assert cloud.kinds() == ["quarantined unlisted_subject"]
    assert [item.code for item in cloud.detained()] == ["unlisted_subject"]
    assert list(store(cloud).missing("alpha")) == [f"ptid/{PATIENT['PatientID']}"]
    assert CANARY not in visible(cloud)
    assert cloud.keys(cloud.archive) == []


def test_who_is_listed_gets_the_listed_name_from_then_on(cloud: Cloud) -> None:
    cloud.project(profile=profile(patient_ids="lookup"))
    cloud.send(image(1))
    cloud.settle()
    store(cloud).put_lookup("alpha", {f"ptid/{PATIENT['PatientID']}": "SUBJ-001"})
    cloud.send(image(1), upload="u2")
    cloud.settle()
    assert cloud.kinds("u2") == ["archived"]
    assert ids(cloud) == ["SUBJ-001"]
    assert list(store(cloud).missing("alpha")) == []
    assert patients_of(store(cloud), "alpha") == {(PATIENT["PatientID"], "SUBJ-001")}


def test_two_patient_ids_that_are_listed_as_one_become_one_with_dates_that_fit(
    cloud: Cloud,
) -> None:
    options = ["rtn_long_modif_dates"]
    cloud.project(profile=profile(patient_ids="lookup", options=options))
    store(cloud).put_lookup("alpha", {"ptid/A-77": "S-1", "ptid/B-08": "S-1"})
    by_user(cloud, image(1, PatientID="A-77", StudyDate="20200101"), user="anna")
    by_user(cloud, image(2, PatientID="B-08", StudyDate="20200131"), user="bert")
    assert ids(cloud) == ["S-1", "S-1"]
    first, later = (date.fromisoformat(str(dataset.StudyDate)) for dataset in archived(cloud))
    assert (later - first).days == 30


def test_the_table_lists_each_site_by_itself_where_sites_tell_subjects_apart(
    cloud: Cloud,
) -> None:
    cloud.project(profile=profile(patient_ids="lookup", subjects="site"))
    store(cloud).put_lookup("alpha", {f"ptid/site:CENTRE_A/{PATIENT['PatientID']}": "A-1"})
    by_receiver(cloud, image(1), called="CENTRE_A")
    by_receiver(cloud, image(2), called="CENTRE_B")
    assert ids(cloud) == ["A-1"]
    missing = [f"ptid/site:CENTRE_B/{PATIENT['PatientID']}"]
    assert list(store(cloud).missing("alpha")) == missing


def test_the_owner_can_look_up_who_became_whom_and_nobody_else(alpha: Cloud) -> None:
    alpha.send(image(1))
    alpha.settle()
    (dataset,) = archived(alpha)
    new = dict(uids_of(store(alpha), "alpha"))
    assert new["1.2.3.1.1.1"] == dataset.SOPInstanceUID
    assert new["1.2.3.1.1"] == dataset.SeriesInstanceUID
    assert new["1.2.3.1"] == dataset.StudyInstanceUID
    pairs = list(patients_of(store(alpha), "alpha"))
    assert pairs == [(PATIENT["PatientID"], dataset.PatientID)]
    text = visible(alpha)
    assert CANARY not in text
    assert not [uid for uid in OLD_UIDS if f"'{uid}'" in text or f"/{uid}" in text]
    assert CANARY in rows_of(alpha, [PSEUDONYMS])


def test_a_project_that_records_nobody_keeps_only_its_secret_and_its_lookup_table(
    cloud: Cloud,
) -> None:
    cloud.secrets.put(secret_item("alpha"), {"secret": SECRET})
    ProjectIndex(cloud.rows).create(
        Project("alpha", "Alpha", "2026-01-01", "olga", BASIC, record_ids=False)
    )
    cloud.send(image(1))
    cloud.settle()
    assert cloud.kinds() == ["archived"]
    assert uids_of(store(cloud), "alpha") == set()
    assert CANARY not in rows_of(cloud, [PSEUDONYMS])


def test_refused_objects_record_nothing_and_duplicates_nothing_new(alpha: Cloud) -> None:
    alpha.send(image(1)[:-9], b"a note")
    alpha.settle()
    assert CANARY not in rows_of(alpha, [PSEUDONYMS])
    for upload in ("u2", "u3"):
        alpha.send(image(1), upload=upload)
        alpha.settle()
    assert alpha.kinds("u3") == ["duplicate"]
    assert len(list(alpha.pseudonyms.query(pairs_partition("alpha")))) == 1


def test_profile_none_passes_objects_as_they_are_and_has_nothing_to_record(cloud: Cloud) -> None:
    cloud.project(profile=profile(base="none", pixel_review=False))
    cloud.send(image(1))
    cloud.settle()
    (dataset,) = archived(cloud)
    assert dataset.PatientID == PATIENT["PatientID"]
    assert dataset.SOPInstanceUID == "1.2.3.1.1.1"
    assert uids_of(store(cloud), "alpha") == set()
    assert patients_of(store(cloud), "alpha") == set()


def calls_of_batch(cloud: Cloud, count: int) -> list[str]:
    cloud.send(*(image(number) for number in range(1, count + 1)))
    records = cloud.received(ANONYMISE.source)  # type: ignore[arg-type]  # it has a queue
    with calls_listed(cloud) as calls:
        assert cloud.call(ANONYMISE, records) == set()
    return calls


def test_recording_costs_one_call_a_batch(alpha: Cloud) -> None:
    calls = calls_of_batch(alpha, 6)
    assert len(store_rows(alpha)) == 1
    # One for the pairs and one for the fates.
    assert calls.count("BatchWriteItem") == 2
    # The declarations; that nobody asked for the uploaders saves another.
    assert calls.count("BatchGetItem") == 1


def test_asking_for_sites_costs_no_call_for_uploaders_and_declarations_are_read_together(
    cloud: Cloud,
) -> None:
    cloud.project(profile=profile(subjects="site"))
    assert calls_of_batch(cloud, 6).count("BatchGetItem") == 1


def of_site(cloud: Cloud, site: str, *files: bytes, upload: str = "") -> None:
    """Sends files as an upload of a site of the project."""
    name = upload or f"of-{site}"
    cloud.uploads.create(
        Upload("alpha", name, UploadSource.PRESIGNED, "2026-01-01", "ann", site=site)
    )
    cloud.send(*files, upload=name)
    cloud.settle()


def with_sites(cloud: Cloud, *sites: str) -> None:
    projects = ProjectIndex(cloud.rows)
    projects.update(replace(projects.project("alpha"), sites=sites))


def test_the_site_of_an_upload_goes_with_its_objects_up_to_the_study(alpha: Cloud) -> None:
    with_sites(alpha, "north", "south")
    of_site(alpha, "north", image(1), image(2))
    (study,) = alpha.instances.studies("alpha")
    assert study.sites == ("north",)
    of_site(alpha, "south", image(3))
    (study,) = alpha.instances.studies("alpha")
    assert study.sites == ("north", "south")


def test_a_duplicate_from_another_site_keeps_the_site_of_the_first(alpha: Cloud) -> None:
    with_sites(alpha, "north", "south")
    of_site(alpha, "north", image(1))
    of_site(alpha, "south", image(1))
    assert alpha.kinds("of-south") == ["duplicate"]
    (study,) = alpha.instances.studies("alpha")
    assert study.sites == ("north",)


def test_sites_cost_no_call_and_change_no_byte() -> None:
    found = []
    for sites in ((), ("north",)):
        with new_cloud() as cloud:
            cloud.project()
            with_sites(cloud, *sites)
            of_site(cloud, "north", image(50))
            (key,) = cloud.keys(cloud.archive, "dicom/")
            found.append(cloud.archive.get(key))
            assert calls_of_batch(cloud, 6).count("BatchGetItem") == 1
    without, with_one = found
    assert with_one.body == without.body
    assert (with_one.metadata["site"], "site" in without.metadata) == ("north", False)


def test_a_lookup_table_costs_one_call_for_each_patient_of_a_batch(cloud: Cloud) -> None:
    cloud.configure(threads=1)
    cloud.project(profile=profile(patient_ids="lookup"))
    store(cloud).put_lookup("alpha", {f"ptid/{PATIENT['PatientID']}": "SUBJ-001"})
    # The secret, the project and the one patient.
    assert calls_of_batch(cloud, 6).count("GetItem") == 3


def store_rows(cloud: Cloud) -> list[dict[str, Any]]:
    return list(cloud.pseudonyms.query(pairs_partition("alpha")))


@pytest.mark.parametrize(
    ("disturbance", "unlisted"),
    [
        pytest.param(
            disturbance,
            unlisted,
            marks=[pytest.mark.slow] if unlisted or disturbance is not cut_after else [],
        )
        for disturbance in DISTURBANCES
        for unlisted in (False, True)
    ],
)
def test_a_disturbance_at_any_call_loses_no_pair_and_writes_none_twice(
    disturbance: Any, unlisted: bool
) -> None:
    def ended(place: int) -> tuple[int, list[str], object]:
        with new_cloud() as cloud:
            cloud.project(profile=profile(patient_ids="lookup") if unlisted else BASIC)
            cloud.send(image(1), image(2))
            records = cloud.received(ANONYMISE.source)  # type: ignore[arg-type]  # it has a queue
            failed = {record["messageId"] for record in records}
            with suppress(PowerCut, ArchiveError), disturbance(cloud, place):
                failed = cloud.call(ANONYMISE, records)
            cloud.settle_batch(ANONYMISE.source, records, failed=failed)  # type: ignore[arg-type]  # as above
            assert cloud.settle(ANONYMISE)
            left = cloud.keys(cloud.inbox, "dicom/")
            uids = uids_of(store(cloud), "alpha")
            return len(store_rows(cloud)), left, (uids, list(store(cloud).missing("alpha")))

    rows, left, expected = ended(place=10_000)
    assert (rows, left) == (0 if unlisted else 1, [])
    for place in range(1, MOST_CALLS):
        assert ended(place)[1:] == ([], expected), place
