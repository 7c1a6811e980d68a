from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from functions.sweep.broom import Broom
from functions.sweep.uploads import SILENT_DAYS, sweep_uploads
from scanloft.core.model import Declaration, Fate, FateKind, Upload, UploadSource
from tests.support.brooms import broom_of
from tests.support.cloud import Cloud, new_cloud

NOW = datetime(2026, 7, 1, 12, tzinfo=UTC)


def stamp(days: float) -> str:
    return f"{NOW - timedelta(days=days):%Y-%m-%dT%H:%M:%SZ}"


@pytest.fixture
def cloud() -> Iterator[Cloud]:
    with new_cloud() as cloud:
        cloud.project("alpha")
        yield cloud


def broom(cloud: Cloud, *, days: float = 0) -> Broom:
    return broom_of(cloud, now=lambda: NOW + timedelta(days=days))


def begun(
    cloud: Cloud,
    *,
    days: float,
    active: float | None = None,
    files: int = 3,
    project: str = "alpha",
    source: UploadSource = UploadSource.PRESIGNED,
) -> str:
    """An upload that was begun so many days ago."""
    name = f"{NOW - timedelta(days=days):%Y%m%d-%H%M%S}-00"
    if source is UploadSource.DICOM:
        name = f"dicom-{name}"
    upload = Upload(project, name, source, stamp(days), "uma", active_at=stamp(active or days))
    assert cloud.uploads.create(upload)
    declared = [Declaration(str(n), 1, "0" * 64) for n in range(1, files + 1)]
    cloud.uploads.declare(project, name, declared)
    return name


def sweep(cloud: Cloud, *, days: float = 0) -> int:
    return sweep_uploads(broom(cloud, days=days), lambda: 900)


def fates(cloud: Cloud, name: str) -> dict[str, str]:
    return {number: kind.value for number, kind in cloud.uploads.fate_kinds("alpha", name)}


def upload(cloud: Cloud, name: str) -> Upload:
    found = cloud.uploads.upload("alpha", name)
    assert found is not None
    return found


def test_a_silent_upload_is_closed_and_what_never_came_is_told_as_expired(cloud: Cloud) -> None:
    name = begun(cloud, days=SILENT_DAYS + 1)
    cloud.uploads.put_fates([("alpha", name, Fate("2", FateKind.ARCHIVED))])
    assert sweep(cloud) == 1
    assert fates(cloud, name) == {"1": "expired", "2": "archived", "3": "expired"}
    assert upload(cloud, name).closed_at == upload(cloud, name).swept_at == stamp(0)
    assert sweep(cloud) == 0


def test_an_upload_whose_sender_was_heard_of_is_left_alone(cloud: Cloud) -> None:
    name = begun(cloud, days=SILENT_DAYS + 20, active=SILENT_DAYS - 1)
    young = begun(cloud, days=1)
    assert sweep(cloud) == 0
    assert (fates(cloud, name), upload(cloud, name).closed_at) == ({}, "")
    assert upload(cloud, young).closed_at == ""


def test_of_an_upload_that_was_closed_by_its_sender_the_rest_expires_too(cloud: Cloud) -> None:
    name = begun(cloud, days=SILENT_DAYS + 1)
    cloud.uploads.close(upload(cloud, name), at=stamp(SILENT_DAYS + 0.5))
    assert sweep(cloud) == 1
    assert set(fates(cloud, name).values()) == {"expired"}
    assert upload(cloud, name).closed_at == stamp(SILENT_DAYS + 0.5)


def test_nothing_that_arrived_is_deleted_or_told_as_expired(cloud: Cloud) -> None:
    name = begun(cloud, days=SILENT_DAYS + 1)
    cloud.inbox.put(f"dicom/alpha/{name}/1", b"still waits")
    sweep(cloud)
    assert fates(cloud, name) == {"2": "expired", "3": "expired"}
    assert cloud.inbox.get(f"dicom/alpha/{name}/1").body == b"still waits"
    cloud.uploads.put_fates([("alpha", name, Fate("1", FateKind.ARCHIVED))])
    cloud.inbox.delete([f"dicom/alpha/{name}/1"])
    sweep(cloud, days=1)
    assert fates(cloud, name)["1"] == "archived"


def test_a_file_that_comes_while_it_is_swept_keeps_its_fate(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = begun(cloud, days=SILENT_DAYS + 1)
    put = type(cloud.uploads).put_fate_if_none

    def late(self: object, project: str, upload: str, fate: Fate) -> bool:
        cloud.uploads.put_fates([("alpha", name, Fate("1", FateKind.ARCHIVED))])
        return put(cloud.uploads, project, upload, fate)

    monkeypatch.setattr(type(cloud.uploads), "put_fate_if_none", late)
    sweep(cloud)
    assert fates(cloud, name) == {"1": "archived", "2": "expired", "3": "expired"}


def test_a_file_that_comes_after_all_has_the_fate_that_it_meets(cloud: Cloud) -> None:
    name = begun(cloud, days=SILENT_DAYS + 1)
    sweep(cloud)
    cloud.uploads.put_fates([("alpha", name, Fate("1", FateKind.ARCHIVED))])
    sweep(cloud, days=1)
    assert fates(cloud, name)["1"] == "archived"


@pytest.mark.parametrize("step", ["close", "fate_kinds", "put_fate_if_none", "sweep"])
def test_a_sweep_that_breaks_off_anywhere_is_finished_by_the_next(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    name = begun(cloud, days=SILENT_DAYS + 1)
    cloud.uploads.put_parts("alpha", name, "1", name="s3", instead_of=None)

    def break_off(*_: object, **__: object) -> None:
        raise RuntimeError("The process ended.")

    with monkeypatch.context() as broken:
        broken.setattr(type(cloud.uploads), step, break_off)
        with pytest.raises(RuntimeError):
            sweep(cloud)
    assert sweep(cloud) == 1
    assert set(fates(cloud, name).values()) == {"expired"}
    assert len(fates(cloud, name)) == 3
    assert list(cloud.uploads.in_parts("alpha", name)) == []
    assert upload(cloud, name).swept_at


def test_associations_are_left_alone_and_all_projects_are_swept(cloud: Cloud) -> None:
    cloud.project("beta")
    old = SILENT_DAYS + 1
    begun(cloud, days=old, source=UploadSource.DICOM)
    begun(cloud, days=old, project="beta")
    begun(cloud, days=old)
    assert sweep(cloud) == 2


def test_a_sweep_stops_before_its_time_is_up(cloud: Cloud) -> None:
    begun(cloud, days=SILENT_DAYS + 1)
    assert sweep_uploads(broom(cloud), lambda: 10) == 0
    assert sweep(cloud) == 1
