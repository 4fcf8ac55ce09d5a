"""When the plan is done: the whole plan simulated with the teams' velocities, in dates."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping, Sequence
from decimal import Decimal
from statistics import NormalDist

import numpy as np

from planners.forecasts import Forecast
from planners.forecasts.delivery import PlannedItem as SimulatedItem
from planners.forecasts.delivery import TeamPace, simulate_plan
from planners.forecasts.simulation import PERSISTENCE
from planners.plan.models import Priority
from planners.sprints.backlog import OpenItem
from planners.sprints.build import Due, points
from planners.sprints.calendar import sprint_dates
from planners.sprints.capacity import TeamCapacity
from planners.sprints.model import BurnUpPoint, DateForecast, PlanForecast, PlanOptions, SprintPlan
from planners.sprints.warnings import long_date

CONFIDENCES = ("0.50", "0.70", "0.85", "0.95")
EVERYTHING = "Everything"
MUST_HAVES = "Must-haves"
RUNS = 10_000
# Items x runs; bounds the memory of a simulation to about a quarter of a gigabyte.
CELLS = 6_000_000
FEWEST_RUNS = 500
BURN_UP_RUNS = 2_000
_MARKS = "milestone marks"
_NORMAL = NormalDist()


def plan_forecast(
    items: Sequence[OpenItem],
    sprint_of: Mapping[str, int],
    dues: Sequence[Due],
    capacities: Mapping[str, TeamCapacity],
    options: PlanOptions,
    planned: Sequence[int],
    basis: str,
) -> PlanForecast:
    """Simulate the plan: teams burn their items in planned order at a pace drawn from their velocity.

    `planned` is the load of each sprint of the plan in hundredths of a point, all teams together.
    """
    if not items:
        nothing = DateForecast(name=EVERYTHING, dates={}, at_confidence=None)
        return PlanForecast(must_haves=None, everything=nothing, basis="nothing is left to do")
    last = len(planned) + 1
    order = sorted(items, key=lambda item: sprint_of.get(item.key, last))
    # The marks of milestones are items of a team of their own, so that an item may be in several milestones; the
    # group that holds every item but the marks is an epic.
    simulated = [_simulated(item) for item in order]
    simulated += [SimulatedItem(f"{_MARKS} {due.name}", _MARKS, 0.0, due.items, milestone=due.name) for due in dues]
    teams = [TeamPace(c.key, c.velocity, _availability(c)) for c in capacities.values()]
    teams.append(TeamPace(_MARKS, Forecast.of([1.0], basis="marks")))
    result = simulate_plan(
        teams,
        simulated,
        same_sprint=options.same_sprint,
        runs=max(FEWEST_RUNS, min(RUNS, CELLS // len(simulated))),
        seed=options.seed,
    )
    horizon = result.horizon
    # A mark comes a sprint after the last of what it waits for, unless the same sprint will do.
    shift = 0 if options.same_sprint else 1
    everything = _dates(EVERYTHING, result.epics[EVERYTHING], horizon, options)
    must = result.must_haves
    needed = result.epics[EVERYTHING].quantile(0.85)
    length = max(len(planned), min(int(needed), horizon, 2 * len(planned) + 2))
    return PlanForecast(
        must_haves=None if must is None else _dates(MUST_HAVES, must, horizon, options),
        everything=everything,
        milestones=tuple(
            _dates(due.title, result.milestones[due.name], horizon, options, due=due, shift=shift) for due in dues
        ),
        burn_up=_burn_up(items, capacities, options, planned, length),
        basis=basis,
    )


def _simulated(item: OpenItem) -> SimulatedItem:
    story = item.story
    return SimulatedItem(
        item.key,
        item.team,
        float(item.points),
        item.waits_for,
        must_have=story.priority is Priority.MUST,
        epic=EVERYTHING,
        earliest=max(story.not_before or 1, story.sprint or 1),
    )


def _availability(capacity: TeamCapacity) -> tuple[float, ...]:
    """Sprint by sprint, and after the last one known what is usual."""
    known = capacity.availability
    return (*known, sum(known) / len(known))


def _dates(
    name: str, done: Forecast, horizon: int, options: PlanOptions, *, due: Due | None = None, shift: int = 0
) -> DateForecast:
    def date(confidence: float) -> dt.date | None:
        sprint = int(done.quantile(confidence))
        if sprint > horizon:
            return None
        return sprint_dates(options.start, options.sprint_weeks, max(1, sprint - shift)).end

    dates = {confidence: day for confidence in CONFIDENCES if (day := date(float(confidence)))}
    return DateForecast(
        name=name,
        due=due.date if due else None,
        dates=dates,
        at_confidence=date(float(options.confidence)),
        probability_on_time=round(done.probability(at_most=due.sprint + shift), 4) if due else None,
    )


def _burn_up(
    items: Sequence[OpenItem],
    capacities: Mapping[str, TeamCapacity],
    options: PlanOptions,
    planned: Sequence[int],
    length: int,
) -> tuple[BurnUpPoint, ...]:
    """Cumulated points of plan and forecast at the end of each of `length` sprints, and at the start."""
    scope = sum((item.points for item in items), Decimal(0))
    done = _burned(items, capacities, options, length)
    low, middle, high = np.quantile(done, (0.15, 0.5, 0.85), axis=1)
    reached = 0
    result = [_point(0, options, scope, 0, (0.0, 0.0, 0.0))]
    for n in range(length):
        reached += planned[n] if n < len(planned) else 0
        result.append(_point(n + 1, options, scope, reached, (low[n], middle[n], high[n])))
    return tuple(result)


def _point(
    sprint: int, options: PlanOptions, scope: Decimal, planned: int, done: tuple[float, float, float]
) -> BurnUpPoint:
    date = sprint_dates(options.start, options.sprint_weeks, sprint).end if sprint else options.start
    low, middle, high = (Decimal(str(round(value, 1))) for value in done)
    return BurnUpPoint(sprint=sprint, date=date, scope=scope, planned=points(planned), p15=low, p50=middle, p85=high)


def _burned(
    items: Sequence[OpenItem], capacities: Mapping[str, TeamCapacity], options: PlanOptions, length: int
) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    """Points done after each sprint, sprints x runs: each team at its own pace up to the size of its work."""
    rng = np.random.default_rng(options.seed)
    done = np.zeros((length, BURN_UP_RUNS))
    for capacity in capacities.values():
        work = float(sum((item.points for item in items if item.team == capacity.key), Decimal(0)))
        noise = math.sqrt(1 - PERSISTENCE) * rng.standard_normal((length, BURN_UP_RUNS))
        noise += math.sqrt(PERSISTENCE) * rng.standard_normal(BURN_UP_RUNS)
        values = capacity.velocity.values
        ranks = (np.arange(values.size) + 0.5) / values.size
        z = np.array([_NORMAL.inv_cdf(rank) for rank in ranks])
        pace = np.maximum(np.interp(noise, z, values), 0.0)
        usual = _availability(capacity)
        scale = np.full(length, usual[-1])
        known = min(length, len(usual))
        scale[:known] = usual[:known]
        done += np.minimum(np.cumsum(pace * scale[:, None], axis=0), work)
    return done


def forecast_sentence(plan: SprintPlan) -> str:
    """``All must-haves by 12 March 2026 at 85 % confidence.``, or what keeps that from being said."""
    if not plan.items:
        return "Nothing is left to plan."
    done = plan.forecast.must_haves or plan.forecast.everything
    what = "All must-haves" if plan.forecast.must_haves else "Everything"
    share = f"{plan.options.confidence * 100:.0f} %"
    if done.at_confidence is None:
        return f"{what}: no date at {share} confidence can be given, because it lies too far ahead."
    return f"{what} by {long_date(done.at_confidence)} at {share} confidence."
