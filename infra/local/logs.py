"""Logging in the processes of the local archive, as Lambda would show it."""

import logging
import traceback

QUIET = ("botocore", "boto3", "urllib3", "httpx", "werkzeug")


def set_up() -> None:
    """Logs what the archive says, and of the libraries only what is wrong."""
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s %(message)s")
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)


def places(error: BaseException) -> str:
    """The type of an error and where it came from; its message may hold values of a data set."""
    frames = traceback.extract_tb(error.__traceback__)
    return "\n  ".join(
        [type(error).__name__, *(f"{f.filename}:{f.lineno} {f.name}" for f in frames)]
    )
