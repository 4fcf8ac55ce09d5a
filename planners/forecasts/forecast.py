"""A forecast is a distribution with a statement of what it rests on."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Forecast:
    """A predictive distribution, held as equally likely values in ascending order.

    `basis` says in a few words what the forecast rests on ("9 sprints and the commitment").
    `notes` are sentences for the reader: why it is wide, what would make it better.
    `reliable` is False when the data do not carry a forecast; the values are then a wide guess, and
    `notes` says what is missing.
    """

    values: Floats
    basis: str
    notes: tuple[str, ...] = ()
    reliable: bool = True

    @classmethod
    def of(
        cls, values: Iterable[float] | Floats, *, basis: str, notes: Iterable[str] = (), reliable: bool = True
    ) -> Forecast:
        """Build a forecast from values in any order.

        Raises ValueError when there are none or one is not finite.
        """
        array = np.array(list(values) if not isinstance(values, np.ndarray) else values, dtype=np.float64)
        if array.ndim != 1 or array.size == 0:
            raise ValueError("a forecast needs at least one value")
        if not np.isfinite(array).all():
            raise ValueError("a forecast's values must be finite")
        array.sort()
        array.setflags(write=False)
        return cls(array, basis, tuple(notes), reliable)

    def quantile(self, p: float) -> float:
        """Return the smallest value that is not exceeded with probability `p`, 0 < p < 1.

        Raises ValueError when `p` is outside (0, 1).
        """
        if not 0.0 < p < 1.0:
            raise ValueError(f"p must be between 0 and 1, not {p}")
        # The tolerance keeps 0.85 x 20 = 17.000000000000004 from moving on to the next value.
        rank = int(np.ceil(p * self.values.size - 1e-9)) - 1
        return float(self.values[max(0, min(rank, self.values.size - 1))])

    def interval(self, share: float) -> tuple[float, float]:
        """Return the central range that holds with probability `share`, e.g. 0.85."""
        tail = (1.0 - share) / 2.0
        return self.quantile(tail), self.quantile(1.0 - tail)

    def probability(self, *, at_most: float) -> float:
        """Return the probability that the outcome is `at_most` this value."""
        return float(np.searchsorted(self.values, at_most, side="right")) / self.values.size

    @property
    def mean(self) -> float:
        """The expected value."""
        return float(self.values.mean())

    def __eq__(self, other: Any) -> bool:
        if not isinstance(other, Forecast):
            return NotImplemented
        return (self.basis, self.notes, self.reliable) == (other.basis, other.notes, other.reliable) and bool(
            np.array_equal(self.values, other.values)
        )

    def __hash__(self) -> int:
        return hash((self.basis, self.notes, self.reliable, self.values.tobytes()))
