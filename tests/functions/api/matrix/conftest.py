import pytest

from scanloft.core.model import Membership, Role
from tests.functions.api.front import Front
from tests.functions.api.matrix.test_matrix import INSTANCE


@pytest.fixture
def world(front: Front) -> Front:
    front.project("alpha", mia=Role.MEMBER, carl=Role.COLLABORATOR, uma=Role.UPLOADER)
    front.services.projects.put_member(Membership("alpha", "nora", Role.MEMBER, site="north"))
    front.call("POST", "/api/projects", user="outsider", body={"name": "beta", "title": "Beta"})
    front.services.instances.put_instance(INSTANCE)
    return front
