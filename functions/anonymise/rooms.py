"""What the gate has to know of a project, and what of its objects the owner may look up later."""

import json
from collections.abc import Collection, Container, Iterable, Mapping
from dataclasses import dataclass, field, replace

from scanloft.aws.projects import ProjectIndex
from scanloft.aws.pseudonyms import Lookup, Pairs, PseudonymStore
from scanloft.aws.secrets import SecretStore
from scanloft.core.errors import NotFound, Rejected, UnknownProject
from scanloft.core.instructions import Instruction
from scanloft.core.model import Prearchive, Project
from scanloft.core.overlap import overlapped
from scanloft.deid.profiles.profile import Base, PatientIds, Profile, Subjects
from scanloft.deid.values.pseudonyms import Pseudonyms

RECEIVER = "called-ae"
"""The metadata by which the bridge says at which AE title an object was received."""


@dataclass(frozen=True, slots=True)
class Room:
    """A project as the gate sees it while it passes some objects; `uploader` sent this one.

    `submitted_for` is the site of the project that the upload is of: it goes with the object into
    the archive, and has no part in de-identification.

    `prearchive` is that of the project, or of what was decided of an object. `lookup` and
    `replaced` gather what the objects asked for and what became of their identifiers;
    `Rooms.record` writes both.
    """

    name: str
    profile: Profile
    pseudonyms: Pseudonyms
    record_ids: bool
    prearchive: Prearchive = Prearchive.AUTOMATIC
    lookup: Lookup | None = None
    uploader: str = ""
    has_sites: bool = False
    submitted_for: str = ""
    replaced: list[tuple[Mapping[str, str], Mapping[str, str]]] = field(default_factory=list)

    @property
    def asks_for_sites(self) -> bool:
        """Whether the profile treats objects by where they come from."""
        return self.profile.subjects is not Subjects.PROJECT or self.profile.base is Base.CTP

    def site(self, metadata: Mapping[str, str]) -> str:
        """Where an object comes from: who uploaded it, or the receiver that it was sent to.

        Not the calling AE title: the scanners of one hospital have several, and one patient would
        become as many subjects; and whoever sends can choose it.
        """
        return self.uploader or metadata.get(RECEIVER, "")

    def note(self, replaced: Mapping[str, str], patients: Mapping[str, str]) -> None:
        """Gathers what was replaced in one object that is archived: UIDs, Patient IDs."""
        if self.record_ids:
            self.replaced.append((replaced, patients))


class Rooms:
    """Looks up projects, once a batch, so that an edited profile holds from the next batch on."""

    def __init__(
        self, projects: ProjectIndex, secrets: SecretStore, pseudonyms: PseudonymStore
    ) -> None:
        self._projects = projects
        self._secrets = secrets
        self._pseudonyms = pseudonyms

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

    def under(
        self, instructions: Iterable[Instruction], rooms: Mapping[str, Room | Rejected]
    ) -> dict[int, Room | Rejected]:
        """The rooms as they are for single objects, by the `id` of the instruction.

        Raises:
            Unavailable: the tables did not answer.
        """
        by_profile: dict[tuple[str, str], Room | Rejected] = {}
        found: dict[int, Room | Rejected] = {}
        for instruction in instructions:
            room = rooms[instruction.project]
            if instruction.profile is not None and isinstance(room, Room):
                key = (instruction.project, json.dumps(instruction.profile, sort_keys=True))
                if key not in by_profile:
                    by_profile[key] = self._refurnished(room, instruction.profile)
                room = by_profile[key]
            found[id(instruction)] = (
                room if isinstance(room, Rejected) else _under(instruction, room)
            )
        return found

    def record(self, rooms: Collection[Room], *, lacking: Container[str]) -> None:
        """Writes who became whom, and what the lookup tables of the projects `lacking` some lack.

        The same again is a no-op.

        Raises:
            Unavailable: the table did not take it.
        """
        # Rooms for single objects gather into the same list as the room that they were made of.
        distinct = list({id(room.replaced): room for room in rooms}.values())
        self._pseudonyms.record(_pairs(room) for room in distinct if room.replaced)
        for room in distinct:
            if room.lookup is not None and room.name in lacking:
                self._pseudonyms.put_missing(room.name, room.lookup.missing)

    def _room(self, name: str) -> Room:
        secret = self._secrets.secret(name)
        try:
            project = self._projects.project(name)
        except NotFound as error:
            raise _no_project() from error
        return self._furnished(project, secret)

    def _refurnished(self, room: Room, profile: Mapping[str, object]) -> Room | Rejected:
        """The same project under another profile."""
        try:
            project = replace(self._projects.project(room.name), profile=profile)
            return self._furnished(project, self._secrets.secret(room.name))
        except NotFound:
            return _no_project()
        except Rejected as error:
            return error

    def _furnished(self, project: Project, secret: bytes) -> Room:
        profile = Profile.from_dict(project.profile)
        from_table = profile.patient_ids is PatientIds.LOOKUP
        wanted = from_table or profile.base is Base.CTP
        lookup = self._pseudonyms.lookup(project.name) if wanted else None
        return Room(
            name=project.name,
            profile=profile,
            pseudonyms=Pseudonyms(
                secret,
                lookup=lookup,
                lookup_patients=from_table,
                patient_id_prefix=profile.patient_id_prefix,
            ),
            record_ids=project.record_ids,
            prearchive=project.prearchive,
            lookup=lookup,
            has_sites=bool(project.sites),
        )


def _under(instruction: Instruction, room: Room) -> Room:
    profile = room.profile
    if instruction.pixels_reviewed:
        profile = replace(profile, pixel_review=False)
    return replace(
        room,
        profile=profile,
        prearchive=instruction.prearchive or room.prearchive,
        uploader=instruction.uploader,
        submitted_for=instruction.site,
    )


def _no_project() -> UnknownProject:
    return UnknownProject(
        "The project that this object is addressed to does not exist: create it, then "
        "retry the object from quarantine."
    )


def _pairs(room: Room) -> Pairs:
    return Pairs(
        project=room.name,
        uids=frozenset(pair for uids, _ in room.replaced for pair in uids.items()),
        patients=frozenset(pair for _, patients in room.replaced for pair in patients.items()),
    )
