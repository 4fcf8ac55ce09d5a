"""When is this backlog done? From throughput alone, or from a simulated plan."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from planners.forecasts.forecast import Floats, Forecast
from planners.forecasts.simulation import PlannedItem, PlanSimulation, TeamPace, simulate_plan

__all__ = ["PlanSimulation", "PlannedItem", "TeamPace", "forecast_delivery", "simulate_plan"]

RUNS = 4_000
LONGEST = 520
# Below this many periods with anything done in them, throughput says little.
ENOUGH = 6

# Each run takes its pace from one of these exponentially weighted means, from one that remembers about 30 periods
# to one that remembers two, so that a change of pace widens the forecast. The shares are where a series starts;
# its own past errors then favour some over others. A little of every pace is the mean of the whole series.
_DECAYS: Floats = np.array([0.03, 0.06, 0.12, 0.25, 0.45])
_SHARES: Floats = np.array([0.05, 0.15, 0.15, 0.35, 0.30])
_LONG_SHARE = 0.1
_FAVOUR = 4.0
# Standard deviation of log(actual pace / forecast pace) before a series has shown its own, counted as so many
# independent past errors; own squared errors enter with _OWN because the runs add the periods' noise again.
_ERROR = 0.4
_ERROR_MASS = 3.0
_OWN = 0.5
# A pace in decline is less certain than one that holds: added for each unit of log(recent / longer pace) below 0.
_DECLINE = 0.4
_ERROR_HALF_LIFE = 104.0
_FIRST_ORIGIN = 8
_LONGEST_ERROR_HORIZON = 26
_WINDOW = 16
_NORMAL = NormalDist()
_Z: Floats = np.array([_NORMAL.inv_cdf((i + 0.5) / RUNS) for i in range(RUNS)])


@dataclass(frozen=True)
class _Pace:
    """Logarithms of the paces that the coming periods may have, their shares, and the deviation around them."""

    logs: Floats
    shares: Floats
    error: float


def forecast_delivery(throughput: Sequence[float], backlog: float, *, seed: int = 0) -> Forecast:
    """Forecast in how many periods `backlog` is done, given what was done in past periods (oldest first).

    The unit of the result is the period of `throughput`: 3 means "in the third period from now". Zeros are
    periods in which nothing was done and belong into the series; the whole series helps, not only its end: how
    wrong the pace was in the past decides how wide the forecast is. At most 520 periods are looked ahead; a
    value of 521 stands for "not within them". Raises ValueError for negative or not finite input.
    """
    done = np.asarray([float(value) for value in throughput], dtype=np.float64)
    backlog = float(backlog)
    if not math.isfinite(backlog) or backlog < 0 or not np.isfinite(done).all() or (done < 0).any():
        raise ValueError("throughput and backlog must be finite and not negative")
    if backlog == 0:
        return Forecast.of([0.0], basis="nothing is left to do")
    if not (done > 0).any():
        return Forecast.of(
            [float(LONGEST + 1)],
            basis="no throughput",
            notes=("Nothing was completed so far, so no date can be forecast. Complete some work first.",),
            reliable=False,
        )
    pace = _pace(done, backlog)
    periods = _periods(done, backlog, pace, np.random.default_rng(seed))
    notes = _notes(done, periods)
    return Forecast.of(periods, basis=f"{done.size} periods", notes=notes, reliable=not notes)


def _pace(done: Floats, backlog: float) -> _Pace:
    smoothed = _smoothed(done)
    mean = float(done.mean())
    logs = np.log(smoothed[-1] + 0.02 * mean)
    horizon = round(backlog / math.exp(float(logs @ _SHARES)))
    horizon = min(max(horizon, 1), _LONGEST_ERROR_HORIZON)
    origins = np.arange(_FIRST_ORIGIN, done.size - horizon + 1)
    shares, variance = _SHARES, _ERROR**2
    if origins.size:
        total = np.concatenate([[0.0], np.cumsum(done)])
        actual = (total[origins + horizon] - total[origins]) / horizon
        errors = np.log((actual[:, None] + 0.05 * mean) / (smoothed[origins] + 0.05 * mean))
        weights = 0.5 ** ((done.size - horizon - origins) / _ERROR_HALF_LIFE)
        # Errors of overlapping spans are not independent: one span counts once.
        independent = float(weights.sum()) / horizon
        weights /= weights.sum()
        typical = weights @ np.abs(errors)
        shares = _SHARES * np.exp(-_FAVOUR * independent * (typical - typical.min()))
        shares /= shares.sum()
        own = float(weights @ (errors @ shares) ** 2)
        variance = (_ERROR_MASS * _ERROR**2 + _OWN * independent * own) / (_ERROR_MASS + independent)
    decline = max(0.0, float(logs[1] - logs[3]))
    logs = (1.0 - _LONG_SHARE) * logs + _LONG_SHARE * math.log(mean)
    return _Pace(logs, shares, math.sqrt(variance) + _DECLINE * decline)


def _smoothed(done: Floats) -> Floats:
    """Return exponentially weighted means after 0, 1, ... periods: (n + 1) x decays, the first row zero."""
    result = np.zeros((done.size + 1, _DECAYS.size))
    summed = np.zeros(_DECAYS.size)
    weight = np.zeros(_DECAYS.size)
    for index, value in enumerate(done):
        summed = summed * (1.0 - _DECAYS) + value
        weight = weight * (1.0 - _DECAYS) + 1.0
        result[index + 1] = summed / weight
    return result


def _periods(done: Floats, backlog: float, pace: _Pace, rng: np.random.Generator) -> Floats:
    """Return the period in which each run is done."""
    window = done[-_WINDOW:]
    if not (window > 0).any():
        window = done[done > 0][-_WINDOW:]
    shape = window / window.mean()
    chosen = rng.permutation(np.searchsorted(np.cumsum(pace.shares)[:-1], (np.arange(RUNS) + 0.5) / RUNS))
    level = np.exp(pace.logs[chosen] + pace.error * rng.permutation(_Z))
    left = np.full(RUNS, backlog)
    needed = np.full(RUNS, float(LONGEST + 1))
    still = np.arange(RUNS)
    for period in range(1, LONGEST + 1):
        left[still] -= rng.choice(shape, still.size) * level[still]
        finished = left[still] <= 1e-9 * backlog
        needed[still[finished]] = period
        still = still[~finished]
        if still.size == 0:
            break
    return needed


def _notes(done: Floats, periods: Floats) -> tuple[str, ...]:
    notes = []
    active = int((done > 0).sum())
    if active < ENOUGH:
        notes.append(
            f"Work was done in only {active} period{'' if active == 1 else 's'}: "
            f"{ENOUGH - active} more would carry a forecast."
        )
    if done.size >= ENOUGH and not (done[-ENOUGH:] > 0).any():
        notes.append(
            f"Nothing was completed in the last {ENOUGH} periods: the series is broken, and no date holds. "
            "A few periods with completed work would carry a forecast again."
        )
    late = float((periods > LONGEST).mean())
    if late >= 0.15:
        notes.append(f"In {late:.0%} of the runs it is not done within {LONGEST} periods.")
    return tuple(notes)
