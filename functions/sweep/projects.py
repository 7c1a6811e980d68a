"""Removing projects for good whose days are over: out of sight first, a day later all they hold.

Once a project is out of sight, the gate knows it no more, and what still arrives waits for the
site administrators. What was under way then is done within the day, so that nothing comes after
the project's objects and rows are gone. What stays is in docs/decisions/0011.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from functions.sweep.broom import Broom
from scanloft.aws.condemned import Condemned, CondemnedIndex
from scanloft.aws.deletion import DELETE_LIMIT
from scanloft.aws.names import NameIndex
from scanloft.aws.objects import ObjectStore
from scanloft.aws.share_links import LinkIndex
from scanloft.core.batching import batches
from scanloft.core.blueprint import ARCHIVE, INBOX
from scanloft.core.items import project_partition, unassigned_item
from scanloft.core.keys import project_prefixes
from scanloft.core.model import Project, ProjectState
from scanloft.core.project_names import names_of

GRACE = timedelta(hours=1)
"""After its last day: nobody brings a project back while it is being removed."""
SETTLED = timedelta(hours=20)
"""After which nothing is under way any more; less than a day, so that the next sweep goes on."""
RESERVE_S = 60
"""A step that has less time left than this stops where it is."""
PROJECTS_AT_ONCE = 100

SecondsLeft = Callable[[], float]


def condemn(broom: Broom, seconds_left: SecondsLeft) -> int:
    """Takes projects out of sight whose days to come back are over; how many."""
    count = 0
    for project in _due(broom):
        if seconds_left() < RESERVE_S:
            break
        _condemn(broom, project)
        count += 1
    return count


def erase(broom: Broom, seconds_left: SecondsLeft) -> int:
    """Deletes what projects held that have been out of sight for a day; how many are finished."""
    count = 0
    for condemned in list(CondemnedIndex(broom.rows).all()):
        if condemned.since + SETTLED <= broom.now():
            count += _erase(broom, condemned, seconds_left)
    return count


def _due(broom: Broom) -> Iterator[Project]:
    names = broom.projects.names()
    for chunk in batches(names, size=PROJECTS_AT_ONCE):
        for project in broom.projects.projects(chunk).values():
            if project.state is ProjectState.DELETED and _until(project) + GRACE <= broom.now():
                yield project


def _until(project: Project) -> datetime:
    return datetime.fromisoformat(project.deleted_until).astimezone(UTC)


def _condemn(broom: Broom, project: Project) -> None:
    """Keeps the name for good, then closes all doors; the project itself goes last.

    A project whose removal stops before that is due again the next time.
    """
    names = NameIndex(broom.rows, broom.projects)
    names.keep(project.name, project.name)
    names.release(names_of(project), project.name, revision=project.revision + 1)
    links = LinkIndex(broom.rows)
    for link in list(links.links(project.name)):
        links.remove(link)
    for member in list(broom.projects.members(project.name)):
        broom.projects.forget_member(project.name, member.user)
        broom.projects.remove_member(member)
    CondemnedIndex(broom.rows).put(Condemned(project.name, broom.now()))
    broom.projects.remove(project.name)


def _erase(broom: Broom, condemned: Condemned, seconds_left: SecondsLeft) -> bool:
    """Whether nothing is left: objects first, so that rows can be made anew from none."""
    held = project_prefixes(ARCHIVE.name, condemned.project)
    waiting = project_prefixes(INBOX.name, condemned.project)
    if not all(_emptied(broom.archive, prefix, seconds_left) for prefix in held):
        return False
    if not all(_emptied(broom.inbox, each, seconds_left, spared=broom) for each in waiting):
        return False
    if not _forgotten(broom, condemned, seconds_left):
        return False
    broom.projects.remove(condemned.project)
    CondemnedIndex(broom.rows).remove(condemned.project)
    return True


def _emptied(
    store: ObjectStore, prefix: str, seconds_left: SecondsLeft, *, spared: Broom | None = None
) -> bool:
    """Whether all objects are gone; of a quarantine, those that wait for nobody's project stay."""
    keys = store.keys(prefix)
    for chunk in batches(keys, size=DELETE_LIMIT):
        if seconds_left() < RESERVE_S:
            return False
        store.delete(_without_unassigned(spared, chunk) if spared else chunk)
    return True


def _without_unassigned(broom: Broom, keys: list[str]) -> list[str]:
    """The keys without those of objects that came after the project was out of sight."""
    place_by_key = {key: unassigned_item(key.rpartition("/")[2]) for key in keys}
    waiting = broom.rows.get_many(place_by_key.values())
    return [key for key, place in place_by_key.items() if place not in waiting]


def _forgotten(broom: Broom, condemned: Condemned, seconds_left: SecondsLeft) -> bool:
    """Whether all rows are gone; where time runs out, how far it is is written down."""
    partition = project_partition(condemned.project)
    for keys, place in broom.rows.scan_below(partition, after=condemned.scanned_to):
        broom.rows.delete_many(keys)
        if place is not None and seconds_left() < RESERVE_S:
            CondemnedIndex(broom.rows).put(replace(condemned, scanned_to=place))
            return False
    return True
