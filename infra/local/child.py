"""Runs a module as a child of the local runner: it ends when the runner does, however that ends."""

import os
import runpy
import sys
import threading

from infra.local import faults


def main() -> None:
    """Runs `python -m infra.local.child MODULE [ARGUMENT ...]`.

    Standard input is a pipe that the runner holds open: its end means that the runner is gone.
    """
    threading.Thread(target=_end_with_the_runner, daemon=True).start()
    if crash := os.environ.get(faults.VARIABLE):
        faults.install(faults.Crash.parse(crash))
    sys.argv = sys.argv[1:]
    runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)


def _end_with_the_runner() -> None:
    sys.stdin.buffer.read()
    os._exit(1)


if __name__ == "__main__":
    main()
