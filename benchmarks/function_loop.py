"""A function in a process of its own, measured batch by batch.

`python -m benchmarks.function_loop NAME` reads an event a line and answers with a line of JSON:
wall and CPU seconds, the calls to AWS by operation, and how many messages failed.
"""

import importlib
import json
import os
import sys
import time
from collections import Counter
from collections.abc import Mapping
from typing import Any

import boto3

from infra.local.context import LocalContext
from infra.local.faults import wait_before

S3_WAIT_S = {
    "GetObject": 0.025,
    "HeadObject": 0.025,
    "ListParts": 0.025,
    "PutObject": 0.040,
    "CopyObject": 0.040,
    "DeleteObjects": 0.040,
    "CreateMultipartUpload": 0.040,
    "UploadPart": 0.040,
    "UploadPartCopy": 0.040,
    "CompleteMultipartUpload": 0.040,
    "AbortMultipartUpload": 0.040,
}
QUICK_WAIT_S = 0.008
QUICK = (
    "GetItem",
    "PutItem",
    "Query",
    "BatchGetItem",
    "BatchWriteItem",
    "DeleteItem",
    "SendMessageBatch",
)
WAIT_S: Mapping[str, float] = {**S3_WAIT_S, **dict.fromkeys(QUICK, QUICK_WAIT_S)}
"""How long AWS makes one wait, by operation, in seconds."""


def main() -> None:
    """Runs batches until standard input ends."""
    name = sys.argv[1]
    # Powertools prints metrics and logs to standard output, which is ours to answer on.
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    boto3.setup_default_session()
    wait_before(WAIT_S)
    calls = _counted()
    handler = importlib.import_module(f"functions.{name}.handler").handler
    for line in sys.stdin:
        calls.clear()
        figures = _measured(handler, json.loads(line), name=name)
        print(json.dumps({**figures, "calls": dict(calls)}), file=answers, flush=True)


def _counted() -> Counter[str]:
    """The calls of this process by operation; threads count one after the other, by the GIL."""
    calls: Counter[str] = Counter()

    def before_call(model: Any, **_: object) -> None:
        calls[model.name] += 1

    session: Any = boto3.DEFAULT_SESSION
    session.events.register("before-call", before_call)
    return calls


def _measured(handler: Any, event: Mapping[str, Any], *, name: str) -> dict[str, Any]:
    context = LocalContext(function_name=name)
    wall, cpu = time.perf_counter(), time.process_time()
    answer = handler(event, context)
    return {
        "wall_s": time.perf_counter() - wall,
        "cpu_s": time.process_time() - cpu,
        "failures": len(answer["batchItemFailures"]),
    }


if __name__ == "__main__":
    main()
