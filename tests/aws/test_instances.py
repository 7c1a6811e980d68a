from dataclasses import replace

import pytest

from scanloft.core.errors import Conflict
from scanloft.core.keys import ArchiveKey
from scanloft.core.model import Instance, Location, Series, Study
from tests.support.cloud import Cloud

INSTANCE = Instance(
    project="alpha",
    study_uid="1",
    series_uid="1.1",
    sop_uid="1.1.1",
    sop_class_uid="1.2.3",
    transfer_syntax_uid="1.2",
    location=Location("pack", 100, 200),
    sha256="a" * 64,
    header_length=50,
    attributes={"00100010": ("Ä^ö=山",), "00200013": (1,), "00180050": (2.5, 3)},
)
SERIES = Series("alpha", "1", "1.1", 2, 300, {"00080060": ("CT",)})
STUDY = Study("alpha", "1", 1, 2, 300, ("CT", "PT"), {"00080020": ("20200101",)})


def test_an_instance_is_read_as_it_was_written(cloud: Cloud) -> None:
    cloud.instances.put_instance(INSTANCE)
    assert cloud.instances.instance("alpha", "1", "1.1", "1.1.1") == INSTANCE
    assert list(cloud.instances.instances("alpha", "1", "1.1")) == [INSTANCE]
    assert cloud.instances.instance("beta", "1", "1.1", "1.1.1") is None
    assert list(cloud.instances.instances("beta", "1", "1.1")) == []


def test_the_same_bytes_again_are_a_no_op_and_others_a_conflict(cloud: Cloud) -> None:
    for _ in range(2):
        cloud.instances.put_instance(INSTANCE)
    with pytest.raises(Conflict):
        cloud.instances.put_instance(replace(INSTANCE, sha256="b" * 64))
    assert cloud.instances.instance("alpha", "1", "1.1", "1.1.1") == INSTANCE


def test_a_uid_is_given_to_one_object_of_a_project_whatever_its_study(cloud: Cloud) -> None:
    first = ArchiveKey("alpha", "1", "1.1", "1.1.1")
    for _ in range(2):
        cloud.instances.claim(first)
    cloud.instances.claim(first._replace(project="beta"))
    for other in (first._replace(study_uid="2"), first._replace(series_uid="1.2")):
        with pytest.raises(Conflict):
            cloud.instances.claim(other)


def test_the_same_series_in_two_studies_is_two_series(cloud: Cloud) -> None:
    cloud.instances.put_instance(INSTANCE)
    cloud.instances.put_instance(replace(INSTANCE, study_uid="2", sop_uid="9"))
    assert [one.sop_uid for one in cloud.instances.instances("alpha", "1", "1.1")] == ["1.1.1"]
    assert [one.sop_uid for one in cloud.instances.instances("alpha", "2", "1.1")] == ["9"]


def test_instances_come_in_the_order_of_their_uids_and_of_one_series_only(cloud: Cloud) -> None:
    for number in (3, 1, 2):
        cloud.instances.put_instance(replace(INSTANCE, sop_uid=f"1.1.{number}"))
    cloud.instances.put_instance(replace(INSTANCE, series_uid="1.10"))
    found = [one.sop_uid for one in cloud.instances.instances("alpha", "1", "1.1")]
    assert found == ["1.1.1", "1.1.2", "1.1.3"]


def test_a_series_is_written_over_the_revision_it_was_read_at_only(cloud: Cloud) -> None:
    index = cloud.instances
    assert index.put_series(SERIES)
    assert not index.put_series(SERIES)
    first = index.series("alpha", "1", "1.1")
    assert first == replace(SERIES, revision=1)
    assert first
    assert index.put_series(replace(first, instance_count=3))
    assert not index.put_series(replace(first, instance_count=9))
    assert index.series("alpha", "1", "1.1") == replace(SERIES, revision=2, instance_count=3)


def test_a_study_is_written_over_the_revision_it_was_read_at_only(cloud: Cloud) -> None:
    index = cloud.instances
    assert index.put_study(STUDY)
    assert not index.put_study(STUDY)
    assert not index.put_study(replace(STUDY, revision=7))
    assert index.put_study(replace(STUDY, revision=1, series_count=5))
    assert index.study("alpha", "1") == replace(STUDY, revision=2, series_count=5)


def test_series_and_studies_are_listed_by_what_they_belong_to(cloud: Cloud) -> None:
    for series_uid in ("1.2", "1.1"):
        cloud.instances.put_series(replace(SERIES, series_uid=series_uid))
    cloud.instances.put_series(replace(SERIES, study_uid="2"))
    for study_uid in ("2", "1"):
        cloud.instances.put_study(replace(STUDY, study_uid=study_uid))
    cloud.instances.put_study(replace(STUDY, project="beta", study_uid="3"))
    listed = [one.series_uid for one in cloud.instances.series_of_study("alpha", "1")]
    assert listed == ["1.1", "1.2"]
    assert sorted(one.study_uid for one in cloud.instances.studies("alpha")) == ["1", "2"]


def test_what_was_never_written_is_not_there(cloud: Cloud) -> None:
    assert cloud.instances.series("alpha", "1", "1.1") is None
    assert cloud.instances.study("alpha", "1") is None
    assert list(cloud.instances.studies("alpha")) == []
