"""The entry point of `cdk`: composes the app from its context, with all checks on."""

import json
import os
import sys
from collections.abc import Mapping
from pathlib import Path

import aws_cdk as cdk
from cdk_nag import AwsSolutionsChecks

from infra.acknowledgements import acknowledge
from infra.assets import Workshop
from infra.options import Options
from infra.stack import ArchiveStack

ROOT = Path(__file__).parent.parent
OUTPUT_VARIABLE = "CDK_OUTDIR"
"""Where the CDK CLI wants the result; it sets this before it starts the app."""


def build_app(*, outdir: Path, context: Mapping[str, object] | None = None) -> cdk.App:
    """The app with its stack; `context` comes on top of the feature flags of `cdk.json`."""
    flags = json.loads((ROOT / "cdk.json").read_text())["context"]
    app = cdk.App(
        outdir=str(outdir), context={**flags, **(context or {})}, analytics_reporting=False
    )
    options = Options.from_context(app.node)
    workshop = Workshop(ROOT, out=ROOT / "build" / "assets", with_wheels=options.wheels)
    stack = ArchiveStack(app, options.stack, options=options, workshop=workshop)
    acknowledge(stack, options=options)
    cdk.Validations.of(app).add_plugins(AwsSolutionsChecks())
    return app


def main() -> None:
    """Synthesises the app where the CLI wants it, `cdk.out` without one, and says so."""
    assembly = build_app(outdir=Path(os.environ.get(OUTPUT_VARIABLE, "cdk.out"))).synth()
    if OUTPUT_VARIABLE in os.environ:
        return
    for stack in assembly.stacks:
        resources = len(stack.template["Resources"])
        sys.stdout.write(f"{stack.template_full_path}: {resources} resources\n")


if __name__ == "__main__":
    main()
