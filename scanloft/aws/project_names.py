"""Which project is called so: by its name or an alias, letter case aside."""

from scanloft.aws.names import NameIndex
from scanloft.aws.projects import ProjectIndex
from scanloft.aws.rows import Rows
from scanloft.core.errors import NotFound
from scanloft.core.identifiers import PROJECT
from scanloft.core.model import ProjectState
from scanloft.core.project_names import folded


class ProjectNames:
    """The names and aliases of the projects that take data; remembers what it was asked."""

    def __init__(self, rows: Rows) -> None:
        self._projects = ProjectIndex(rows)
        self._names = NameIndex(rows, self._projects)
        self._asked: dict[str, str | None] = {}

    def project_of(self, called: str) -> str | None:
        """The name of the active project that is called so, None where there is none.

        Raises:
            Unavailable: the table did not answer.
        """
        name = folded(called)
        if name not in self._asked:
            self._asked[name] = self._found(name)
        return self._asked[name]

    def _found(self, name: str) -> str | None:
        owner = self._names.project_of(name) or name
        if PROJECT.fullmatch(owner) is None:
            return None
        try:
            project = self._projects.project(owner)
        except NotFound:
            return None
        # Titles share the space of names, and nothing is routed by them.
        routed_by = set(map(folded, (project.name, *project.aliases)))
        takes_data = project.state is ProjectState.ACTIVE
        return project.name if takes_data and name in routed_by else None
