"""What a schedule does on AWS: calls a function again and again, here more often."""

import importlib
import logging
import signal
import sys
import threading

from infra.local import logs
from infra.local.context import LocalContext
from infra.local.pump import function_named
from scanloft.core.blueprint import Function

INTERVAL_S = 600

logger = logging.getLogger(__name__)


def run(function: Function, *, stopping: threading.Event, interval_s: float = INTERVAL_S) -> None:
    """Calls the function, then waits, until `stopping` is set."""
    handler = importlib.import_module(function.module).handler
    while not stopping.wait(interval_s):
        try:
            handler({}, LocalContext(function.name))
        except Exception as error:  # noqa: BLE001  # the edge, as Lambda itself is
            logger.error("function failed: %s", logs.places(error))


def main() -> None:
    """Calls the function named by the first argument until SIGTERM."""
    logs.set_up()
    stopping = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stopping.set())
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    run(function_named(sys.argv[1]), stopping=stopping)


if __name__ == "__main__":
    main()
