"""The log: one JSON object per line, on standard error, without a word of anybody's data set."""

import json
import logging
import sys
import threading
import warnings
from datetime import UTC, datetime
from types import TracebackType

OWN_LOGGER = "dicom_bridge"
_STANDARD_KEYS = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


class JsonLines(logging.Formatter):
    """Own records with their structured keys; of records of libraries only where they arose.

    What libraries write quotes the values they stumble over, UIDs and names of patients among
    them, and so do the texts of exceptions; of both only the place and the class are kept.
    """

    def format(self, record: logging.LogRecord) -> str:
        """The record as one line of JSON."""
        line: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
        }
        if record.name.partition(".")[0] == OWN_LOGGER:
            line["message"] = record.msg
            line |= {k: v for k, v in vars(record).items() if k not in _STANDARD_KEYS}
        else:
            line["message"] = "message of a library"
            line["place"] = f"{record.name}:{record.lineno}"
        if record.exc_info and record.exc_info[0] is not None:
            line["error"] = record.exc_info[0].__name__
        return json.dumps(line)


def configure() -> None:
    """Sends all logs, warnings and unhandled errors of the process through `JsonLines`."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(logging.WARNING)
    logging.getLogger(OWN_LOGGER).setLevel(logging.INFO)
    logging.captureWarnings(True)
    warnings.simplefilter("default")
    sys.excepthook = _log_unhandled
    threading.excepthook = _log_unhandled_in_thread


def _log_unhandled(
    kind: type[BaseException], error: BaseException, trace: TracebackType | None
) -> None:
    logging.getLogger(OWN_LOGGER).critical(
        "unhandled error", exc_info=(kind, error, trace), extra={"place": _place(trace)}
    )


def _log_unhandled_in_thread(args: threading.ExceptHookArgs) -> None:
    logging.getLogger(OWN_LOGGER).error(
        "a thread ended by an error",
        extra={"place": _place(args.exc_traceback), "error": args.exc_type.__name__},
    )


def _place(trace: TracebackType | None) -> str:
    place = ""
    while trace is not None:
        code = trace.tb_frame.f_code
        place = f"{code.co_qualname}:{trace.tb_lineno}"
        trace = trace.tb_next
    return place
