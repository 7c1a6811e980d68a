"""Profiles as a command line names them: a file, or one that comes with scanloft."""

from pathlib import Path

import typer

from scanloft.core.errors import InvalidProfile
from scanloft.deid.profiles.built_in import BUILT_IN
from scanloft.deid.profiles.file import read_profile
from scanloft.deid.profiles.profile import Profile


def chosen_profile(name: str, *, param_hint: str) -> Profile:
    """Return the profile that comes with scanloft under this name, else that of the file.

    A file with the name of one of them is meant by ./name. Raises typer.BadParameter with every
    fault and its line.
    """
    if name in BUILT_IN:
        return BUILT_IN[name]
    try:
        return read_profile(read_text(Path(name), param_hint=param_hint))
    except InvalidProfile as error:
        raise typer.BadParameter(error.message, param_hint=param_hint) from None


def profile_file(name: str) -> Path | None:
    """Return the file that a profile's name means, None for one that comes with scanloft."""
    return None if name in BUILT_IN else Path(name)


def read_text(path: Path, *, param_hint: str) -> str:
    """Return the text of a file with its line ends as \\n; raises typer.BadParameter."""
    try:
        return path.read_text("utf-8-sig")
    except FileNotFoundError:
        advice = f"there is no such file; by name there are {', '.join(BUILT_IN)}"
        raise typer.BadParameter(
            advice if param_hint in ("--profile", "PROFILE") else "there is no such file",
            param_hint=param_hint,
        ) from None
    except UnicodeDecodeError:
        raise typer.BadParameter("is not UTF-8 text", param_hint=param_hint) from None
    except OSError:
        raise typer.BadParameter("cannot be read", param_hint=param_hint) from None
