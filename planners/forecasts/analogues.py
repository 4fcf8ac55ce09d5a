"""Weighted resampling of sprints that resemble the coming one: the team's own, and those of other teams.

Analogue (kernel) resampling in the sense of conditional kernel density estimation: every past sprint is a
candidate outcome. Its weight says how much it resembles the coming sprint and how recent it is, its value is
moved towards what the coming sprint's commitment, people and days suggest. Sprints of other teams come in
relative to their team's level, so that teams with different point scales can teach each other.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from planners.forecasts.forecast import Floats

# Columns of a feature array; NaN means "not known". LEFT_OVER are the points that the sprint before committed
# to and did not complete: they are near done, and are the first work of the next one.
COMMITMENT, PEOPLE, DAYS, ITEMS, LEFT_OVER = range(5)
WIDTH = 5

SIZE = 999
RANKS: Floats = (np.arange(SIZE) + 0.5) / SIZE

LEVEL_DECAY = 0.1
OWN_DECAY = 0.05
POOL_MASS = 10.0
KERNEL_FLOOR = 0.03
# Added before logarithms, so that a sprint without a commitment or people still has a finite place.
_OFFSET: Floats = np.array([0.4, 0.25, 0.5, 0.5, 1.0])
# The commitment's yardstick lies between the team's level and its usual commitment, on a logarithmic scale.
_COMMITMENT_SHARE = 0.4
_HISTORY_WIDTH = 0.8


@dataclass(frozen=True)
class Similarity:
    """How a coming sprint's features move (`exponent`) and choose (`width`) outcomes, a number a feature."""

    exponent: Floats
    width: Floats


# Features overlap: people and days matter less once the commitment is known, items less than either.
_WITH_COMMITMENT = Similarity(np.array([0.9, 0.25, 0.2, 0.0, 0.0]), np.array([0.5, 0.6, np.inf, 0.9, np.inf]))
_WITH_ITEMS = Similarity(np.array([0.0, 0.25, 0.2, 0.6, 0.0]), np.array([np.inf, 0.6, np.inf, 0.5, np.inf]))
_WITHOUT = Similarity(np.array([0.0, 0.8, 0.3, 0.0, 0.3]), np.array([np.inf, 0.4, np.inf, np.inf, np.inf]))


def similarity(known: Floats) -> Similarity:
    """Return the setting for the features that are known of the coming sprint; unknown ones drop out."""
    if not np.isnan(known[COMMITMENT]):
        chosen = _WITH_COMMITMENT
    elif not np.isnan(known[ITEMS]):
        chosen = _WITH_ITEMS
    else:
        chosen = _WITHOUT
    return Similarity(np.where(np.isnan(known), 0.0, chosen.exponent), np.where(np.isnan(known), np.inf, chosen.width))


def recency(count: int, decay: float) -> Floats:
    """Return weights of `count` sprints in time order; the last one weighs 1."""
    weights: Floats = (1.0 - decay) ** np.arange(count, dtype=np.float64)[::-1]
    return weights


def recent_mean(values: Floats) -> float:
    """Return the mean of the known values in time order, recent ones weighing more; NaN if none is known."""
    known = ~np.isnan(values)
    if not known.any():
        return float("nan")
    return float(np.average(values[known], weights=recency(values.size, LEVEL_DECAY)[known]))


@dataclass(frozen=True)
class Yardstick:
    """What a team's sprints are measured with: its level in points, and what is usual for each feature."""

    level: float
    usual: Floats

    def relative(self, features: Floats) -> Floats:
        """Return features (n x 5) relative to what is usual; NaN where not known."""
        result: Floats = np.maximum(features, 0.0) / self.usual
        return result


def yardstick(done: Floats, features: Floats, guess: float, guess_weight: float, kept: float) -> Yardstick:
    """Measure a team.

    `done` and `features` are its sprints so far. `guess` is what the level would be taken for without them
    and counts as `guess_weight` sprints. `kept` is the usual ratio of completed to committed points elsewhere.
    """
    weights = recency(done.size, LEVEL_DECAY)
    level = (float(weights @ done) + guess_weight * guess) / (weights.sum() + guess_weight)
    # After a run of bad sprints the long mean holds the level up: a level near zero would make any
    # commitment look enormous.
    level = max(level, 0.3 * float(done.mean()) if done.size else 0.0, 1e-9)
    means = [recent_mean(features[:, column]) for column in range(LEFT_OVER)]
    committed = level / kept if np.isnan(means[COMMITMENT]) else means[COMMITMENT]
    usual = np.array(
        [
            level ** (1.0 - _COMMITMENT_SHARE) * (committed + 0.1 * level) ** _COMMITMENT_SHARE,
            means[PEOPLE] + 0.3,
            means[DAYS] + 0.5,
            means[ITEMS] + 0.5,
            level,
        ]
    )
    return Yardstick(level, usual)


def move(relative: Floats, coming: Floats, setting: Similarity) -> Floats:
    """Return by what factor each sprint's outcome (n x 5 relative features) moves to fit the coming one."""
    factor = np.zeros(relative.shape[0])
    for column in np.flatnonzero(setting.exponent):
        if np.isnan(coming[column]):
            continue
        place = np.log(np.nan_to_num(relative[:, column], nan=1.0) + _OFFSET[column])
        factor += setting.exponent[column] * (np.log(coming[column] + _OFFSET[column]) - place)
    result: Floats = np.exp(factor)
    return result


def resemblance(relative: Floats, coming: Floats, setting: Similarity) -> Floats:
    """Return how much each sprint resembles the coming one, from KERNEL_FLOOR to 1 + KERNEL_FLOOR."""
    distance = np.zeros(relative.shape[0])
    for column in np.flatnonzero(np.isfinite(setting.width)):
        if np.isnan(coming[column]):
            continue
        place = np.sqrt(np.nan_to_num(relative[:, column], nan=1.0))
        distance += ((place - np.sqrt(coming[column])) / setting.width[column]) ** 2
    result: Floats = np.exp(-0.5 * distance) + KERNEL_FLOOR
    return result


def same_age(lengths: Floats, count: int) -> Floats:
    """Return how close the pooled sprints' lengths of history are to `count` sprints."""
    distance = (np.log(lengths + 1.0) - np.log(count + 1.0)) / _HISTORY_WIDTH
    result: Floats = np.exp(-0.5 * distance**2) + 0.05
    return result


def quantiles(values: Floats, weights: Floats, ranks: Floats = RANKS) -> Floats:
    """Return quantiles of weighted values, interpolated between them, at `ranks` (ascending, in (0, 1))."""
    order = np.argsort(values, kind="stable")
    sorted_weights = weights[order]
    cumulative = np.cumsum(sorted_weights)
    places = (cumulative - 0.5 * sorted_weights) / cumulative[-1]
    result: Floats = np.interp(ranks, places, values[order])
    return result
