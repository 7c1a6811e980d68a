import pytest

from scanloft.core.model import Membership, Role
from tests.functions.api.downloads.library import Library
from tests.functions.api.front import Front


@pytest.fixture
def library(front: Front) -> Library:
    """The project alpha of olga's; nora is bound to the site north."""
    front.project(carl=Role.COLLABORATOR)
    front.services.projects.put_member(Membership("alpha", "nora", Role.MEMBER, site="north"))
    return Library(front)
