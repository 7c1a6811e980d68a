"""The template, synthesised once for all tests; without wheels, which nothing here looks at."""

import json
from dataclasses import dataclass
from pathlib import Path

import pytest

from infra.app import build_app
from infra.check import Finding, findings
from tests.infra.template import Template


@dataclass(frozen=True, slots=True)
class Synthesis:
    """What a synthesis gave."""

    template: Template
    findings: list[Finding]


def synthesise(outdir: Path, **context: object) -> Synthesis:
    app = build_app(outdir=outdir, context={"wheels": False, **context})
    found = findings(app)
    (template,) = outdir.glob("*.template.json")
    return Synthesis(Template(json.loads(template.read_text())), found)


@pytest.fixture(scope="session")
def synthesis(tmp_path_factory: pytest.TempPathFactory) -> Synthesis:
    """The archive as it is deployed without any choice."""
    return synthesise(tmp_path_factory.mktemp("cloud"))


@pytest.fixture(scope="session")
def template(synthesis: Synthesis) -> Template:
    return synthesis.template


@pytest.fixture(scope="session")
def own_host(tmp_path_factory: pytest.TempPathFactory) -> Synthesis:
    """The archive under a host of its own, with all that can be chosen."""
    return synthesise(
        tmp_path_factory.mktemp("own"),
        stack="other",
        public_base_url="https://archive.example.org",
        certificate_arn="arn:aws:acm:us-east-1:111111111111:certificate/00000000",
        alarm_email="alarms@example.org",
        project_creators="everyone",
    )
