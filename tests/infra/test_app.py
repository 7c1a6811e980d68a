"""The app as the CDK CLI starts it."""

import json
import os
import subprocess
import sys
from pathlib import Path

from infra.app import ROOT
from tests.infra.template import Template

LAMBDA_LIMIT_RESOURCES = 500


def test_it_synthesises_without_account_docker_or_node_on_the_system(tmp_path: Path) -> None:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("AWS")}
    environment = clean | {
        "PATH": "/nonexistent",
        "CDK_OUTDIR": str(tmp_path),
        "CDK_CONTEXT_JSON": json.dumps({"wheels": "false", "stack": "elsewhere"}),
    }
    environment.pop("JSII_NODE", None)
    done = subprocess.run(
        [sys.executable, "-m", "infra.app"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "elsewhere.template.json").is_file()


def test_the_stack_is_far_from_the_limit_of_resources(template: Template) -> None:
    assert len(template.document["Resources"]) < LAMBDA_LIMIT_RESOURCES / 2


def test_there_is_no_function_that_the_construct_library_brought(template: Template) -> None:
    assert not template.resources("AWS::CloudFormation::CustomResource")
    assert not [
        each["Type"]
        for each in template.document["Resources"].values()
        if each["Type"].startswith("Custom::")
    ]


def test_outputs_say_where_to_go(template: Template) -> None:
    wanted = {"PublicUrl", "UserPoolId", "ClientId", "InboxBucket", "WebBucket", "BridgePolicyArn"}
    assert wanted <= set(template.document["Outputs"])


def test_the_cli_starts_this_app() -> None:
    assert json.loads((ROOT / "cdk.json").read_text())["app"] == ".venv/bin/python -m infra.app"
