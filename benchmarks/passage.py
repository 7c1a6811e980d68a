"""Part 3: how many bytes of a 300 MB object pass through the anonymise function on its way."""

import json
import urllib.request
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from benchmarks.archive_site import BatchRun, Site
from benchmarks.figures import Figure, middle
from benchmarks.folders import scratch_folder
from benchmarks.generated import Kind, write_large
from benchmarks.large import TITLE_BY_KIND, title
from benchmarks.servers import STUB, aws_servers
from benchmarks.stub import TRAFFIC_PATH

PART = "A large object through S3, by anonymise"
BAR_PERCENT = 2.0
"""Of the size of the object, each way."""


@dataclass(frozen=True, slots=True)
class Passing:
    """A large object that passed: bytes on the wire from and to AWS, headers and rows included."""

    size_bytes: int
    read_bytes: int
    sent_bytes: int
    run: BatchRun


def measure(*, runs: int) -> Iterator[Figure]:
    """Each kind before a stub of its own, whose memory is given back after it.

    Raises:
        RuntimeError: an object did not pass.
    """
    for kind in TITLE_BY_KIND:
        with aws_servers(STUB) as ports, Site(STUB, ports[STUB], functions=["anonymise"]) as site:
            passings = list(_passings(site, kind, port=ports[STUB], runs=runs))
        yield from figures_of(title(kind), passings)


def figures_of(what: str, passings: Sequence[Passing]) -> list[Figure]:
    """Per cent of the object: the larger way against the bar, and both; calls; CPU time."""

    def percent(measured: list[float]) -> float:
        return middle(measured, scale=100)

    larger = percent([max(one.read_bytes, one.sent_bytes) / one.size_bytes for one in passings])
    both = percent([(one.read_bytes + one.sent_bytes) / one.size_bytes for one in passings])
    runs = len(passings)
    calls = middle([sum(one.run.calls.values()) for one in passings])
    cpu_ms = middle([one.run.cpu_s for one in passings], scale=1000)
    return [
        Figure(
            part=PART,
            what=f"{what}, bytes one way",
            unit="%",
            ours=larger,
            runs=runs,
            against="the bar",
            other=BAR_PERCENT,
            least_ratio=1,
        ),
        Figure(part=PART, what=f"{what}, both ways", unit="%", ours=both, runs=runs),
        Figure(part=PART, what=f"{what}, calls", unit="", ours=calls, runs=runs),
        Figure(part=PART, what=f"{what}, CPU", unit="ms", ours=cpu_ms, runs=runs),
    ]


def _passings(site: Site, kind: Kind, *, port: int, runs: int) -> Iterator[Passing]:
    """Objects of the kind, one after the other, each another instance; the first warms up."""
    with scratch_folder() as folder:
        path = folder / "large.dcm"
        for batch in range(runs + 1):
            write_large(kind, path, batch=batch)
            sent = site.send_large(path, batch=batch)
            _traffic(port)
            run = site.anonymise([sent])
            traffic = _traffic(port)
            site.delete_archived(batch=batch, count=1)
            if batch:
                yield Passing(sent.size_bytes, traffic["sent"], traffic["received"], run)


def _traffic(port: int) -> dict[str, int]:
    """What the server has received and sent since it was asked before."""
    with urllib.request.urlopen(f"http://127.0.0.1:{port}{TRAFFIC_PATH}") as answer:
        counts: dict[str, int] = json.load(answer)
    return counts
