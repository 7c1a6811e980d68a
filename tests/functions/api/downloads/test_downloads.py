from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from scanloft.core.annotations import Level
from scanloft.core.model import Location, Membership, Role
from tests.functions.api.downloads.library import Library
from tests.functions.api.front import SETTINGS, Front
from tests.functions.api.matrix.test_matrix import INSTANCE

DOWNLOAD = "/api/projects/alpha/download"


def test_an_instance_is_downloaded_from_the_same_host_for_a_short_time(front: Front) -> None:
    front.project()
    front.services.instances.put_instance(INSTANCE)
    reply = front.call("GET", f"{DOWNLOAD}/1.2/1.2.3/1.2.3.4")
    assert reply.status == 200
    url = urlsplit(reply.body.pop("url"))
    assert f"{url.scheme}://{url.netloc}" == SETTINGS.public_base_url
    assert url.path == f"/objects/{INSTANCE.location.key}"
    query = parse_qs(url.query)
    assert query["X-Amz-Expires"] == [str(SETTINGS.download_url_ttl_s)]
    assert query["response-content-disposition"] == ['attachment; filename="1.2.3.4.dcm"']
    assert reply.body == {
        "offset_bytes": 0,
        "size_bytes": 10,
        "sha256": INSTANCE.sha256,
        "expires_in_s": SETTINGS.download_url_ttl_s,
    }


def test_an_instance_within_a_larger_object_is_told_by_its_place(front: Front) -> None:
    front.project()
    packed = replace(INSTANCE, location=Location("dicom/alpha/pack", offset=100, length=10))
    front.services.instances.put_instance(packed)
    body = front.call("GET", f"{DOWNLOAD}/1.2/1.2.3/1.2.3.4").body
    assert (body["offset_bytes"], body["size_bytes"]) == (100, 10)
    assert "/objects/dicom/alpha/pack?" in body["url"]


def test_an_instance_that_was_put_in_parts_has_no_sha256_to_check(front: Front) -> None:
    front.project()
    front.services.instances.put_instance(replace(INSTANCE, sha256="recipe-" + "f" * 64))
    body = front.call("GET", f"{DOWNLOAD}/1.2/1.2.3/1.2.3.4").body
    assert body["sha256"] is None
    assert body["size_bytes"] == 10


@pytest.mark.parametrize(
    ("level", "name"),
    [
        (Level.SCAN, "1.2/1.2.3"),
        (Level.SESSION, "1.2"),
        (Level.SESSION, "1.1"),
        (Level.SUBJECT, "P1"),
    ],
)
def test_an_instance_is_gone_with_all_that_it_belongs_to(
    library: Library, level: Level, name: str
) -> None:
    library.session("1.1", scans={})
    library.session("1.2", scans={"1.2.3": 1})
    library.card(Level.SESSION, "1.2", merged_into="1.1")
    path = f"{DOWNLOAD}/1.2/1.2.3/1.2.3.1"
    assert library.front.call("GET", path).status == 200
    library.delete(level, name)
    reply = library.front.call("GET", path)
    assert (reply.status, reply.body["code"]) == (410, "gone")


def test_an_instance_of_a_deleted_subject_is_gone_before_its_session_is_summarised(
    library: Library,
) -> None:
    early = library.instance("1.2", "1.2.3", 1, site="")
    named = replace(early, attributes={"00100020": ("P1",)})
    library.front.services.instances.put_instance(named)
    library.delete(Level.SUBJECT, "P1")
    assert library.front.call("GET", f"{DOWNLOAD}/1.2/1.2.3/1.2.3.1").status == 410


@pytest.mark.parametrize(
    "path", ["1.2/1.2.3/1.2.3.5", "1.2/1.2.4/1.2.3.4", "x/1.2.3/1.2.3.4", "1.2/1.2.3/%0a",
             "1.2/" + "1" * 65 + "/1.2", "1.2/1.2.3/1.2.3.4%23"],
)  # fmt: skip
def test_what_is_not_there_is_not_found(front: Front, path: str) -> None:
    front.project()
    front.services.instances.put_instance(INSTANCE)
    assert front.call("GET", f"{DOWNLOAD}/{path}").status == 404


def test_a_manifest_is_made_and_audited_each_time_whatever_the_key(library: Library) -> None:
    front, headers = library.front, {"Idempotency-Key": "k"}
    library.session("1.2", scans={"1.2.3": 1}, site="south")
    body = {"selection": {"all": True}}

    def asked() -> list[Any]:
        path = "/api/projects/alpha/manifests"
        reply = front.call("POST", path, user="mia", body=body, headers=headers)
        assert reply.status == 200
        return list(reply.body["files"])

    unbound = Membership("alpha", "mia", Role.MEMBER)
    front.services.projects.put_member(unbound)
    assert len(asked()) == 1
    front.services.projects.remove_member(unbound)
    front.services.projects.put_member(replace(unbound, site="north"))
    assert asked() == []
    actions = [entry.action for entry in front.services.audit.entries("alpha")]
    assert actions.count("manifest_create") == 2
