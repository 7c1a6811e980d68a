"""The gate in a process of its own, given one object: what it used, as JSON on standard output."""

import json
import sys
import time
from pathlib import Path

from functions.anonymise.handler import handler
from infra.local.context import LocalContext
from scanloft.aws import clients
from scanloft.core.blueprint import ANONYMISE
from tests.support.events import batch, notification
from tests.support.traffic import measured

STATUS = Path("/proc/self/status")


def main(key: str, size_bytes: int) -> None:
    """Passes the object and tells of memory (MiB), CPU time (s) and bytes."""
    event = {"Records": batch([notification(key, size_bytes=size_bytes)])}
    before = _peak_mib()
    with measured(clients.s3()) as traffic:
        began = time.process_time()
        answer = handler(event, LocalContext(ANONYMISE.name))
        cpu_s = time.process_time() - began
    told = {
        "failed": len(answer["batchItemFailures"]),
        "before_mib": before,
        "peak_mib": _peak_mib(),
        "cpu_s": cpu_s,
        "calls": traffic.calls,
        "received_bytes": traffic.received_bytes,
        "sent_bytes": traffic.sent_bytes,
    }
    print("\n" + json.dumps(told))  # noqa: T201  # its only output


def _peak_mib() -> float:
    # Not `getrusage`: its peak is that of the process that started this one, where that is higher.
    (line,) = (line for line in STATUS.read_text().splitlines() if line.startswith("VmHWM:"))
    return int(line.split()[1]) / 1024


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
