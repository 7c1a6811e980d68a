"""Ending a run from outside in such a way that it can still account for what it did."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager

_NAMES = ("SIGTERM", "SIGHUP")


@contextmanager
def interruptible() -> Iterator[None]:
    """Let the end of a batch job or of a terminal raise KeyboardInterrupt, as Ctrl-C does.

    Signals that are ignored, as by nohup, stay so.
    """
    known = [getattr(signal, name) for name in _NAMES if hasattr(signal, name)]
    in_main = threading.current_thread() is threading.main_thread()
    ours = [one for one in known if in_main and signal.getsignal(one) is signal.SIG_DFL]
    for one in ours:
        signal.signal(one, signal.default_int_handler)
    try:
        yield
    finally:
        for one in ours:
            signal.signal(one, signal.SIG_DFL)
