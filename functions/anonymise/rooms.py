"""What the gate has to know of a project: its profile and its pseudonyms."""

from collections.abc import Iterable
from dataclasses import dataclass

from scanloft.aws.projects import ProjectIndex, SecretStore
from scanloft.core.errors import NotFound, Rejected, UnknownProject
from scanloft.core.overlap import overlapped
from scanloft.deid.profile import Profile
from scanloft.deid.pseudonyms import Pseudonyms


@dataclass(frozen=True, slots=True)
class Room:
    """A project as the gate sees it."""

    profile: Profile
    pseudonyms: Pseudonyms


class Rooms:
    """Looks up projects, once a batch, so that an edited profile holds from the next batch on."""

    def __init__(self, projects: ProjectIndex, secrets: SecretStore) -> None:
        self._projects = projects
        self._secrets = secrets

    def of(self, names: Iterable[str], *, threads: int) -> dict[str, Room | Rejected]:
        """Each project, or why objects for it cannot pass.

        Raises:
            Unavailable: the tables did not answer.
        """
        distinct = sorted(set(names))
        found = overlapped(distinct, self._room, threads=threads)
        rooms: dict[str, Room | Rejected] = {}
        for name, room in zip(distinct, found, strict=True):
            if isinstance(room, Exception) and not isinstance(room, Rejected):
                raise room
            rooms[name] = room
        return rooms

    def _room(self, name: str) -> Room:
        secret = self._secrets.secret(name)
        try:
            project = self._projects.project(name)
        except NotFound as error:
            raise UnknownProject(
                "The project that this object is addressed to does not exist: create it, then "
                "retry the object from quarantine."
            ) from error
        return Room(profile=Profile.from_dict(project.profile), pseudonyms=Pseudonyms(secret))
