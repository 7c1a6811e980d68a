"""Ending on Ctrl-C or SIGTERM, in good order."""

import signal
import threading


def stop_on_signals(stopping: threading.Event) -> None:
    """Sets the event at Ctrl-C and SIGTERM, instead of ending at once."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopping.set())
