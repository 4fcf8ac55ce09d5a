"""How fast does a backlog grow while it is worked off?"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

# A backlog whose growth was never seen is taken to grow by 2 % a sprint, give or take 2, counted as three sprints.
_USUAL, _USUAL_SPREAD, _USUAL_SPRINTS = 0.02, 0.02, 3.0
_LARGEST = 0.5


@dataclass(frozen=True)
class Growth:
    """Scope that comes in during a sprint, as a share of the backlog; `spread` is what is unknown of `rate`."""

    rate: float
    spread: float
    sprints: int


def measured_growth(added: Sequence[float], backlog: Sequence[float]) -> Growth:
    """Measure growth from past sprints, oldest first, for `simulate_plan(growth=..., growth_spread=...)`.

    `added` are the points that came in during a sprint less those dropped without being done, `backlog` the
    points open at its start. Sprints that began with an empty backlog are left out, and single sprints count
    as 50 % at most. With few sprints the result stays near 2 %. Raises ValueError for lengths that differ or
    values that are not finite.
    """
    if len(added) != len(backlog):
        raise ValueError(f"{len(added)} sprints of additions, but {len(backlog)} of backlog")
    rates = np.array([float(a) / float(b) for a, b in zip(added, backlog, strict=True) if b > 0])
    if not np.isfinite(rates).all():
        raise ValueError("added points and backlog must be finite")
    rates = np.clip(rates, -_LARGEST, _LARGEST)
    count = rates.size
    mass = count + _USUAL_SPRINTS
    rate = (float(rates.sum()) + _USUAL_SPRINTS * _USUAL) / mass
    variance = (float(((rates - rate) ** 2).sum()) + _USUAL_SPRINTS * _USUAL_SPREAD**2) / mass
    # What a plan of many sprints needs is how unsure the mean is, not how much one sprint varies.
    return Growth(max(0.0, rate), math.sqrt(variance / max(1.0, count)), count)
