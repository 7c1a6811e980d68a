"""The demo's account: as JSON for programs, and as tables for people."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

from rich.console import Console
from rich.table import Table

from infra.local.archive import Announcement
from infra.local.demo.outcome import Outcome, Route, adds_up, counts
from infra.local.people import PEOPLE

ROUTE_TITLES = {Route.DICOM: "C-STORE", Route.UPLOAD: "upload"}
HEADINGS = {"quarantined": "held", "duplicate": "twice", "not_sent": "not sent"}
"""Short enough for a terminal of 80 columns; `held` is held in quarantine."""
REASONS_SHOWN = 16
EXAMPLES_SHOWN = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """What the demo found."""

    folder: str
    project_by_route: Mapping[Route, str]
    outcomes: Sequence[Outcome]
    searchable: Mapping[Route, int]
    retrieved: int
    unretrievable: int
    dead_letters: int
    seconds: float
    peak_memory_mb: Mapping[str, int]
    problems: Sequence[str]

    @property
    def is_good(self) -> bool:
        """Whether every file is accounted for and all that was archived can be found and had."""
        return not self.problems and adds_up(self.outcomes)

    def of(self, route: Route) -> list[Outcome]:
        """The outcomes of one way."""
        return [outcome for outcome in self.outcomes if outcome.route is route]

    def to_json(self) -> str:
        """The account as JSON: the counts of both ways together, of each, and every file."""
        return json.dumps(
            {
                **counts(self.outcomes),
                "good": self.is_good,
                "problems": list(self.problems),
                "folder": self.folder,
                "routes": {
                    route: {
                        "project": self.project_by_route[route],
                        **counts(self.of(route)),
                        "searchable": self.searchable[route],
                    }
                    for route in Route
                },
                "retrieved": self.retrieved,
                "unretrievable": self.unretrievable,
                "dead_letters": self.dead_letters,
                "seconds": round(self.seconds, 1),
                "peak_memory_mb": dict(self.peak_memory_mb),
                "files": [asdict(outcome) for outcome in self.outcomes],
            },
            indent=1,
        )


def show(account: Account, console: Console) -> None:
    """Prints the account for a person."""
    console.print(f"\n[bold]{account.folder}[/bold], in {account.seconds:.0f} s\n", soft_wrap=True)
    console.print(_counts_table(account))
    console.print(_changes_table(account))
    if any(outcome.code for outcome in account.outcomes):
        console.print(_reasons_table(account))
    console.print(
        f"Retrieved by WADO-RS: {account.retrieved} of "
        f"{account.retrieved + account.unretrievable} archived instances. "
        f"Dead letters: {account.dead_letters}. "
        f"Largest process: {max(account.peak_memory_mb.values(), default=0)} MB."
    )
    for problem in account.problems:
        console.print(f"[bold red]Problem:[/bold red] {problem}")


def _counts_table(account: Account) -> Table:
    names = [HEADINGS.get(name, name) for name in counts(())]
    table = Table("way", *names, "found", title="What arrived")
    table.caption = (
        "archived: de-identified and stored; twice: there already; held: in quarantine, for a "
        "person; ignored: not DICOM; not sent: C-STORE cannot carry it; found: by QIDO-RS."
    )
    for route in Route:
        numbers = counts(account.of(route))
        table.add_row(
            ROUTE_TITLES[route],
            *(str(number) for number in numbers.values()),
            str(account.searchable[route]),
        )
    return table


def _changes_table(account: Account) -> Table:
    table = Table("in de-identified objects", "elements", title="What was changed")
    total: Counter[str] = Counter()
    for outcome in account.outcomes:
        if outcome.fate in {"archived", "duplicate"}:
            total.update(outcome.actions)
    for action, count in sorted(total.items()):
        table.add_row(action.replace("_", " "), str(count))
    return table


def _reasons_table(account: Account) -> Table:
    table = Table(
        "fate", *ROUTE_TITLES.values(), "why", "for example", title="What was refused, and why"
    )
    for column in table.columns[3:]:
        column.overflow = "fold"
    grouped: dict[tuple[str, str], list[Outcome]] = {}
    for outcome in account.outcomes:
        if outcome.code:
            grouped.setdefault((outcome.fate, outcome.reason), []).append(outcome)
    ordered = sorted(grouped.items(), key=lambda entry: -len(entry[1]))
    for (fate, reason), found in ordered[:REASONS_SHOWN]:
        by_route = Counter(outcome.route for outcome in found)
        examples = "\n".join(sorted({outcome.path for outcome in found})[:EXAMPLES_SHOWN])
        numbers = (str(by_route[route]) for route in ROUTE_TITLES)
        table.add_row(fate.replace("_", " "), *numbers, reason, examples)
    if len(ordered) > REASONS_SHOWN:
        table.caption = f"{len(ordered) - REASONS_SHOWN} more reasons: REPORT=file.json lists all"
    return table


def show_addresses(account: Account, announcement: Announcement, console: Console) -> None:
    """Prints where to look, and the tokens to look with."""
    project = account.project_by_route[Route.UPLOAD]
    token = announcement.tokens["owner"]
    console.print("\n[bold]Have a look[/bold] while it runs:")
    studies = f"{announcement.base_url}/api/projects/{project}/dicomweb/studies"
    dicom = f"{announcement.dicom_host}:{announcement.dicom_port}"
    lines = [
        f"API       {announcement.base_url}/api/projects",
        f"DICOMweb  {studies}",
        f"DICOM     {announcement.ae_title} at {dicom}",
        *(f"          {ae} stores into {place}" for ae, place in announcement.projects.items()),
        *(f"token     {person}: {announcement.tokens[person]}" for person in PEOPLE),
        f"storescu -aec {announcement.ae_title} {dicom.replace(':', ' ')} image.dcm",
        f"curl -H 'Authorization: Bearer {token}' {studies}",
    ]
    for line in lines:
        console.print(f"  {line}", soft_wrap=True, highlight=False)
