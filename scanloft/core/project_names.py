"""The one space of names of projects: names, titles and aliases; each belongs to one project.

Neither letter case nor blanks around and between words make another name.
"""

from scanloft.core.model import Project


def folded(name: str) -> str:
    """The name as it is compared."""
    return " ".join(name.split()).casefold()


def names_of(project: Project) -> frozenset[str]:
    """All that a project is called, as it is compared."""
    return frozenset(map(folded, (project.name, project.title, *project.aliases)))
