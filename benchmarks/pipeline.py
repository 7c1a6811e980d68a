"""The pipeline, function by function: the same batches through the stub and through moto."""

import contextlib

from benchmarks.archive_site import BatchRun, Site
from benchmarks.objects import fresh_series
from benchmarks.servers import MOTO, STUB, aws_servers


def run_pipeline(model: bytes, *, batch_size: int, batches: int) -> list[BatchRun]:
    """Runs fresh batches through all functions, on one server and the other in turn.

    The first batch, in which processes and connections are made, is not among the results.

    Raises:
        RuntimeError: a function failed, or did not archive what it was given.
    """
    runs: list[BatchRun] = []
    with contextlib.ExitStack() as stack:
        ports = stack.enter_context(aws_servers(STUB, MOTO))
        sites = [stack.enter_context(Site(server, port)) for server, port in ports.items()]
        for batch in range(batches + 1):
            objects = fresh_series(model, batch=batch, count=batch_size)
            for site in sites:
                done = site.run_batch(objects, batch=batch)
                runs.extend(done if batch else ())
    return runs
