"""How many points will a team complete in its next sprint?"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np

from planners.forecasts import analogues
from planners.forecasts.analogues import COMMITMENT, DAYS, LEFT_OVER, PEOPLE
from planners.forecasts.capacity import HOURS_PER_DAY, forecast_from_capacity
from planners.forecasts.forecast import Floats, Forecast
from planners.forecasts.guard import findings
from planners.forecasts.prior import VelocityPrior

__all__ = [
    "CompletedSprint",
    "UpcomingSprint",
    "VelocityPrior",
    "default_prior",
    "fit_prior",
    "forecast_velocity",
]

# From this many completed sprints on, a forecast stands on the team's own history.
ENOUGH = 5
# How many sprints a guess of the level counts for, by what it comes from.
_COMMITMENT_GUESS, _PEOPLE_GUESS, _POOL_GUESS = 0.5, 0.3, 0.1
# An outcome of more than this many times the level comes from a level that was hardly known.
_LARGEST_OUTCOME = 8.0
# The share of sprints that a fitted prior's central 85 % range holds on the teams it was fitted on. A little
# above .85: outcomes tie at zero, and a range that includes its ends holds more than its nominal share.
_TARGET = 0.875
_CALIBRATION_ROWS = 100
_SPREADS: Floats = np.arange(0.85, 1.101, 0.01)


@dataclass(frozen=True)
class CompletedSprint:
    """A sprint that is over. Points and items are sums over the team; None (or NaN) is "not known".

    What is committed is net of scope removed at the start; below zero it counts as zero.
    """

    completed_points: float
    committed_points: float | None = None
    committed_items: int | None = None
    people: float | None = None
    working_days: float | None = None


@dataclass(frozen=True)
class UpcomingSprint:
    """What is known of the next sprint at its start; None (or NaN) is "not known"."""

    committed_points: float | None = None
    committed_items: int | None = None
    people: float | None = None
    working_days: float | None = None


def forecast_velocity(
    history: Sequence[CompletedSprint],
    upcoming: UpcomingSprint | None = None,
    *,
    prior: VelocityPrior | None = None,
    seed: int = 0,  # noqa: ARG001 - part of the published signature; nothing is drawn at random
) -> Forecast:
    """Forecast the points completed in the sprint after `history` (oldest first).

    `upcoming` is what is known at the start: the committed points narrow the forecast most, people and days
    help. `prior` is what other teams teach (`fit_prior`); without it a weak, synthetic one stands in.
    Without any history, the forecast comes from the commitment or from people and days; raises ValueError if
    neither is known, if completed points are missing, or if a value is infinite.
    """
    prior = prior or default_prior()
    done, features = _arrays(history)
    coming = _features(upcoming or UpcomingSprint())
    coming[LEFT_OVER] = _left_over(done, features)
    if done.size == 0 and np.isnan(coming[COMMITMENT]):
        return _from_capacity(coming, prior)
    values = _draw(done, features, coming, prior)

    notes = findings(done, features, coming)
    basis = f"{done.size} sprint{'' if done.size == 1 else 's'}" if done.size else "the commitment only"
    if done.size and not np.isnan(coming[COMMITMENT]):
        basis += " and the commitment"
    return Forecast.of(values, basis=basis, notes=notes, reliable=not notes)


def fit_prior(teams: Sequence[Sequence[CompletedSprint]]) -> VelocityPrior:
    """Learn from other teams' sprints (each team's in time order) what a sprint's outcome looks like.

    Teams may be of any length and know any part of the fields. Without any completed points the result is the
    weak prior that is used by default. How wide the ranges must be is measured by leaving out each team.
    """
    known = [_arrays(team) for team in teams if any(sprint.completed_points > 0 for sprint in team)]
    if not known:
        return default_prior()
    return _calibrated(_pooled(known), known)


@lru_cache(maxsize=1)
def default_prior() -> VelocityPrior:
    """Return the prior that ships: fitted on made-up teams, so that it is wide and owes nothing to real ones."""
    from planners.forecasts.synthetic import made_up_teams

    return _pooled([_arrays(team) for team in made_up_teams()])


def _number(value: float | None) -> float:
    """Return a known number as it is, NaN for an unknown one; below zero (net of removed scope) is zero."""
    if value is None:
        return math.nan
    number = float(value)
    if math.isinf(number):
        raise ValueError("points, items, people and days must be finite")
    return number if math.isnan(number) else max(0.0, number)


def _features(sprint: CompletedSprint | UpcomingSprint) -> Floats:
    return np.array(
        [
            _number(sprint.committed_points),
            _number(sprint.people),
            _number(sprint.working_days),
            _number(sprint.committed_items),
            math.nan,
        ]
    )


def _arrays(history: Sequence[CompletedSprint]) -> tuple[Floats, Floats]:
    done = np.array([_number(sprint.completed_points) for sprint in history])
    if np.isnan(done).any():
        raise ValueError("a completed sprint needs its completed points")
    features = np.array([_features(sprint) for sprint in history]).reshape(-1, analogues.WIDTH)
    for index in range(1, done.size):
        features[index, LEFT_OVER] = _left_over(done[:index], features[:index])
    return done, features


def _left_over(done: Floats, features: Floats) -> float:
    """Return what the last sprint committed to and did not complete; NaN if that is not known."""
    return float(np.maximum(features[-1, COMMITMENT] - done[-1], 0.0)) if done.size else math.nan


def _guess(features: Floats, coming: Floats, prior: VelocityPrior) -> tuple[float, float]:
    """Return a level for a team whose completed points are not known, and how many sprints it counts for."""
    usual = analogues.recent_mean(np.append(features[:, COMMITMENT], coming[COMMITMENT]))
    if usual > 0:
        return usual * prior.usually_kept, _COMMITMENT_GUESS
    effort = analogues.recent_mean(np.append(features[:, PEOPLE] * features[:, DAYS], coming[PEOPLE] * coming[DAYS]))
    if effort > 0 and prior.daily:
        return effort * float(np.median(prior.daily)), _PEOPLE_GUESS
    return float(np.median(prior.levels)), _POOL_GUESS


def _draw(done: Floats, features: Floats, coming: Floats, prior: VelocityPrior) -> Floats:
    """Return the quantiles of the coming sprint's completed points at `analogues.RANKS`."""
    level, weight = _guess(features, coming, prior)
    measure = analogues.yardstick(done, features, level, weight, prior.usually_kept)
    setting = analogues.similarity(coming)
    here = measure.relative(coming)
    own = measure.relative(features)
    outcome, pooled, lengths, pool_weights = prior.rows
    own_likeness = analogues.resemblance(own, here, setting)
    pool_weights = pool_weights * analogues.resemblance(pooled, here, setting) * analogues.same_age(lengths, done.size)
    # Where the team itself has no sprint like the coming one, the pool must not outweigh it any the less.
    mass = analogues.POOL_MASS * (float(own_likeness.mean()) if done.size else 1.0)
    values = np.concatenate(
        [
            done * analogues.move(own, here, setting),
            outcome * measure.level * analogues.move(pooled, here, setting),
        ]
    )
    weights = np.concatenate(
        [
            analogues.recency(done.size, analogues.OWN_DECAY) * own_likeness,
            pool_weights * (mass / pool_weights.sum()),
        ]
    )
    spread = prior.spread_blind if np.isnan(coming[COMMITMENT]) else prior.spread_known
    return analogues.quantiles(values, weights, _spread_ranks(spread))


