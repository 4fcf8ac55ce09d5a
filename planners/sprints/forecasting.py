"""When the plan is done: the whole plan simulated with the teams' velocities, in dates."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from planners.forecasts import Forecast
from planners.forecasts.delivery import PlannedItem as SimulatedItem
from planners.forecasts.delivery import TeamPace, simulate_plan
from planners.plan.models import Priority
from planners.sprints.backlog import OpenItem
from planners.sprints.build import Due, points
from planners.sprints.calendar import sprint_dates
from planners.sprints.capacity import TeamCapacity
from planners.sprints.model import BurnUpPoint, DateForecast, PlanForecast, PlanOptions, SprintPlan
from planners.sprints.words import long_date, percent

CONFIDENCES = ("0.50", "0.70", "0.85", "0.95")
EVERYTHING = "Everything"
MUST_HAVES = "Must-haves"
RUNS = 10_000
# Items x runs; bounds the memory of a simulation to about a quarter of a gigabyte.
CELLS = 6_000_000
FEWEST_RUNS = 500
# How sure each line of the burn-up is: p15, p50 and p85 of the points done are reached with this confidence.
LINES = (0.85, 0.50, 0.15)
SPARE = 2
# The forecast looks this much further ahead than twice the plan; what takes longer has no date.
SPARE_SPRINTS = 12
_MARKS = "mark"


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
    # Marks stand for groups, as an item may be in several: they are items of a team of their own that wait.
    simulated = [_simulated(item) for item in order]
    simulated.append(_mark(EVERYTHING, tuple(item.key for item in order)))
    simulated += [_mark(due.name, due.items) for due in dues]
    teams = [TeamPace(c.key, c.velocity, _availability(c)) for c in capacities.values()]
    teams.append(TeamPace(_MARKS, Forecast.of([1.0], basis="marks")))
    result = simulate_plan(
        teams,
        simulated,
        same_sprint=options.same_sprint,
        horizon=2 * len(planned) + SPARE_SPRINTS,
        runs=max(FEWEST_RUNS, min(RUNS, CELLS // len(simulated))),
        seed=options.seed,
    )
    calendar = _Calendar(options, result.horizon)
    everything = result.milestones[_name(EVERYTHING)]
    must = result.must_haves
    return PlanForecast(
        must_haves=None if must is None else calendar.dates(MUST_HAVES, must),
        everything=calendar.dates(EVERYTHING, everything, marked=True),
        milestones=tuple(
            calendar.dates(due.title, result.milestones[_name(due.name)], marked=True, due=due) for due in dues
        ),
        burn_up=_burn_up(items, result.epics, lambda level: calendar.sprint(everything, level, True), options, planned),
        basis=basis,
    )


def _name(of: str) -> str:
    return f"{_MARKS} {of}"


def _mark(of: str, waits_for: tuple[str, ...]) -> SimulatedItem:
    return SimulatedItem(_name(of), _MARKS, 0.0, waits_for, milestone=_name(of))


def _simulated(item: OpenItem) -> SimulatedItem:
    story = item.story
    return SimulatedItem(
        item.key,
        item.team,
        float(item.points),
        item.waits_for,
        must_have=story.priority is Priority.MUST,
        # A group of its own, so that the simulation also says when each item is done.
        epic=item.key,
        earliest=max(story.not_before or 1, story.sprint or 1),
    )


@dataclass(frozen=True, slots=True)
class _Calendar:
    """From sprint numbers, as the simulation counts them, to dates."""

    options: PlanOptions
    horizon: int

    def dates(self, name: str, done: Forecast, *, marked: bool = False, due: Due | None = None) -> DateForecast:
        """The dates of a forecast; `marked` as in :meth:`sprint`."""
        found = {confidence: self._date(self.sprint(done, float(confidence), marked)) for confidence in CONFIDENCES}
        shift = self._shift(marked)
        return DateForecast(
            name=name,
            due=due.date if due else None,
            dates={confidence: day for confidence, day in found.items() if day},
            at_confidence=self._date(self.sprint(done, float(self.options.confidence), marked)),
            probability_on_time=round(done.probability(at_most=due.sprint + shift), 4) if due else None,
        )

    def sprint(self, done: Forecast, confidence: float, marked: bool) -> int:
        """The sprint by whose end it is done; beyond the horizon means never.

        A mark comes a sprint after what it waits for, unless the same sprint will do: that one is taken off.
        """
        sprint = int(done.quantile(confidence))
        return sprint if sprint > self.horizon else max(1, sprint - self._shift(marked))

    def _shift(self, marked: bool) -> int:
        return 1 if marked and not self.options.same_sprint else 0

    def _date(self, sprint: int) -> dt.date | None:
        if sprint > self.horizon:
            return None
        return sprint_dates(self.options.start, self.options.sprint_weeks, sprint).end


def _availability(capacity: TeamCapacity) -> tuple[float, ...]:
    """Sprint by sprint, and after the last one known what is usual."""
    known = capacity.availability
    return (*known, sum(known) / len(known))


def _burn_up(
    items: Sequence[OpenItem],
    done: Mapping[str, Forecast],
    everything: Callable[[float], int],
    options: PlanOptions,
    planned: Sequence[int],
) -> tuple[BurnUpPoint, ...]:
    """Cumulated points of plan and forecast at the start and at the end of each sprint until both are through.

    An item counts in the sprint by whose end it is done with the confidence of its line. That each is done is likelier
    than that all are: the last one counts when `everything` is done, so that line and date say the same. Lines that
    don't get there end at most as long after the plan as the plan takes.
    """
    scope = sum((item.points for item in items), Decimal(0))
    by_sprint: list[dict[int, Decimal]] = []
    for level in LINES:
        sprints = {item.key: int(done[item.key].quantile(level)) for item in items}
        last = max(sprints, key=lambda key: sprints[key])
        sprints[last] = max(sprints[last], everything(level))
        amounts: dict[int, Decimal] = {}
        for item in items:
            amounts[sprints[item.key]] = amounts.get(sprints[item.key], Decimal(0)) + item.points
        by_sprint.append(amounts)
    length = max(len(planned), min(max(by_sprint[0]), 2 * len(planned) + SPARE))
    reached = [Decimal(0)] * len(LINES)
    result = [_point(0, options, scope, 0, reached)]
    load = 0
    for n in range(1, length + 1):
        load += planned[n - 1] if n <= len(planned) else 0
        reached = [amount + amounts.get(n, Decimal(0)) for amount, amounts in zip(reached, by_sprint, strict=True)]
        result.append(_point(n, options, scope, load, reached))
    return tuple(result)


def _point(sprint: int, options: PlanOptions, scope: Decimal, load: int, done: Sequence[Decimal]) -> BurnUpPoint:
    date = sprint_dates(options.start, options.sprint_weeks, sprint).end if sprint else options.start
    low, middle, high = done
    return BurnUpPoint(sprint=sprint, date=date, scope=scope, planned=points(load), p15=low, p50=middle, p85=high)


def forecast_sentence(plan: SprintPlan) -> str:
    """``All must-haves by 12 March 2026 at 85 % confidence.``, or what keeps that from being said."""
    if not plan.items:
        return "Nothing is left to plan."
    done = plan.forecast.must_haves or plan.forecast.everything
    what = "All must-haves" if plan.forecast.must_haves else "Everything"
    share = percent(plan.options.confidence)
    if done.at_confidence is None:
        return f"{what}: no date at {share} confidence can be given, because it lies too far ahead."
    return f"{what} by {long_date(done.at_confidence)} at {share} confidence."
