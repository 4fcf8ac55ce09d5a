"""How many points will a team complete in its next sprint?"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from planners.forecasts.capacity import HOURS_PER_DAY, forecast_from_capacity
from planners.forecasts.forecast import Floats, Forecast

DECAY = 0.1
PRIOR_WEIGHT = 2.0
ENOUGH = 5


@dataclass(frozen=True)
class CompletedSprint:
    """A sprint that is over. Points and items are sums over the team; None is "not known"."""

    completed_points: float
    committed_points: float | None = None
    committed_items: int | None = None
    people: float | None = None
    working_days: float | None = None


@dataclass(frozen=True)
class UpcomingSprint:
    """What is known of the next sprint at its start; None is "not known"."""

    committed_points: float | None = None
    committed_items: int | None = None
    people: float | None = None
    working_days: float | None = None


@dataclass(frozen=True)
class VelocityPrior:
    """What other teams teach: quantiles of completed points over the level and the commitment."""

    relative_to_level: tuple[float, ...]
    relative_to_commitment: tuple[float, ...]

    def to_json(self) -> str:
        """Return the prior as a JSON document."""
        return json.dumps({"level": self.relative_to_level, "commitment": self.relative_to_commitment})

    @classmethod
    def from_json(cls, text: str) -> VelocityPrior:
        """Read what `to_json` wrote. Raises ValueError when it is something else."""
        try:
            data = json.loads(text)
            return cls(tuple(map(float, data["level"])), tuple(map(float, data["commitment"])))
        except (KeyError, TypeError, ValueError) as error:
            raise ValueError("this is not a saved velocity prior") from error


def fit_prior(teams: Sequence[Sequence[CompletedSprint]]) -> VelocityPrior:
    """Learn from other teams' sprints (each in time order) how sprints vary."""
    levels = (np.arange(99) + 0.5) / 99
    level: list[float] = []
    commitment: list[float] = []
    for team in teams:
        done = np.array([float(s.completed_points) for s in team])
        for index in range(3, len(team)):
            centre = float(np.average(done[:index], weights=_weights(index)))
            if centre > 0:
                level.append(done[index] / centre)
            committed = team[index].committed_points
            if committed is not None and committed > 0:
                commitment.append(done[index] / float(committed))
    weak = weak_prior()
    return VelocityPrior(
        tuple(np.quantile(level, levels)) if len(level) >= 20 else weak.relative_to_level,
        tuple(np.quantile(commitment, levels)) if len(commitment) >= 20 else weak.relative_to_commitment,
    )


def weak_prior() -> VelocityPrior:
    """Return the prior that is used when there is no other: wide, and fitted on nobody's data."""
    levels = (np.arange(99) + 0.5) / 99
    return VelocityPrior(tuple(2.0 * levels), tuple(1.3 * levels))


def forecast_velocity(
    history: Sequence[CompletedSprint],
    upcoming: UpcomingSprint | None = None,
    *,
    prior: VelocityPrior | None = None,
    seed: int = 0,  # noqa: ARG001 - part of the published signature; nothing is drawn at random
) -> Forecast:
    """Forecast the points completed in the sprint after `history` (oldest first).

    `upcoming` is what is known at the start: with the committed points the forecast is much narrower.
    Without any history, the forecast comes from the commitment or from people and days; raises ValueError if
    neither is known.
    """
    prior = prior or weak_prior()
    upcoming = upcoming or UpcomingSprint()
    committed = _number(upcoming.committed_points)
    if not history:
        return _without_history(upcoming, committed, prior)
    done = np.array([float(s.completed_points) for s in history])
    weights = _weights(done.size)
    centre = float(np.average(done, weights=weights))
    values = np.concatenate([done, centre * np.array(prior.relative_to_level)])
    pooled = np.full(99, PRIOR_WEIGHT / 99)
    spread = _resample(values, np.concatenate([weights, pooled]))
    basis = f"{done.size} sprint{'s' if done.size != 1 else ''}"
    if committed is not None and committed > 0:
        ratios, ratio_weights = _kept(history, weights)
        by_ratio = _resample(
            committed * np.concatenate([ratios, prior.relative_to_commitment]),
            np.concatenate([ratio_weights, pooled]),
        )
        spread = 0.3 * spread + 0.7 * by_ratio
        basis += " and the commitment"
    notes: tuple[str, ...] = ()
    if done.size < ENOUGH:
        notes = (f"Only {basis}: the range is wide until there are {ENOUGH}.",)
    return Forecast.of(np.maximum(spread, 0.0), basis=basis, notes=notes, reliable=done.size >= ENOUGH)


def _without_history(upcoming: UpcomingSprint, committed: float | None, prior: VelocityPrior) -> Forecast:
    people, days = _number(upcoming.people), _number(upcoming.working_days)
    if committed is not None and committed > 0:
        return Forecast.of(
            committed * np.array(prior.relative_to_commitment),
            basis="the commitment only",
            notes=("No sprint is completed yet: the range shows how other teams keep their commitments.",),
            reliable=False,
        )
    if people is not None and days is not None:
        return forecast_from_capacity(people * days * HOURS_PER_DAY)
    raise ValueError("without completed sprints, a forecast needs the commitment or people and working days")


def _number(value: float | None) -> float | None:
    return None if value is None or not math.isfinite(value) else float(value)


def _weights(count: int) -> Floats:
    weights: Floats = (1.0 - DECAY) ** np.arange(count, dtype=np.float64)[::-1]
    return weights


def _kept(history: Sequence[CompletedSprint], weights: Floats) -> tuple[Floats, Floats]:
    pairs = [
        (float(s.completed_points) / float(s.committed_points), w)
        for s, w in zip(history, weights, strict=True)
        if s.committed_points is not None and s.committed_points > 0
    ]
    if not pairs:
        return np.empty(0), np.empty(0)
    ratios, kept_weights = zip(*pairs, strict=True)
    return np.array(ratios), np.array(kept_weights)


def _resample(values: Floats, weights: Floats) -> Floats:
    """Return 999 evenly spaced quantiles of weighted values."""
    order = np.argsort(values, kind="stable")
    cumulative = np.cumsum(weights[order])
    ranks = (cumulative - 0.5 * weights[order]) / cumulative[-1]
    result: Floats = np.interp((np.arange(999) + 0.5) / 999, ranks, values[order])
    return result
