"""`scanloft profile`: checks, shows, previews and imports de-identification profiles."""

import json
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from scanloft.client.arguments import LookupFile, ProfileArgument, SecretFile, Site
from scanloft.client.lookup_file import pseudonyms_for
from scanloft.client.outcomes import method_codes
from scanloft.client.preview_table import changed, print_table
from scanloft.client.profile_choice import chosen_profile, read_text
from scanloft.client.secret_file import secret_of
from scanloft.client.whole_file import write_whole
from scanloft.core.errors import ArchiveError, InvalidProfile, PixelReview
from scanloft.deid.engine import deidentify
from scanloft.deid.profiles.built_in import BUILT_IN, DESCRIPTIONS
from scanloft.deid.profiles.file import SCRIPT_PARSERS, read_profile, warnings_of, write_profile
from scanloft.deid.profiles.options import OPTIONS
from scanloft.deid.profiles.profile import Base, Profile, rule_needs_administrator
from scanloft.deid.profiles.tag_rules import RuleAction, TagRule
from scanloft.deid.profiles.warnings import named
from scanloft.deid.values.pseudonyms import Pseudonyms

if TYPE_CHECKING:
    from scanloft.client.comparison import Row

EXIT_REFUSED = 3

app = typer.Typer(
    help="Check, show, preview and import de-identification profiles.",
    no_args_is_help=True,
    epilog="Exit codes: 0 all well; 2 the call or the profile is wrong; 3 the object is refused.",
)


@app.command()
def check(profile: ProfileArgument) -> None:
    """Say what a profile does, or each of its faults with the line. Exits with 2 for faults."""
    chosen = chosen_profile(profile, param_hint="PROFILE")
    console = Console(soft_wrap=True, highlight=False, markup=False)
    for line in _summary(chosen):
        console.print(line)
    warnings = warnings_of(chosen)
    for warning in warnings:
        console.print(f"Warning: {warning}", style="yellow")
    console.print(f"The profile can be used. Warnings: {len(warnings)}.")


@app.command()
def show(
    name: Annotated[
        str | None, typer.Argument(help="basic, longitudinal or research; all if left out.")
    ] = None,
) -> None:
    """Print a profile that comes with scanloft as YAML, to begin one's own with."""
    if name is None:
        for known, description in DESCRIPTIONS.items():
            typer.echo(f"{known}: {description}")
        return
    if name not in BUILT_IN:
        raise typer.BadParameter(f"there are {', '.join(BUILT_IN)}", param_hint="NAME")
    typer.echo(f"# {DESCRIPTIONS[name]}\n{write_profile(BUILT_IN[name])}", nl=False)


@app.command()
def preview(
    profile: ProfileArgument,
    image: Annotated[
        Path, typer.Argument(help="One DICOM file.", exists=True, dir_okay=False, readable=True)
    ],
    show_all: Annotated[bool, typer.Option("--all", help="Show what is kept as well.")] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print JSON, with whole values, for programs.")
    ] = False,
    secret_file: SecretFile = None,
    lookup: LookupFile = None,
    site: Site = "",
) -> None:
    """Show what a profile does to each element of an image, before and after; writes no file.

    THIS PRINTS THE VALUES OF THE IMAGE, so names as well: it is for your own eyes and terminal.
    """
    console = Console(stderr=True, soft_wrap=True, highlight=False, markup=False)
    chosen = chosen_profile(profile, param_hint="PROFILE")
    secret = secret_of(secret_file, console, may_make=False)
    pseudonyms = pseudonyms_for(chosen, secret, lookup_file=lookup, site=site)
    try:
        rows, waits = _previewed(image.read_bytes(), chosen, pseudonyms, site=site)
    except ArchiveError as error:
        console.print(f"refused ({error.code}): {error.message}", style="red")
        raise typer.Exit(EXIT_REFUSED) from None
    shown = rows if show_all else changed(rows)
    if as_json:
        typer.echo(json.dumps([row.to_dict() for row in shown], indent=1))
    else:
        print_table(Console(highlight=False, markup=False), shown)
    counts = Counter(row.action for row in rows if row.action != "inside").most_common()
    counted = ", ".join(f"{count} {action}" for action, count in counts)
    console.print(f"{counted}. Profile {chosen.name}, version {chosen.version}.")
    if waits:
        console.print(f"The object itself waits (pixel_review): {waits}", style="red")
        raise typer.Exit(EXIT_REFUSED)


