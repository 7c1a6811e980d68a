"""What there is to upload: taken stock of before anything is sent, so that progress has an end."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from scanloft.client.upload_files import Failure, Found, Look, found_files, look_at, unreadable


@dataclass(frozen=True, slots=True)
class Stock:
    """The files to upload, each with how it looks, and what cannot be uploaded."""

    files: Sequence[tuple[Found, Look]]
    failures: Sequence[Failure]

    @property
    def size_bytes(self) -> int:
        """The size of all files together."""
        return sum(look.size_bytes for _, look in self.files)

    def within(self, limit_bytes_by_kind: Mapping[str, int]) -> "Stock":
        """The same, with the files that the archive finds too large among the failures."""
        files, failures = [], list(self.failures)
        for found, look in self.files:
            limit = limit_bytes_by_kind.get(found.kind)
            if limit is not None and look.size_bytes > limit:
                reason = f"It is larger than {limit} bytes, the limit of this archive."
                failures.append(Failure(found, "oversized", reason))
            else:
                files.append((found, look))
        return Stock(files, failures)


def take_stock(sources: Sequence[Path]) -> Stock:
    """Looks at all files at and below the sources."""
    files: list[tuple[Found, Look]] = []
    failures: list[Failure] = []
    for found in found_files(sources, skipped=failures):
        try:
            look = look_at(found.path)
        except OSError as error:
            failures.append(unreadable(found, error))
            continue
        if look is None:
            reason = "This is not a regular file."
            failures.append(Failure(found, "not_a_file", reason, fate="ignored"))
        else:
            files.append((found, look))
    return Stock(files, failures)
