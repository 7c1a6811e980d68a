"""The message from ingest to summarise: a series has other instances than before."""

import json
from typing import NamedTuple, Self


class SeriesChanged(NamedTuple):
    """A series whose row, study row and metadata have to be computed anew."""

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
        try:
            return cls(**fields)
        except TypeError as error:
            raise ValueError("This message does not tell of a changed series.") from error
