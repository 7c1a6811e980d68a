"""Which rectangles of an object's pixels a profile blanks: its device rules and pixel script."""

from collections.abc import Callable
from functools import lru_cache
from typing import TYPE_CHECKING

from scanloft.deid.profiles.profile import Profile
from scanloft.dicom.charsets import decoded, encodings
from scanloft.dicom.pixels import COLUMNS, ROWS, Look

if TYPE_CHECKING:
    from scanloft.deid.pixels.devices import Rectangle, Rule

_CHARACTER_SET = 0x00080005
_UNKNOWN = 0x10000
_BINARY = frozenset({0x00280010, 0x00280011, 0x00280002, 0x00280006, 0x00280100, 0x00280101})
_BINARY |= {0x00280102, 0x00280103}


def blanked_regions(
    profile: Profile, look: Look, *, little: bool = True
) -> "tuple[Rectangle, ...] | None":
    """Return the rectangles to blank; none where a rule calls the device clean.

    None where no rule knows the device, or the profile does not clean pixels.
    """
    if "clean_pixel" not in profile.options:
        return None
    from scanloft.deid.pixels.devices import regions  # only profiles that clean pixels pay for it

    found = regions(_rules(profile), _remembered(_text_look(look, little=little)))
    # A rule whose regions all lie beyond the image was not made for it.
    return found if not found or any(_reaches(one, look, little=little) for one in found) else None


def _reaches(region: "Rectangle", look: Look, *, little: bool) -> bool:
    order = "little" if little else "big"
    rows, columns = (int.from_bytes(look(tag)[:2], order) for tag in (ROWS, COLUMNS))  # type: ignore[arg-type]  # one of the two names
    return region.x < (columns or _UNKNOWN) and region.y < (rows or _UNKNOWN)


@lru_cache(maxsize=16)
def _rules(profile: Profile) -> "tuple[Rule, ...]":
    from scanloft.deid.pixels.ctp_script import parse_pixel_script

    script = parse_pixel_script(profile.pixel_script) if profile.pixel_script else ()
    return (*profile.devices, *script)


def _text_look(look: Look, *, little: bool) -> Callable[[int], str]:
    names = encodings(look(_CHARACTER_SET))

    def text(tag: int) -> str:
        value = look(tag)
        if tag in _BINARY:
            order = "little" if little else "big"
            return str(int.from_bytes(value[:2], order)) if value else ""  # type: ignore[arg-type]  # one of the two names
        return decoded(value, names).strip(" \0")

    return text


def _remembered(look: Callable[[int], str]) -> Callable[[int], str]:
    found: dict[int, str] = {}

    def remembered(tag: int) -> str:
        if tag not in found:
            found[tag] = look(tag)
        return found[tag]

    return remembered
