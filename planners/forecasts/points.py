"""Story points for an item that has none: a range in the team's own scale, from the team's own history."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from planners.forecasts.forecast import Floats
from planners.forecasts.likeness import Likeness

# Below this many estimated items, ranges are a guess and say so.
ENOUGH = 50
# Older items are left out: scales drift, and the cost grows with the cube.
MOST = 3_000
RECENCY_HALF_LIFE = 200.0
_WIDTH = 0.85
_FLOOR = 10.0
# Items that are nearly alike in words count more; cosine to the power of 6 leaves only those.
_NEAR_COUNT, _NEAR_POWER = 1_000.0, 6
# Targets lie a little above one half and four fifths: what comes next differs more from the past than the
# past from itself.
_TARGET50, _TARGET80 = 0.56, 0.85
_DEFAULT50, _DEFAULT80 = 0.50, 0.82
_MASSES: Floats = np.arange(0.2, 0.985, 0.005)
# So many validation items are worth as much as the default.
_DEFAULT_WEIGHT = 50.0


class NotEnoughHistory(ValueError):
    """There is no estimated item at all: nothing is known of the team's scale."""


@dataclass(frozen=True)
class EstimatedItem:
    """An item of the past with its story points. Items are given oldest first."""

    title: str
    description: str
    points: float
    issue_type: str | None = None
    components: tuple[str, ...] = ()


@dataclass(frozen=True)
class PointsEstimate:
    """Story points as ranges: half of such items lie within low50 to high50, four fifths in low80 to high80.

    All are values that the team has used before; the ends belong to the ranges. `points` is the value that
    splits such items in two halves, and must not be shown without a range. `reliable` is False below
    `ENOUGH` items, `notes` then say what is missing.
    """

    points: float
    low50: float
    high50: float
    low80: float
    high80: float
    reliable: bool = True
    notes: tuple[str, ...] = ()


class PointsModel:
    """What a project's estimated items teach about the next one; made by `fit_points`."""

    def __init__(self, items: Sequence[EstimatedItem]) -> None:
        """Learn from items, oldest first. Raises NotEnoughHistory without any."""
        kept = list(items)[-MOST:]
        points = np.array([float(item.points) for item in kept])
        if not np.isfinite(points).all() or (points < 0).any():
            raise ValueError("story points must be finite and not negative")
        if points.size == 0:
            raise NotEnoughHistory("no item has story points yet: estimate a few items first")
        self.count = points.size
        self._scale, place = np.unique(points, return_inverse=True)
        self._place: NDArray[np.intp] = place.astype(np.intp)
        self._age_weights: Floats = 0.5 ** (np.arange(self.count)[::-1] / RECENCY_HALF_LIFE)
        self._likeness = Likeness(kept, np.log1p(points), self._age_weights)
        # The more items, the finer the comparison can be.
        self._width = _WIDTH * (self.count / 500.0) ** -0.15 * self._likeness.spread
        self._mass50, self._mass80 = self._calibrated()

    def estimate(
        self,
        *,
        title: str,
        description: str,
        issue_type: str | None = None,
        components: Sequence[str] = (),
    ) -> PointsEstimate:
        """Return the range for an item that is described like this."""
        score, cosine = self._likeness.compare(title, description, issue_type, tuple(components))
        share = self._shares(self._weights(score, cosine, self._likeness.scores), self._place)
        middle = int(np.searchsorted(np.cumsum(share), 0.5 - 1e-12))
        low50, high50 = _range(share, middle, self._mass50)
        low80, high80 = _range(share, middle, self._mass80)
        reliable = self.count >= ENOUGH
        if not reliable:
            low80, high80 = min(low80, low50), max(high80, high50)
        notes = (
            ()
            if reliable
            else (
                f"Not enough history: {self.count} estimated item{'' if self.count == 1 else 's'}. "
                f"From {ENOUGH} on the range is measured, until then it is a guess.",
            )
        )
        value = self._scale
        return PointsEstimate(
            float(value[middle]),
            float(value[low50]),
            float(value[high50]),
            float(value[low80]),
            float(value[high80]),
            reliable,
            notes,
        )

    def _weights(self, score: float, cosine: Floats, scores: Floats) -> Floats:
        """Return the weights of the first len(scores) items for an item with this score and these cosines."""
        count = scores.size
        alike = np.exp(-0.5 * ((scores - score) / self._width) ** 2) + _FLOOR / self.count
        near = 1.0 + _NEAR_COUNT * np.maximum(cosine, 0.0) ** _NEAR_POWER
        result: Floats = self._age_weights[self.count - count :] * alike * near
        return result

    def _shares(self, weights: Floats, place: NDArray[np.intp]) -> Floats:
        share = np.bincount(place, weights=weights, minlength=self._scale.size)
        result: Floats = share / share.sum()
        return result

    def _calibrated(self) -> tuple[float, float]:
        """Return how much probability the two ranges must hold by their own account to hold what they say.

        Measured on the last 40 % of the items, each forecast from those before it (split conformal, in time
        order), and mixed with a default while they are few.
        """
        first = max(10, math.floor(0.6 * self.count))
        held = np.zeros((0, _MASSES.size))
        rows = []
        for index in range(first, self.count):
            cosine = self._likeness.cosines(index)[:index]
            weights = self._weights(self._likeness.scores[index], cosine, self._likeness.scores[:index])
            share = self._shares(weights, self._place[:index])
            rows.append(_mass_before(share, int(self._place[index])) < _MASSES)
        if rows:
            held = np.array(rows)
        return (
            _mass_for(held, _TARGET50, _DEFAULT50),
            _mass_for(held, _TARGET80, _DEFAULT80),
        )


def fit_points(items: Sequence[EstimatedItem], *, seed: int = 0) -> PointsModel:  # noqa: ARG001 - published
    """Learn from a project's estimated items, oldest first; nothing is drawn at random.

    Below `ENOUGH` items estimates are flagged (`reliable` is False). Raises NotEnoughHistory without any item,
    ValueError for points that are negative or not finite.
    """
    return PointsModel(items)


def _growth(share: Floats, middle: int) -> list[tuple[int, int, float]]:
    """Return the ranges around `middle` as they grow by the likelier neighbour: (low, high, mass)."""
    low = high = middle
    mass = float(share[middle])
    steps = [(low, high, mass)]
    while high - low + 1 < share.size:
        below = float(share[low - 1]) if low > 0 else -1.0
        above = float(share[high + 1]) if high + 1 < share.size else -1.0
        if above >= below:
            high += 1
            mass += above
        else:
            low -= 1
            mass += below
        steps.append((low, high, mass))
    return steps


def _range(share: Floats, middle: int, mass: float) -> tuple[int, int]:
    for low, high, held in _growth(share, middle):
        if held >= mass - 1e-12:
            return low, high
    return 0, share.size - 1


def _mass_before(share: Floats, place: int) -> float:
    """Return the mass of the largest range that does not yet hold `place`; a range that must hold more does."""
    middle = int(np.searchsorted(np.cumsum(share), 0.5 - 1e-12))
    before = 0.0
    for low, high, held in _growth(share, middle):
        if low <= place <= high:
            break
        before = held
    return before


def _mass_for(held: Floats, target: float, default: float) -> float:
    """Return the smallest mass with which ranges hold `target` of the validation items, mixed with a default."""
    count = held.shape[0]
    if count == 0:
        return default
    found = float(np.interp(target, np.maximum.accumulate(held.mean(axis=0)), _MASSES))
    return float((count * found + _DEFAULT_WEIGHT * default) / (count + _DEFAULT_WEIGHT))
