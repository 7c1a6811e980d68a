"""Ending a run from outside in such a way that it can still account for what it did."""

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

_NAMES = ("SIGINT", "SIGTERM", "SIGHUP")
_DEFAULTS = (signal.SIG_DFL, signal.default_int_handler)


@contextmanager
def interruptible() -> Iterator[Callable[[], None]]:
    """Let Ctrl-C, the end of a batch job or of a terminal raise KeyboardInterrupt, once.

    From then on to the end of the block, and from where the given function is called, such signals
    are ignored, so that the account is written whole. Those that are ignored before, as by nohup,
    stay so.
    """
    known = [getattr(signal, name) for name in _NAMES if hasattr(signal, name)]
    in_main = threading.current_thread() is threading.main_thread()
    before = {one: signal.getsignal(one) for one in known if in_main}
    ours = {one: handler for one, handler in before.items() if handler in _DEFAULTS}

    def ignore() -> None:
        for one in ours:
            signal.signal(one, signal.SIG_IGN)

    def end(*_: object) -> None:
        ignore()
        raise KeyboardInterrupt

    for one in ours:
        signal.signal(one, end)
    try:
        yield ignore
    finally:
        for one, handler in ours.items():
            signal.signal(one, handler)
