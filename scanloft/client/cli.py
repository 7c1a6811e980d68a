"""The `scanloft` command: its own commands and those that other packages register."""

from importlib.metadata import EntryPoint, entry_points, version
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from scanloft.client import audit_command, deid_command, profile_command, upload_command

COMMAND_GROUP = "scanloft.commands"


class CommandGroup(TyperGroup):
    """Adds the entry points of group `scanloft.commands`, loaded when they are asked for.

    An entry point names a command and refers to a function or a `typer.Typer`.
    """

    def list_commands(self, ctx: Any) -> list[str]:  # Any: typer 0.29 hides its Context's module
        """Return all names, in order."""
        return sorted({*super().list_commands(ctx), *_registered()})

    def get_command(self, ctx: Any, cmd_name: str) -> Any:  # Any: as above
        """Return a command of this package, or load the registered one."""
        own = super().get_command(ctx, cmd_name)
        entry_point = _registered().get(cmd_name)
        if own is not None or entry_point is None:
            return own
        loaded = entry_point.load()
        if isinstance(loaded, typer.Typer):
            return typer.main.get_command(loaded)
        single = typer.Typer(add_completion=False)
        single.command(cmd_name)(loaded)
        return typer.main.get_command(single)


app = typer.Typer(
    name="scanloft",
    help="A serverless archive for medical imaging studies that de-identifies what it receives.",
    cls=CommandGroup,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_show_locals=False,
)
app.command("deid", epilog=deid_command.EPILOG)(deid_command.deid)
app.command("upload", epilog=upload_command.EPILOG)(upload_command.upload)
app.add_typer(profile_command.app, name="profile")
app.add_typer(audit_command.app, name="audit")


def _tell_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"scanloft {version('scanloft')}")
        raise typer.Exit


@app.callback()
def _root(
    *,
    version: Annotated[
        bool,
        typer.Option("--version", help="Show the version.", callback=_tell_version, is_eager=True),
    ] = False,
) -> None:
    # Without a callback typer would drop the name of the only command.
    pass


def main() -> None:
    """Run the command line; the console script of the package."""
    app()


def _registered() -> dict[str, EntryPoint]:
    return {entry_point.name: entry_point for entry_point in entry_points(group=COMMAND_GROUP)}
