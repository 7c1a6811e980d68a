"""The steps of a sweep, in order; each gives the number of things that it cleared away.

A step gets the broom and a function that gives the seconds left. It may be interrupted anywhere,
and finds what is left the next time.
"""

from collections.abc import Callable, Mapping

from functions.sweep import projects
from functions.sweep.broom import Broom
from functions.sweep.resources import clear_trash
from functions.sweep.tombstones import remove_deleted
from functions.sweep.uploads import sweep_uploads

Step = Callable[[Broom, Callable[[], float]], int]

STEPS: Mapping[str, Step] = {
    "projects_condemned": projects.condemn,
    "projects_erased": projects.erase,
    "tombstones": remove_deleted,
    "resources": clear_trash,
    "uploads": sweep_uploads,
}
