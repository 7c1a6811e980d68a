"""Regular expressions of profiles and scripts, in an engine whose time grows only with the text."""

import re
from functools import lru_cache
from typing import cast

from scanloft.core.errors import InvalidProfile

_LONGEST = 1_000
_MEMORY_BYTES = 1 << 20


@lru_cache(maxsize=256)
def compiled(pattern: str) -> re.Pattern[str]:
    """Return a compiled pattern with the methods of `re.Pattern`: search, fullmatch, sub …

    The syntax is RE2's: look-around and back-references do not exist, so no value can make a
    pattern hang. Text that is not valid Unicode (lone surrogates) raises UnicodeEncodeError.

    Raises InvalidProfile, which does not quote the pattern.
    """
    if len(pattern) > _LONGEST:
        raise InvalidProfile(
            f"A regular expression has more than {_LONGEST} characters: write a shorter one."
        )
    try:
        import re2  # type: ignore[import-untyped]  # has no types; only patterns pay for it
    except ImportError:
        raise InvalidProfile(
            "The profile has regular expressions, for which google-re2 has to be installed."
        ) from None
    options = re2.Options()
    options.log_errors = False
    options.max_mem = _MEMORY_BYTES
    try:
        return cast(re.Pattern[str], re2.compile(pattern, options))
    except (re2.error, UnicodeEncodeError):
        raise InvalidProfile(
            "A regular expression cannot be used: correct it to RE2's syntax, which has neither "
            "look-around nor back-references."
        ) from None
