"""The secrets table: of each project the secret from which pseudonyms are derived."""

import base64
import secrets

from scanloft.aws.rows import Rows
from scanloft.core.errors import UnknownProject
from scanloft.core.items import secret_item

SECRET_BYTES = 32


class SecretStore:
    """Each project's secret, from which pseudonyms are derived."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    def create(self, project: str) -> None:
        """Makes the secret of a project; an existing one is kept, always."""
        fresh = base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()
        self._rows.put_new(secret_item(project), {"secret": fresh})

    def secret(self, project: str) -> bytes:
        """The secret of a project.

        Raises:
            UnknownProject: the project was never created.
        """
        row = self._rows.get(secret_item(project))
        if row is None:
            raise UnknownProject(
                "The project that this object is addressed to does not exist: create the project "
                "or correct the receiver, then retry the object from quarantine."
            )
        return base64.b64decode(row["secret"])
