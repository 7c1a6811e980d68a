"""The check of `make check`: cdk-nag over the whole stack, with nothing fetched or deployed."""

import json
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import aws_cdk as cdk

from infra.app import build_app

REPORT = "validation-report.json"
FAILED = "ValidationFailed"


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """A rule that a construct breaks and nobody acknowledged."""

    path: str
    rule: str
    description: str

    def __str__(self) -> str:
        return f"{self.path}: {self.rule}: {self.description}"


def findings(app: cdk.App) -> list[Finding]:
    """What the checks of the app find; synthesises it.

    Raises:
        RuntimeError: it cannot be synthesised, for another reason than a finding.
    """
    report = Path(app.outdir) / REPORT
    try:
        app.synth()
    except RuntimeError as error:
        if FAILED not in str(error) or not report.is_file():
            raise
    return _read(report) if report.is_file() else []


def main() -> int:
    """Prints the findings; 1 if there are any, for the shell."""
    with tempfile.TemporaryDirectory() as outdir:
        found = findings(build_app(outdir=Path(outdir), context={"wheels": False}))
    for finding in found:
        sys.stdout.write(f"{finding}\n")
    summary = f"{len(found)} findings: mend them, or acknowledge them with a reason."
    sys.stdout.write(f"{summary if found else 'cdk-nag has no findings.'}\n")
    return 1 if found else 0


def _read(report: Path) -> list[Finding]:
    content = json.loads(report.read_text())
    return sorted(
        Finding(
            path=construct["constructPath"],
            rule=violation["ruleName"],
            description=violation["description"],
        )
        for plugin in content["pluginReports"]
        for violation in plugin["violations"]
        for construct in violation["violatingConstructs"]
    )


if __name__ == "__main__":
    sys.exit(main())
