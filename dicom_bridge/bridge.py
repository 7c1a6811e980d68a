"""The bridge as a whole: spool, uploader and listener, started and stopped in that order."""

from dataclasses import dataclass
from pathlib import Path
from typing import Self

from dicom_bridge.connections import Timeouts
from dicom_bridge.listener import Listener
from dicom_bridge.receivers import Receivers
from dicom_bridge.reception import Reception
from dicom_bridge.spool import Spool
from dicom_bridge.uploader import Backoff, Uploader
from scanloft.aws.objects import ObjectStore
from scanloft.core.settings import BridgeSettings

DRAIN_S = 20.0
"""How long a stop goes on uploading; container runtimes kill 30 s after they asked to stop."""


@dataclass(frozen=True, slots=True)
class Bridge:
    """A running bridge."""

    spool: Spool
    uploader: Uploader
    listener: Listener

    @property
    def address(self) -> tuple[str, int]:
        """The host and the port that the bridge listens on."""
        return self.listener.address

    @classmethod
    def start(
        cls,
        settings: BridgeSettings,
        *,
        store: ObjectStore,
        timeouts: Timeouts | None = None,
        backoff: Backoff | None = None,
    ) -> Self:
        """Takes the spool, uploads what an earlier run has left there, and listens.

        Raises:
            ValueError: the receivers are not written as they should be.
            Unavailable: the spool is in use or cannot be written.
            OSError: the address cannot be listened on.
        """
        receivers = Receivers.parse(settings.receivers)
        spool = Spool(Path(settings.spool_dir), reserve_bytes=settings.spool_reserve_bytes)
        spool.open()
        uploader = Uploader(spool, store, threads=settings.upload_threads, backoff=backoff)
        reception = Reception(
            receivers=receivers,
            spool=spool,
            object_limit_bytes=settings.object_limit_bytes,
            stored=uploader.add,
        )
        uploader.start()
        try:
            listener = Listener.start(
                (settings.bridge_host, settings.bridge_port),
                reception=reception,
                association_limit=settings.association_limit,
                timeouts=timeouts,
            )
        except OSError:
            uploader.stop(drain_s=0.0)
            spool.close()
            raise
        return cls(spool, uploader, listener)

    def stop(self, *, drain_s: float = DRAIN_S) -> None:
        """Takes nothing more, uploads for `drain_s` seconds; what is left waits in the spool."""
        self.listener.stop()
        self.uploader.stop(drain_s=drain_s)
        self.spool.close()
