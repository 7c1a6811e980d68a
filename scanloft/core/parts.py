"""How a large file is cut into parts that are sent one by one, as S3 takes them."""

from dataclasses import dataclass

MIB = 1024 * 1024
PART_BYTES = 16 * MIB
"""Small enough to be sent again, large enough that 5 GiB are 320 requests; S3 asks for 5 MiB."""
PARTS_LIMIT = 1000
"""S3 takes 10,000; with fewer, one answer of S3 lists them all."""


@dataclass(frozen=True, slots=True)
class Cut:
    """A file of `size_bytes` in parts, numbered from 1; all have `part_bytes` but the last."""

    size_bytes: int
    part_bytes: int

    @classmethod
    def of(cls, size_bytes: int) -> "Cut":
        """The cut of every file of this size: the same each time it is asked for."""
        least = -(-size_bytes // PARTS_LIMIT)
        return cls(size_bytes, max(PART_BYTES, -(-least // MIB) * MIB))

    @property
    def count(self) -> int:
        """How many parts there are; an empty file has one."""
        return max(1, -(-self.size_bytes // self.part_bytes))

    def size_of(self, part: int) -> int:
        """How many bytes a part has."""
        return min(self.part_bytes, self.size_bytes - (part - 1) * self.part_bytes)
