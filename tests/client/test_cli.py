"""The command itself: what holds for all of its commands."""

from importlib.metadata import version

from typer.testing import CliRunner

from scanloft.client.cli import app


def test_the_version_is_that_of_the_package() -> None:
    told = CliRunner().invoke(app, ["--version"])
    assert (told.exit_code, told.output) == (0, f"scanloft {version('scanloft')}\n")


def test_without_a_command_all_are_listed() -> None:
    told = CliRunner().invoke(app, [])
    assert all(name in told.output for name in ("deid", "profile", "local", "demo"))