def _spread_ranks(spread: float) -> Floats:
    result: Floats = np.clip(0.5 + (analogues.RANKS - 0.5) * spread, 0.0, 1.0)
    return result


def _from_capacity(coming: Floats, prior: VelocityPrior) -> Forecast:
    effort = float(coming[PEOPLE] * coming[DAYS])
    if math.isnan(effort):
        raise ValueError("without completed sprints, a forecast needs the commitment or people and working days")
    if len(prior.daily) < _CALIBRATION_ROWS or prior is default_prior():
        return forecast_from_capacity(effort * HOURS_PER_DAY)
    return Forecast.of(
        analogues.quantiles(np.array(prior.daily), np.ones(len(prior.daily))) * effort,
        basis="people and days only",
        notes=(
            "No sprint is completed yet: the range is what other teams complete with as many people and days.",
            "Three completed sprints narrow it.",
        ),
        reliable=False,
    )


def _pooled(teams: Sequence[tuple[Floats, Floats]]) -> VelocityPrior:
    kept, daily, levels = [], [], []
    for done, features in teams:
        committed, effort = features[:, COMMITMENT], features[:, PEOPLE] * features[:, DAYS]
        kept += (done[committed > 0] / committed[committed > 0]).tolist()
        daily += (done[effort > 0] / effort[effort > 0]).tolist()
        levels.append(float(done.mean()))
    basis = VelocityPrior((), (), (), (), tuple(kept), tuple(daily), tuple(levels))
    outcome, rows, length, number = [], [], [], []
    for team, (done, features) in enumerate(teams):
        for index in range(done.size):
            level, weight = _guess(features[:index], features[index], basis)
            measure = analogues.yardstick(done[:index], features[:index], level, weight, basis.usually_kept)
            if index < 2 and weight == _POOL_GUESS:
                continue
            outcome.append(round(min(done[index] / measure.level, _LARGEST_OUTCOME), 4))
            rows.append(tuple(round(float(v), 4) for v in measure.relative(features[index])))
            length.append(index)
            number.append(team)
    return replace(basis, outcome=tuple(outcome), features=tuple(rows), length=tuple(length), team=tuple(number))


