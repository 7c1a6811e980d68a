"""The message that wakes the delivery to a webhook."""

import json
from typing import NamedTuple, Self


class HookCall(NamedTuple):
    """A webhook to deliver to, from where it has got to.

    `retry`: the failures in a row after which this was sent, 0 for a call about new changes.
    `ping`: only a word that the webhook is reached.
    """

    project: str
    hook: str
    retry: int = 0
    ping: bool = False

    def to_body(self) -> str:
        """The body of the queue message."""
        return json.dumps(self._asdict())

    @classmethod
    def from_body(cls, body: str) -> Self:
        """The message with this body.

        Raises:
            ValueError: it is not such a message.
        """
        fields = json.loads(body)
        if not isinstance(fields, dict) or set(fields) != set(cls._fields):
            raise ValueError("This message calls no webhook.")
        call = cls(**fields)
        if not (isinstance(call.project, str) and isinstance(call.hook, str)):
            raise ValueError("A webhook is named by texts.")
        if type(call.retry) is not int or type(call.ping) is not bool:
            raise ValueError("A call counts failures and pings or not.")
        return call
