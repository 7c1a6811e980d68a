"""`python -m dicom_bridge [--ready-file FILE]`: runs the bridge until SIGTERM or SIGINT."""

import argparse
import json
import logging
import os
import signal
import sys
import threading
from pathlib import Path

import pydicom.config
from botocore.exceptions import BotoCoreError

from dicom_bridge import logs
from dicom_bridge.bridge import Bridge
from scanloft.aws import clients
from scanloft.aws.objects import ObjectStore
from scanloft.core.errors import ArchiveError
from scanloft.core.settings import BridgeSettings

LOG = logging.getLogger("dicom_bridge.main")


def main() -> int:
    """Runs the bridge; 0 after a clean stop, 2 when it could not start."""
    arguments = _arguments()
    logs.configure()
    # Values of requests are judged by the bridge; pydicom would quote them in warnings.
    pydicom.config.settings.reading_validation_mode = pydicom.config.IGNORE
    pydicom.config.settings.writing_validation_mode = pydicom.config.IGNORE
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    try:
        bridge = _start()
    except (ValueError, ArchiveError, OSError, BotoCoreError) as error:
        print(f"The bridge cannot start: {error}", file=sys.stderr)  # noqa: T201  # said to the person who started it
        return 2
    host, port = bridge.address
    LOG.info("listening", extra={"host": host, "port": port})
    if arguments.ready_file is not None:
        write_ready_file(arguments.ready_file, host=host, port=port)
    stop.wait()
    LOG.info("stopping")
    bridge.stop()
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m dicom_bridge", description=__doc__)
    parser.add_argument(
        "--ready-file", type=Path, help='written when listening, as {"host": ..., "port": ...}'
    )
    return parser.parse_args()


def _start() -> Bridge:
    settings = BridgeSettings.from_env(os.environ)
    store = ObjectStore(settings.inbox_bucket, clients.s3())
    return Bridge.start(settings, store=store)


def write_ready_file(path: Path, *, host: str, port: int) -> None:
    """Writes where the bridge listens; whoever waits for the file never sees half of it."""
    unfinished = path.with_name(f"{path.name}.part")
    unfinished.write_text(json.dumps({"host": host, "port": port}), encoding="utf-8")
    unfinished.replace(path)


if __name__ == "__main__":
    sys.exit(main())
