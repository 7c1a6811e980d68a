"""cdk-nag: no findings, no idle acknowledgements, and a check that can fail."""

from pathlib import Path

import aws_cdk as cdk
import pytest
from aws_cdk import aws_s3 as s3

from infra import app as app_module
from infra import check
from infra.acknowledgements import acknowledgements
from infra.options import Options
from tests.infra.conftest import Synthesis

RULES = "AwsSolutions-"


def test_there_are_no_findings(synthesis: Synthesis, own_host: Synthesis) -> None:
    assert synthesis.findings == []
    assert own_host.findings == []


@pytest.fixture(scope="module")
def unacknowledged(
    tmp_path_factory: pytest.TempPathFactory,
) -> tuple[cdk.Stack, list[check.Finding]]:
    """The stack with a bad bucket, and all its findings, none of them acknowledged."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(app_module, "acknowledge", lambda stack, *, options: None)
        outdir = tmp_path_factory.mktemp("unacknowledged")
        app = app_module.build_app(outdir=outdir, context={"wheels": False})
    stack = app.node.find_child("scanloft")
    assert isinstance(stack, cdk.Stack)
    s3.Bucket(stack, "Careless")
    return stack, check.findings(app)


def test_a_careless_bucket_is_found(
    unacknowledged: tuple[cdk.Stack, list[check.Finding]],
) -> None:
    _, found = unacknowledged
    rules = {each.rule for each in found if each.path.startswith("scanloft/Careless/")}
    assert rules == {"AwsSolutions-S1", "AwsSolutions-S10"}


def test_every_acknowledgement_answers_a_finding(
    unacknowledged: tuple[cdk.Stack, list[check.Finding]],
) -> None:
    stack, found = unacknowledged
    for each in acknowledgements(stack, options=Options()):
        start = f"{stack.node.id}/{each.path}/"
        answered = [f for f in found if f.path.startswith(start) and f.rule == RULES + each.rule]
        assert answered, f"{each.path} no longer breaks {each.rule}"


def test_the_command_says_so_and_fails_the_shell(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    finding = check.Finding("scanloft/Careless", "AwsSolutions-S10", "no TLS")
    monkeypatch.setattr(check, "build_app", lambda **_: None)
    monkeypatch.setattr(check, "findings", lambda _: [finding])
    assert check.main() == 1
    assert "scanloft/Careless: AwsSolutions-S10: no TLS" in capsys.readouterr().out


def test_the_command_passes_without_findings(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(check, "build_app", lambda **_: None)
    monkeypatch.setattr(check, "findings", lambda _: [])
    assert check.main() == 0
    assert "no findings" in capsys.readouterr().out


def test_a_stack_that_cannot_be_built_is_not_taken_for_one_without_findings(
    tmp_path: Path,
) -> None:
    app = cdk.App(outdir=str(tmp_path / "app"))
    elsewhere = cdk.Stack(cdk.App(outdir=str(tmp_path / "elsewhere")), "Elsewhere")
    bucket = s3.CfnBucket(elsewhere, "Bucket")
    cdk.CfnOutput(cdk.Stack(app, "Broken"), "Arn", value=bucket.attr_arn)
    with pytest.raises(RuntimeError, match="Cannot reference across apps"):
        check.findings(app)