def _without(prior: VelocityPrior, team: int) -> VelocityPrior:
    kept = [i for i, number in enumerate(prior.team) if number != team]
    return replace(
        prior,
        outcome=tuple(prior.outcome[i] for i in kept),
        features=tuple(prior.features[i] for i in kept),
        length=tuple(prior.length[i] for i in kept),
        team=tuple(prior.team[i] for i in kept),
    )


def _calibrated(prior: VelocityPrior, teams: Sequence[tuple[Floats, Floats]]) -> VelocityPrior:
    """Set the spreads so that ranges hold on each team when the others are all that is known."""
    known: list[tuple[Floats, float]] = []
    blind: list[tuple[Floats, float]] = []
    for number, (done, features) in enumerate(teams):
        others = _without(prior, number)
        if not others.outcome:
            return prior
        for index in range(ENOUGH, done.size):
            unknown = np.full(analogues.WIDTH, np.nan)
            unknown[LEFT_OVER] = features[index, LEFT_OVER]
            for rows, coming in ((known, features[index]), (blind, unknown)):
                if rows is blind or not np.isnan(coming[COMMITMENT]):
                    values = _draw(done[:index], features[:index], coming, others)
                    rows.append((_held(values, float(done[index])), done.size**-0.5))
    return replace(prior, spread_known=_spread(known), spread_blind=_spread(blind))


def _held(values: Floats, actual: float) -> Floats:
    """Return for each candidate spread whether the central 85 % range contains `actual`."""
    low = np.interp(0.5 - 0.425 * _SPREADS, analogues.RANKS, values)
    high = np.interp(0.5 + 0.425 * _SPREADS, analogues.RANKS, values)
    result: Floats = ((low <= actual) & (actual <= high)).astype(np.float64)
    return result


def _spread(rows: Sequence[tuple[Floats, float]]) -> float:
    if len(rows) < _CALIBRATION_ROWS:
        return 1.0
    shares = np.average([held for held, _ in rows], axis=0, weights=[weight for _, weight in rows])
    return float(round(np.interp(_TARGET, np.maximum.accumulate(shares), _SPREADS), 3))
