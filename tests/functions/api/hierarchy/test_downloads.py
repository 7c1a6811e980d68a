"""Downloads of what is deleted or shared."""

from scanloft.core.model import Role
from tests.functions.api.front import Front
from tests.functions.api.hierarchy.made import session
from tests.functions.api.matrix.test_matrix import INSTANCE

SOP = "1.2.3.4"


def filled(front: Front) -> str:
    front.project("alpha")
    front.project("beta", bea=Role.COLLABORATOR)
    front.services.instances.put_instance(INSTANCE)
    return session(front)


def link(front: Front, project: str, user: str = "olga") -> int:
    path = f"/api/projects/{project}/download/1.2/1.2.3/{SOP}"
    return front.call("GET", path, user=user).status


def test_an_instance_of_a_deleted_session_or_scan_is_gone(front: Front) -> None:
    path = filled(front)
    assert link(front, "alpha") == 200
    for what in (path, f"{path}/scans/1.2.3"):
        assert front.call("DELETE", what).status == 200
        assert link(front, "alpha") == 410
        assert front.call("POST", f"{what}/undelete").status == 200


def test_an_instance_of_a_shared_session_is_read_through_the_share(front: Front) -> None:
    path = filled(front)
    assert link(front, "beta", user="bea") == 404
    assert front.call("PUT", f"{path}/shares/beta", body={}).status == 200
    assert link(front, "beta", user="bea") == 200
    assert link(front, "alpha", user="bea") == 404
    assert front.call("DELETE", path).status == 200
    assert link(front, "beta", user="bea") == 410
