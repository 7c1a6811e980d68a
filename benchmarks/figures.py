"""A line of the table: what was measured, against what, and in how many runs."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from statistics import median

NOT_INSTALLED = "not installed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A measured value and, where there is one, what it is held against.

    `least_ratio` is a bar: how many times ours the other value must at least be. It is 1 where the
    other is itself the limit, and None where ours is only compared.
    `runs` is how many measurements each median is taken of.
    """

    part: str
    what: str
    unit: str
    ours: float
    runs: int
    against: str = ""
    other: float | None = None
    least_ratio: float | None = None

    @property
    def ratio(self) -> float | None:
        """The other value by ours: above 1, ours is the smaller; None without another."""
        return self.other / self.ours if self.other is not None and self.ours else None

    @property
    def is_met(self) -> bool:
        """Whether ours is within the bar; true where there is none."""
        if self.least_ratio is None or self.other is None:
            return True
        return self.ours * self.least_ratio <= self.other

    def to_dict(self) -> dict[str, object]:
        """The figure as plain values, the ratio among them."""
        return {**asdict(self), "ratio": self.ratio, "is_met": self.is_met}


def middle(values: Sequence[float], *, per: float = 1, scale: float = 1) -> float:
    """The median of the values divided by `per` and multiplied by `scale`.

    Raises:
        ValueError: there are none.
    """
    if not values:
        raise ValueError("A median needs at least one run.")
    return median(values) * scale / per
