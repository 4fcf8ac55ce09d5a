"""How good was a forecast? Proper scores and the shares that ranges held."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from planners.forecasts.forecast import Floats, Forecast

LEVELS: Floats = np.round(np.arange(0.05, 0.96, 0.05), 3)


@dataclass(frozen=True)
class Past:
    """One forecast of the past beside what came: for the picture and the table."""

    index: int
    actual: float
    low85: float
    median: float
    high85: float


@dataclass(frozen=True)
class Score:
    """How a method did. `error` is in units of the mean outcome; 0 is perfect, smaller is better.

    `held50` and `held85` count how often the central 50 % and 85 % ranges held the outcome, out of `count`.
    `by_p85` counts how often the outcome was at most the 85 % value ("done by the P85 date").
    """

    method: str
    error: float
    held50: int
    held85: int
    by_p85: int
    count: int


def crps(forecast: Forecast, actual: float) -> float:
    """Return the continuous ranked probability score, as twice the mean pinball loss at 19 levels.

    Gneiting and Raftery, Strictly proper scoring rules, JASA 102 (2007). In the outcome's unit.
    """
    values = np.array([forecast.quantile(float(level)) for level in LEVELS])
    gap = actual - values
    return float(2.0 * np.maximum(LEVELS * gap, (LEVELS - 1.0) * gap).mean())


def score(method: str, forecasts: Sequence[Forecast], actuals: Sequence[float], scale: float) -> Score:
    """Score forecasts of one method against what came; `scale` is what an error is measured in."""
    held50 = held85 = by_p85 = 0
    total = 0.0
    for forecast, actual in zip(forecasts, actuals, strict=True):
        total += crps(forecast, actual)
        low, high = forecast.interval(0.5)
        held50 += low <= actual <= high
        low, high = forecast.interval(0.85)
        held85 += low <= actual <= high
        by_p85 += actual <= forecast.quantile(0.85)
    count = len(actuals)
    error = total / count / scale if count and scale > 0 else 0.0
    return Score(method, error, held50, held85, by_p85, count)


def compared(ours: Score, other: Score) -> str:
    """Return in words how two errors compare."""
    if other.error <= 0:
        return f"as {other.method}"
    change = ours.error / other.error - 1.0
    if abs(change) < 0.01:
        return f"the same as {other.method}'s"
    return f"{abs(change):.0%} {'smaller' if change < 0 else 'larger'} than {other.method}'s"
