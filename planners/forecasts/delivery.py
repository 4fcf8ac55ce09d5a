"""When is this backlog done? From throughput alone, or from a simulated plan."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from planners.forecasts.forecast import Forecast
from planners.forecasts.simulation import PlannedItem, PlanSimulation, TeamPace, simulate_plan

__all__ = ["PlanSimulation", "PlannedItem", "TeamPace", "forecast_delivery", "simulate_plan"]

RUNS = 4_000
WINDOW = 12
# How far the coming pace may be from that of the last periods: standard deviation of its logarithm.
RATE_SPREAD = 0.5
# Below this many periods with anything done in them, throughput says little.
ENOUGH = 6
LONGEST = 520


def forecast_delivery(throughput: Sequence[float], backlog: float, *, seed: int = 0) -> Forecast:
    """Forecast in how many periods `backlog` is done, given what was done in past periods (oldest first).

    The unit of the result is the period of `throughput`: 3 means "in the third period from now". Zeros are
    periods in which nothing was done and belong into the series. At most 520 periods are looked ahead; a
    value of 521 stands for "not within them". Raises ValueError for negative or not finite input.
    """
    done = np.asarray(throughput, dtype=np.float64)
    if not math.isfinite(backlog) or backlog < 0 or not np.isfinite(done).all() or (done < 0).any():
        raise ValueError("throughput and backlog must be finite and not negative")
    if backlog == 0:
        return Forecast.of([0.0], basis="nothing is left to do")
    recent = done[-WINDOW:]
    if recent.size == 0 or recent.sum() == 0:
        return Forecast.of(
            [float(LONGEST + 1)],
            basis="no throughput",
            notes=("Nothing was completed lately, so no date can be forecast. Complete some work first.",),
            reliable=False,
        )
    rng = np.random.default_rng(seed)
    level = np.exp(rng.normal(0.0, RATE_SPREAD, RUNS))
    left = np.full(RUNS, float(backlog))
    needed = np.full(RUNS, float(LONGEST + 1))
    open_runs = np.arange(RUNS)
    for period in range(1, LONGEST + 1):
        left[open_runs] -= rng.choice(recent, open_runs.size) * level[open_runs]
        finished = left[open_runs] <= 1e-9
        needed[open_runs[finished]] = period
        open_runs = open_runs[~finished]
        if open_runs.size == 0:
            break
    active = int((recent > 0).sum())
    notes: tuple[str, ...] = ()
    if active < ENOUGH:
        notes = (f"Only {active} periods with completed work: the range is a guess until there are {ENOUGH}.",)
    return Forecast.of(needed, basis=f"the last {recent.size} periods", notes=notes, reliable=active >= ENOUGH)
