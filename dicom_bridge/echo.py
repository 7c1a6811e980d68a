"""`python -m dicom_bridge.echo`: asks the bridge of this host for a C-ECHO, as a health check."""

import os
import sys

from pynetdicom import AE
from pynetdicom.sop_class import Verification  # type: ignore[attr-defined]  # made at run time

from dicom_bridge.receivers import Receivers
from scanloft.core.settings import BridgeSettings

TIMEOUT_S = 5.0


def main() -> int:
    """0 when the bridge answers a C-ECHO with success, else 1."""
    settings = BridgeSettings.from_env(os.environ)
    called = next(iter(Receivers.parse(settings.receivers)))
    host = "127.0.0.1" if settings.bridge_host in {"0.0.0.0", ""} else settings.bridge_host  # noqa: S104  # compared, not bound
    return 0 if answers(host, settings.bridge_port, called_ae=called) else 1


def answers(host: str, port: int, *, called_ae: str) -> bool:
    """Whether this AE title at this address answers a C-ECHO with success (PS3.4 A)."""
    entity = AE("HEALTHCHECK")
    entity.connection_timeout = entity.acse_timeout = TIMEOUT_S
    entity.dimse_timeout = entity.network_timeout = TIMEOUT_S
    entity.add_requested_context(Verification)
    association = entity.associate(host, port, ae_title=called_ae)
    if not association.is_established:
        return False
    status = association.send_c_echo()
    association.release()
    return bool(status.get("Status") == 0)


if __name__ == "__main__":
    sys.exit(main())
