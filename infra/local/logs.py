"""Logging in the processes of the local archive, as Lambda would show it."""

import logging

QUIET = ("botocore", "boto3", "urllib3", "httpx", "werkzeug")


def set_up() -> None:
    """Logs what the archive says, and of the libraries only what is wrong."""
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s %(message)s")
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