@app.command("import-ctp")
def import_ctp(
    script: Annotated[
        Path, typer.Argument(help="A script of CTP's DicomAnonymizer, XML or properties.")
    ],
    pixel_script: Annotated[
        Path | None, typer.Option(help="A script of CTP's DicomPixelAnonymizer as well.")
    ] = None,
    name: Annotated[str, typer.Option(help="The name of the profile.")] = "ctp",
    output: Annotated[
        Path | None,
        typer.Option(help="A new file for the profile; it is printed if left out.", dir_okay=False),
    ] = None,
) -> None:
    """Make a profile that runs a CTP script; the script is taken over as it is.

    The Basic Profile then cleans what the script left: add "floor: false" to switch that off.
    """
    values: dict[str, object] = {
        "name": name,
        "version": 1,
        "base": Base.CTP.value,
        "ctp_script": read_text(script, param_hint="SCRIPT"),
    }
    if pixel_script is not None:
        values["options"] = ["clean_pixel"]
        values["pixel_script"] = read_text(pixel_script, param_hint="--pixel-script")
    _parse_scripts(values)
    try:
        text = write_profile(Profile.from_dict(values))
        read_profile(text)
    except InvalidProfile as error:
        raise typer.BadParameter(error.message, param_hint="--name") from None
    if output is None:
        typer.echo(text, nl=False)
    else:
        _write_new(output, text)


def _write_new(path: Path, text: str) -> None:
    if path.exists() or path.is_symlink():
        raise typer.BadParameter("is there already: name another file", param_hint="--output")
    try:
        write_whole(path, text, private=False)
    except OSError:
        raise typer.BadParameter("cannot be written", param_hint="--output") from None


def _parse_scripts(values: dict[str, object]) -> None:
    for key, hint in (("ctp_script", "SCRIPT"), ("pixel_script", "--pixel-script")):
        try:
            if key in values:
                SCRIPT_PARSERS[key](str(values[key]))
        except InvalidProfile as error:
            raise typer.BadParameter(error.message, param_hint=hint) from None


def _previewed(
    data: bytes, profile: Profile, pseudonyms: Pseudonyms, *, site: str
) -> "tuple[list[Row], str]":
    """Return the rows, and why the object would wait for a person, blank if it would not."""
    from scanloft.client.comparison import compared  # other commands do without pydicom

    waits = ""
    try:
        result = deidentify(data, profile=profile, pseudonyms=pseudonyms, site=site)
    except PixelReview as error:
        waits = error.message
        looser = Profile.from_dict(profile.to_dict() | {"pixel_review": False})
        result = deidentify(data, profile=looser, pseudonyms=pseudonyms, site=site)
    return compared(data, result.data), waits


def _summary(profile: Profile) -> list[str]:
    codes = ", ".join(method_codes(profile)) or "none"
    lines = [
        f"{profile.name}, version {profile.version}, base {profile.base}, method codes {codes}",
        *(f"  {OPTIONS[option][0]} {option}" for option in sorted(profile.options)),
        f"  pixels that may show names: {'wait' if profile.pixel_review else 'PASS'}",
        f"  Patient IDs: {profile.patient_ids}, the same within: {profile.subjects}",
    ]
    if profile.rules:
        lines.append(f"  rules: {len(profile.rules)}")
        lines.extend(f"    {_described(rule)}" for rule in profile.rules)
    if profile.devices:
        lines.append(f"  devices: {len(profile.devices)}")
    if profile.pixel_script:
        lines.append(f"  CTP pixel script: {len(profile.pixel_script.splitlines())} lines")
    if profile.ctp_script:
        floor = "and then the Basic Profile" if profile.floor else "and nothing else"
        lines.append(f"  CTP script: {len(profile.ctp_script.splitlines())} lines, {floor}")
    return lines


def _described(rule: TagRule) -> str:
    marked = " (only a site administrator may set it)" if rule_needs_administrator(rule) else ""
    return f"{named(rule)}: {_done(rule)}{marked}"


def _done(rule: TagRule) -> str:
    match rule.action:
        case RuleAction.REPLACE:
            return f"replace by {rule.value!a}"
        case RuleAction.REGEX:
            return f"regex {rule.pattern!a} becomes {rule.value!a}"
    return str(rule.action)
