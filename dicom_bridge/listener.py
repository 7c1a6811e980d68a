"""The application entity: which services it offers, where it listens."""

import threading
from dataclasses import dataclass
from functools import partial

from pydicom.uid import (
    ColorPaletteStorage,
    CTDefinedProcedureProtocolStorage,
    GenericImplantTemplateStorage,
    HangingProtocolStorage,
    ImplantAssemblyTemplateStorage,
    ImplantTemplateGroupStorage,
    InventoryStorage,
    ProtocolApprovalStorage,
    XADefinedProcedureProtocolStorage,
)
from pynetdicom import AE, ALL_TRANSFER_SYNTAXES, _config
from pynetdicom.sop_class import Verification  # type: ignore[attr-defined]  # made at run time

from dicom_bridge.connections import Server, Timeouts
from dicom_bridge.reception import Reception
from scanloft.core.part10 import IMPLEMENTATION_CLASS_UID, IMPLEMENTATION_VERSION_NAME

NON_PATIENT_OBJECTS = (
    ColorPaletteStorage,
    CTDefinedProcedureProtocolStorage,
    GenericImplantTemplateStorage,
    HangingProtocolStorage,
    ImplantAssemblyTemplateStorage,
    ImplantTemplateGroupStorage,
    InventoryStorage,
    ProtocolApprovalStorage,
    XADefinedProcedureProtocolStorage,
)
"""The storage SOP classes of PS3.4 GG.3: pynetdicom leaves them out of its storage service."""

PDU_SIZE_BYTES = 128 * 1024
"""The longest P-DATA that peers are invited to send (PS3.8 D.1): fewer turns for large images."""


def configure() -> None:
    """Sets the options of pynetdicom that exist once per process.

    Every SOP class and every transfer syntax is taken as proposed, private ones too, and UIDs and
    AE titles are judged here, with a status, where pynetdicom would abort the association.
    """
    _config.UNRESTRICTED_STORAGE_SERVICE = True
    _config.LOG_HANDLER_LEVEL = "none"
    _config.VALIDATORS = {"AE": _accepted, "UI": _accepted}


def _accepted(value: object) -> tuple[bool, str]:
    return True, ""


@dataclass(frozen=True, slots=True)
class Listener:
    """A storage and verification SCP that is listening; others never get to see one."""

    server: Server

    @property
    def address(self) -> tuple[str, int]:
        """The host and the port that it listens on."""
        host, port = self.server.server_address[:2]
        return host, port

    @classmethod
    def start(
        cls,
        address: tuple[str, int],
        *,
        reception: Reception,
        association_limit: int,
        timeouts: Timeouts | None = None,
    ) -> "Listener":
        """Begins to listen; port 0 takes a free one.

        Raises:
            OSError: the address cannot be listened on.
        """
        timeouts = timeouts or Timeouts()
        configure()
        entity = _entity(association_limit=association_limit, timeouts=timeouts)
        server = Server(entity, address, reception=reception, timeouts=timeouts)
        serving = partial(server.serve_forever, poll_interval=0.1)
        threading.Thread(target=serving, name="listener", daemon=True).start()
        return cls(server)

    def stop(self) -> None:
        """Stops listening and ends all associations."""
        self.server.shutdown()


def _entity(*, association_limit: int, timeouts: Timeouts) -> AE:
    entity = AE("SCANLOFT")
    entity.add_supported_context(Verification)
    for sop_class_uid in NON_PATIENT_OBJECTS:
        entity.add_supported_context(sop_class_uid, ALL_TRANSFER_SYNTAXES)
    entity.require_called_aet = True
    entity.maximum_associations = association_limit
    entity.maximum_pdu_size = PDU_SIZE_BYTES
    entity.acse_timeout = timeouts.association_s
    entity.network_timeout = timeouts.idle_s
    entity.implementation_class_uid = IMPLEMENTATION_CLASS_UID
    entity.implementation_version_name = IMPLEMENTATION_VERSION_NAME
    return entity
