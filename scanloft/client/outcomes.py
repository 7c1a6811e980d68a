"""What became of the files of one run: on the screen and as a report, without any value."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from rich.console import Console
from rich.markup import escape

from scanloft.deid.account import Account
from scanloft.deid.profiles.loosening import loosening_rules
from scanloft.deid.profiles.options import OPTIONS
from scanloft.deid.profiles.profile import Base, Profile

SHOWN_NAMES = 3
"""Of the files that share a reason; the report has all."""
FATES = ("deidentified", "refused", "ignored")
_BASIC_CODE = "113100"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one file; `path` is relative to the source."""

    path: str
    fate: str
    code: str = ""
    reason: str = ""
    account: Account | None = None

    def to_dict(self) -> dict[str, object]:
        """Return it as plain values for the report."""
        account = None if self.account is None else self.account.to_dict()
        return {
            "path": self.path,
            "fate": self.fate,
            "code": self.code,
            "reason": self.reason,
            "account": account,
        }


def method_codes(profile: Profile) -> list[str]:
    """Return the codes of PS3.16 CID 7050 that results of a profile state."""
    if profile.base is Base.NONE:
        return []
    conforms = profile.base is Base.BASIC and not loosening_rules(profile)
    basic = [_BASIC_CODE] if conforms else []
    return basic + sorted(OPTIONS[option][0] for option in profile.options)


def report_of(
    profile: Profile, outcomes: Sequence[Outcome], *, complete: bool = True
) -> dict[str, object]:
    """Return the account of a run as plain values: which profile, and what it did to each file.

    An interrupted run is not `complete`: files that it did not come to are not listed.
    """
    fates = Counter(outcome.fate for outcome in outcomes)
    codes = Counter(outcome.code for outcome in outcomes if outcome.code)
    counts: Counter[str] = Counter()
    for outcome in outcomes:
        if outcome.account is not None:
            counts.update(outcome.account.counts)
    return {
        "profile": {
            "name": profile.name,
            "version": profile.version,
            "base": profile.base.value,
            "options": sorted(profile.options),
            "method_codes": method_codes(profile),
            "rules": len(profile.rules),
            "pixel_review": profile.pixel_review,
        },
        "complete": complete,
        "totals": {fate: fates[fate] for fate in FATES},
        "codes": dict(sorted(codes.items())),
        "elements": dict(counts),
        "files": [outcome.to_dict() for outcome in outcomes],
    }


def show(console: Console, outcomes: Sequence[Outcome]) -> None:
    """Print what was not de-identified, files with the same reason together, and the totals."""
    alike: dict[tuple[str, str, str], list[str]] = {}
    for outcome in outcomes:
        if outcome.fate != "deidentified":
            key = outcome.fate, outcome.code, outcome.reason
            alike.setdefault(key, []).append(outcome.path)
    for (fate, code, reason), paths in alike.items():
        names = ", ".join(escape(printable(path)) for path in paths[:SHOWN_NAMES])
        more = f" and {len(paths) - SHOWN_NAMES} more" if len(paths) > SHOWN_NAMES else ""
        console.print(
            f"{fate} ({code}): {names}{more}\n  {reason}", highlight=False, soft_wrap=True
        )
    if any(len(paths) > SHOWN_NAMES for paths in alike.values()):
        console.print("A --report names all of them.", highlight=False)
    fates = Counter(outcome.fate for outcome in outcomes)
    console.print(", ".join(f"{fates[fate]} {fate}" for fate in FATES), highlight=False)


def printable(path: str) -> str:
    """Return a path as one line without control characters, which a terminal would obey."""
    return "".join(
        letter if letter.isprintable() else letter.encode("unicode_escape").decode()
        for letter in path
    )
