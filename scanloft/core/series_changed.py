"""The message to summarise: a series has other instances than before, or other standing."""

import json
from typing import NamedTuple, Self


class SeriesChanged(NamedTuple):
    """A series whose row, study row and metadata have to be computed anew.

    With "" for a series, the study row alone has.
    """

    project: str
    study_uid: str
    series_uid: str

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
            raise ValueError("This message does not tell of a changed series.")
        if not all(isinstance(value, str) for value in fields.values()):
            raise ValueError("A series is named by texts.")
        return cls(**fields)
