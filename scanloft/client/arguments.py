"""Options and arguments that several commands have, with their help."""

from pathlib import Path
from typing import Annotated

import typer

_PROFILE_HELP = (
    "A YAML or JSON file, or the name of a profile that comes with scanloft: "
    "basic, longitudinal, research."
)

ProfileArgument = Annotated[str, typer.Argument(metavar="PROFILE", help=_PROFILE_HELP)]
ProfileOption = Annotated[str, typer.Option(metavar="FILE|NAME", help=_PROFILE_HELP)]
SecretFile = Annotated[
    Path | None,
    typer.Option(
        help="The secret behind all pseudonyms; a random one if left out. A run makes the file "
        "if there is none, a preview does not. Keep it outside of SRC and DST.",
        dir_okay=False,
    ),
]
LookupFile = Annotated[
    Path | None,
    typer.Option(
        help="New Patient IDs, for profiles with patient_ids: lookup. Lines as "
        "ptid/1234=SUBJ-001, or CSV with the header id_old,id_new. New IDs have at most 64 "
        "printable ASCII characters.",
        dir_okay=False,
    ),
]
Site = Annotated[
    str, typer.Option(help="Where the images come from, for profiles with subjects: site.")
]
ReportFile = Annotated[
    Path | None,
    typer.Option(help="Write what was done to each file as JSON; no values.", dir_okay=False),
]
ExportFolder = Annotated[
    Path | None,
    typer.Option(
        help="Write uid_mapping.csv and patid_mapping.csv (id_old,id_new) into this folder. "
        "They RE-IDENTIFY the results: keep them where the originals are. Open them as text, "
        "as a spreadsheet may take an ID for a formula.",
        metavar="DIR",
    ),
]
