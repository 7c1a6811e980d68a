"""The other end of the programs that are measured: a line of JSON in, a line of JSON out."""

import json
import os
import subprocess
from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Any, Self


class Loop:
    """A running program, as a context manager; `what` names it in the error when it ends."""

    def __init__(
        self, command: Sequence[str], *, what: str, environment: Mapping[str, str] | None = None
    ) -> None:
        self._what = what
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=os.environ | dict(environment or {}),
        )

    def __enter__(self) -> Self:
        """The program is running already."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Ends it by the end of its input."""
        self._process.communicate()

    def ask(self, question: object) -> Any:
        """The answer of the program.

        Raises:
            RuntimeError: it has ended; what it said is on standard error.
        """
        assert self._process.stdin  # noqa: S101  # both are pipes
        assert self._process.stdout  # noqa: S101
        try:
            self._process.stdin.write(json.dumps(question) + "\n")
            self._process.stdin.flush()
        except BrokenPipeError:
            raise RuntimeError(f"{self._what} has ended: see its message above.") from None
        answer = self._process.stdout.readline()
        if not answer:
            raise RuntimeError(f"{self._what} has ended: see its message above.")
        return json.loads(answer)
