"""DIMSE messages with limits: put together from fragments, their data sets straight onto disk.

pynetdicom collects a data set of any size in memory and leaves incomplete requests without an
answer; what is replaced here is what has to be.
"""

import logging
import queue
import time
from functools import partial
from typing import Any, cast

from pydicom.dataset import Dataset
from pydicom.multival import MultiValue
from pynetdicom.association import Association
from pynetdicom.dimse import DIMSEServiceProvider
from pynetdicom.dimse_messages import C_STORE_RQ, DIMSEMessage
from pynetdicom.dimse_primitives import C_STORE
from pynetdicom.pdu_primitives import P_DATA

from dicom_bridge.arrival import Arrival
from dicom_bridge.reception import Sender
from scanloft.core.errors import MalformedDicom
from scanloft.core.part10 import file_head

LOG = logging.getLogger(__name__)

COMMAND_LIMIT_BYTES = 16 * 1024
"""The longest command set that is read; real ones have some hundred bytes."""
WAITING_LIMIT = 4
"""How many requests may wait: the window of PS3.7 D.3.3.3 stays 1, so an honest peer has one."""


class Requests(queue.Queue[Any]):
    """The complete messages of an association, less those that pynetdicom would not answer."""

    def __init__(self, provider: "DimseProvider") -> None:
        super().__init__()
        self._provider = provider

    def put(self, item: Any, block: bool = True, timeout: float | None = None) -> None:
        """Hands a message on to be served, or answers it at once where it is incomplete."""
        context_id, message = item
        if isinstance(message, C_STORE) and _is_incomplete_request(message):
            self._provider.refuse(message, context_id=context_id)
        else:
            super().put(item, block, timeout)


class DimseProvider(DIMSEServiceProvider):
    """Puts messages together, with their data sets on disk."""

    def __init__(self, association: Association, sender: Sender, *, timeout_s: float) -> None:
        super().__init__(association)
        self.msg_queue = Requests(self)
        self._sender = sender
        self._timeout_s = timeout_s
        self._deadline = 0.0
        self._command_bytes = 0

    def receive_primitive(self, primitive: P_DATA) -> None:
        """Adds fragments to the message; a peer that breaks the rules is aborted (PS3.8 AA-8)."""
        if self.message is None:
            self._begin()
        message = cast("DIMSEMessage", self.message)
        arrival = message.data_set
        self._command_bytes += _command_bytes(primitive)
        if self._breaks_limits():
            LOG.warning("association aborted: a message beyond the limits")
            self._abort()
            return
        try:
            super().receive_primitive(primitive)
        except Exception as error:  # noqa: BLE001  # whatever garbage does to the parser of pynetdicom
            LOG.warning("association aborted: bad message", extra={"error": type(error).__name__})
            self._abort()
            return
        if self.message is None and not isinstance(message, C_STORE_RQ):
            self._sender.drop(cast("Arrival", arrival))

    def refuse(self, request: C_STORE, *, context_id: int) -> None:
        """Sends a failure for a request that cannot be served (PS3.7 9.3.1.2)."""
        elements = self._sender.refuse(request)
        response = C_STORE()
        response.MessageIDBeingRespondedTo = request.MessageID
        response.AffectedSOPClassUID = request.AffectedSOPClassUID
        response.Status = elements.Status
        response.ErrorComment = elements.ErrorComment
        self.send_msg(response, context_id)

    def _begin(self) -> None:
        message = DIMSEMessage()
        message.data_set = self._sender.begin(partial(self._head, message))
        self.message = message
        self._command_bytes = 0
        self._deadline = time.monotonic() + self._timeout_s

    def _head(self, message: DIMSEMessage) -> bytes:
        context = self.assoc._accepted_cx.get(message.context_id or 0)
        if context is None:
            raise MalformedDicom("The data set came before its request or in no context.")
        return file_head(
            sop_class_uid=_first(message.command_set, "AffectedSOPClassUID"),
            sop_uid=_first(message.command_set, "AffectedSOPInstanceUID"),
            transfer_syntax_uid=str(context.transfer_syntax[0]),
        )

    def _breaks_limits(self) -> bool:
        return (
            self._command_bytes > COMMAND_LIMIT_BYTES
            or time.monotonic() > self._deadline
            or self.msg_queue.qsize() >= WAITING_LIMIT
        )

    def _abort(self) -> None:
        self.dul.event_queue.put("Evt19")


def _is_incomplete_request(message: C_STORE) -> bool:
    return (
        message.MessageID is not None
        and message.MessageIDBeingRespondedTo is None
        and not message.is_valid_request
    )


def _command_bytes(primitive: P_DATA) -> int:
    fragments = primitive.presentation_data_value_list
    return sum(len(data) for _, data in fragments if data[:1] and data[0] & 1)


def _first(command: Dataset, keyword: str) -> str:
    value = command.get(keyword) or ""
    return str(value[0] if isinstance(value, MultiValue) else value)
