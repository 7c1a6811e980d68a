"""How much memory the processes of the local archive took at most."""

from collections.abc import Mapping
from pathlib import Path

KIB_PER_MIB = 1024


def peak_memory_mb(pids: Mapping[str, int]) -> dict[str, int]:
    """The peak resident memory of each process in MiB; empty where the system does not tell."""
    peaks = {}
    for name, pid in pids.items():
        status = Path(f"/proc/{pid}/status")
        if not status.exists():
            continue
        for line in status.read_text().splitlines():
            if line.startswith("VmHWM:"):
                peaks[name] = int(line.split()[1]) // KIB_PER_MIB
    return peaks
