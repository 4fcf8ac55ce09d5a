"""Allocation over as many sprints as the work takes."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from planners.sprints.backlog import OpenItem, Teams
from planners.sprints.build import Due, Fixed, Ranking, build_problem, hundredths, longest_chain
from planners.sprints.calendar import SprintDates, sprint_dates
from planners.sprints.capacity import TeamCapacity, team_capacity
from planners.sprints.engine import AllocationResult, Progress, allocate
from planners.sprints.model import PlanOptions
from planners.sprints.problem import Reason

LONGEST = 60
LONGEST_OF_MANY = 200
MANY = 1000
SAMPLE = 6
SPARE = 2


@dataclass(frozen=True, slots=True)
class Schedule:
    """Where the items went. `sprints` and the capacities cover the whole horizon, used or not.

    `horizon` is the last sprint that the allocation looked at.
    """

    sprints: tuple[SprintDates, ...]
    capacities: Mapping[str, TeamCapacity]
    result: AllocationResult
    limit: int
    horizon: int


def schedule(
    items: Sequence[OpenItem],
    teams: Teams,
    dues: Sequence[Due],
    fixed: Mapping[str, Fixed],
    options: PlanOptions,
    *,
    previous: Mapping[str, int] | None = None,
    hold: Mapping[str, int] | None = None,
    seconds: float = 0.0,
    progress: Callable[[Progress], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> Schedule:
    """List scheduling over a growing horizon, and improvement for `seconds` on the horizon found.

    At most 60 sprints are looked at, 200 for more than 1,000 items.
    """
    limit = LONGEST_OF_MANY if len(items) > MANY else LONGEST
    least = max([1, *(each.sprint for each in fixed.values()), *(hold or {}).values()])
    limit = max(limit, least)
    horizon = min(limit, max(least, _first_horizon(items, teams, options)))
    while True:
        sprints, capacities = capacities_over(teams, options, horizon)
        found = _listed(items, capacities, dues, fixed, options, horizon, previous, hold)
        short = {Reason.NO_ROOM, Reason.TOO_LATE} & set(found.allocation.unplaced.values())
        if not short or horizon >= limit:
            break
        horizon = min(limit, 2 * horizon)
    if seconds > 0 and items:
        nearer = horizon
        if not found.allocation.unplaced:
            nearer = min(horizon, max(least, found.score.last_sprint + SPARE))
        better = allocate(
            build_problem(items, capacities, dues, fixed, options, nearer, hold=hold),
            seconds=seconds,
            seed=options.seed,
            previous=previous,
            hint=found.allocation.sprint_of,
            progress=progress,
            cancelled=cancelled,
        )
        # The list may have been made by date, which the engine's own start is not.
        if better.score <= found.score:
            found, horizon = better, nearer
    return Schedule(sprints, capacities, found, limit, horizon)


def capacities_over(
    teams: Teams, options: PlanOptions, horizon: int
) -> tuple[tuple[SprintDates, ...], dict[str, TeamCapacity]]:
    """The days of sprints 1..`horizon` and what each team can take on in them."""
    sprints = tuple(sprint_dates(options.start, options.sprint_weeks, n) for n in range(1, horizon + 1))
    capacities = {
        key: team_capacity(key, teams.people[key], teams.history[key], teams.countries[key], options, sprints)
        for key in teams.keys
    }
    return sprints, capacities


def _listed(
    items: Sequence[OpenItem],
    capacities: Mapping[str, TeamCapacity],
    dues: Sequence[Due],
    fixed: Mapping[str, Fixed],
    options: PlanOptions,
    horizon: int,
    previous: Mapping[str, int] | None,
    hold: Mapping[str, int] | None,
) -> AllocationResult:
    """By priority; by date first where that makes milestones less late and leaves out no more must-haves."""
    found = allocate(build_problem(items, capacities, dues, fixed, options, horizon, hold=hold), previous=previous)
    if not found.score.lateness:
        return found
    by_date = build_problem(items, capacities, dues, fixed, options, horizon, Ranking.DATE, hold)
    other = allocate(by_date, previous=previous)
    cost, other_cost = found.score, other.score
    if (other_cost.missing_musts, other_cost.lateness) < (cost.missing_musts, cost.lateness):
        return other
    return found


def _first_horizon(items: Sequence[OpenItem], teams: Teams, options: PlanOptions) -> int:
    """A first guess: the longest chain, or a quarter more than the busiest team's work takes."""
    _, capacities = capacities_over(teams, options, SAMPLE)
    work = dict.fromkeys(teams.keys, 0)
    for item in items:
        work[item.team] += hundredths(item.points)
    guess = longest_chain(items) + SPARE
    for key, capacity in capacities.items():
        usual = sum(capacity.commitment) / SAMPLE
        if usual:
            guess = max(guess, math.ceil(1.25 * work[key] / usual) + SPARE)
    return max(SAMPLE, guess)
