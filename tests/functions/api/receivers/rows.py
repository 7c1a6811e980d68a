"""What the routes of receivers and routing answer whom."""

from collections.abc import Mapping

from scanloft.aws.receivers import ReceiverIndex
from scanloft.core.receivers import Receiver
from tests.functions.api.front import Front
from tests.functions.api.matrix.row import Row


def known(front: Front) -> Mapping[str, str]:
    """A receiver, made anew where it was removed."""
    index = ReceiverIndex(front.services.rows)
    if index.receiver("SCANNER") is None:
        index.put_receiver(Receiver(ae_title="SCANNER"))
    return {"ae": "SCANNER"}


ROWS = {
    "receiver_list": Row(owner=404, admin=200),
    "receiver_show": Row(owner=404, admin=200, prepare=known),
    "receiver_set": Row(owner=404, admin=200, prepare=known, body={}),
    "receiver_remove": Row(owner=404, admin=200, prepare=known),
    "routing_show": Row(owner=404, admin=200),
    "routing_set": Row(owner=404, admin=200, body={"project": "(0008,1030):(.*)"}),
}
