"""Lookup tables of a user's own runs: which Patient ID becomes which."""

import csv
from collections.abc import Iterator, Mapping
from pathlib import Path

import typer

from scanloft.client.profile_choice import read_text
from scanloft.core.errors import InvalidProfile
from scanloft.core.lookup import VALUE_FORM, is_usable
from scanloft.deid.profiles.profile import PatientIds, Profile, Subjects
from scanloft.deid.values.pseudonyms import Pseudonyms, lookup_key, subject_scope

_HINT = "--lookup"
COLUMNS = ("id_old", "id_new")


def pseudonyms_for(
    profile: Profile, secret: bytes, *, lookup_file: Path | None, site: str
) -> Pseudonyms:
    """Return the pseudonyms of a profile; raises typer.BadParameter where a table lacks or hangs.

    A table is read by profiles with `patient_ids: lookup` and by CTP scripts.
    """
    looks_up = profile.patient_ids is PatientIds.LOOKUP
    if looks_up and lookup_file is None:
        raise typer.BadParameter(
            'the profile has "patient_ids: lookup": name the table', param_hint=_HINT
        )
    if lookup_file is not None and not looks_up and not profile.ctp_script:
        raise typer.BadParameter(
            'the profile does not use a table: add "patient_ids: lookup" to it '
            "(scanloft profile show writes those that are built in)",
            param_hint=_HINT,
        )
    if profile.subjects is Subjects.SITE and not site:
        raise typer.BadParameter(
            'the profile has "subjects: site": name the site', param_hint="--site"
        )
    lookup = None if lookup_file is None else _read(lookup_file, profile, site=site)
    return Pseudonyms(
        secret,
        lookup=lookup,
        lookup_patients=looks_up,
        patient_id_prefix=profile.patient_id_prefix,
    )


def _read(path: Path, profile: Profile, *, site: str) -> Mapping[str, str]:
    text = read_text(path, param_hint=_HINT)
    first = text.lstrip().partition("\n")[0].replace('"', "").replace(" ", "").strip()
    try:
        if first == ",".join(COLUMNS):
            return _from_csv(text, profile, site=site)
        from scanloft.deid.ctp.lookup import parse_lookup  # only a run with such a table pays

        return parse_lookup(text, gives_patient_ids=profile.patient_ids is PatientIds.LOOKUP)
    except InvalidProfile as error:
        raise typer.BadParameter(
            f"{error.message} A CSV file needs the header {','.join(COLUMNS)}.", param_hint=_HINT
        ) from None


def _from_csv(text: str, profile: Profile, *, site: str) -> Mapping[str, str]:
    if profile.subjects is Subjects.ISSUER:
        raise typer.BadParameter(
            "a CSV file cannot say whose Patient IDs it lists, as the profile's "
            '"subjects: issuer" wants: write lines as ptid/issuer:NAME/1234=SUBJ-001',
            param_hint=_HINT,
        )
    within = subject_scope(profile.subjects, issuer="", site=site)
    gives_patient_ids = profile.patient_ids is PatientIds.LOOKUP
    table: dict[str, str] = {}
    for line, old, new in _rows(text):
        if gives_patient_ids and not is_usable(new):
            raise typer.BadParameter(f"line {line}: an id_new has {VALUE_FORM}", param_hint=_HINT)
        key = lookup_key(old, within=within)
        if table.get(key, new) != new:
            raise typer.BadParameter(
                f"line {line} gives an id_old another id_new than before: keep one of them",
                param_hint=_HINT,
            )
        table[key] = new
    return table


def _rows(text: str) -> Iterator[tuple[int, str, str]]:
    reader = csv.reader(text.lstrip().splitlines(keepends=True), skipinitialspace=True)
    next(reader)
    for row in reader:
        fields = [field.strip() for field in row]
        if not any(fields):
            continue
        if len(fields) != len(COLUMNS) or not all(fields):
            raise typer.BadParameter(
                f"line {reader.line_num} must have two values, {' and '.join(COLUMNS)}",
                param_hint=_HINT,
            )
        yield reader.line_num, fields[0], fields[1]
