"""The DynamoDB tables: their names and key attributes, for CDK, local runner and adapters."""

from dataclasses import dataclass

PARTITION_KEY = "PK"
SORT_KEY = "SK"


@dataclass(frozen=True, slots=True)
class Table:
    """A table with a string partition key and a string sort key."""

    name: str
    holds: str
    expires_attribute: str | None = None


INDEX = Table(
    name="index",
    holds="what is in the archive, projects, members, uploads, quarantine, tokens",
    expires_attribute="expires_at",
)
SECRETS = Table(name="secrets", holds="each project's secret, from which pseudonyms are derived")
PSEUDONYMS = Table(
    name="pseudonyms",
    holds="each project's lookup table and who became whom; no other table does",
)
AUDIT = Table(name="audit", holds="who did what to which object when, append-only")

TABLES = (INDEX, SECRETS, PSEUDONYMS, AUDIT)
