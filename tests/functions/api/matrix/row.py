"""What one route answers whom: a row of the table that every route has to have."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from tests.functions.api.front import Front

PLACES = {
    "project": "alpha",
    "user": "spare",
    "study": "1.2",
    "series": "1.2.3",
    "sop": "1.2.3.4",
}
"""What stands in the parts of paths, unless a row or its `prepare` says otherwise."""


def nothing(_front: Front) -> dict[str, str]:
    """Prepares nothing."""
    return {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """The statuses of a route by who asks, and what they ask.

    In the project `alpha` stand an owner (olga), a member (mia), a collaborator (carl), an uploader
    (uma), a member who is bound to the site "north" (nora), and somebody who made what the route is
    about: `prepare` is called before each request, as olga, and gives parts of the path, and of
    the values of the `query` and the `body`.

    `public` is what somebody without membership gets where the project is public, `protected`
    where it is protected (403 unless said). `bound` is what nora gets (as a member unless said).
    Site administrators get what the owner gets unless `admin` says otherwise; outsiders of the
    private project always 404, and so does whoever asks for the same in another project.
    A row without a project says what everybody gets (`owner`) and administrators (`admin`).
    """

    owner: int
    member: int = 0
    collaborator: int = 0
    uploader: int = 0
    public: int = 0
    protected: int = 403
    bound: int = 0
    admin: int = 0
    nobody: int = 401
    body: object = None
    query: Mapping[str, str] | None = None
    prepare: Callable[[Front], Mapping[str, str]] = nothing
    parts: Mapping[str, str] = field(default_factory=dict)
