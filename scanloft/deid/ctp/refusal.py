"""How a script or a lookup table is refused: by its line and what to do, never by its values."""

from scanloft.core.errors import InvalidProfile


def script_refused(line: int, message: str) -> InvalidProfile:
    """Return the error for a line of a script."""
    return InvalidProfile(f"CTP script, line {line}: {message}", line=line)


def lookup_refused(line: int, message: str) -> InvalidProfile:
    """Return the error for a line of a lookup table."""
    return InvalidProfile(f"CTP lookup table, line {line}: {message}", line=line)
