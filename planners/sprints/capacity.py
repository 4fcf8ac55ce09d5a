"""What each team can take on, sprint by sprint: from its closed sprints, or from the hours that its people have.

Amounts are whole hundredths of a story point, so that shares add up exactly.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_FLOOR, Decimal
from functools import lru_cache
from statistics import NormalDist, fmean

import numpy as np

from planners.forecasts import Forecast
from planners.forecasts.backtest import backtest_velocity
from planners.forecasts.capacity import POINTS_PER_HOUR, UTILISATION, forecast_from_capacity
from planners.forecasts.simulation import PERSISTENCE
from planners.forecasts.velocity import CompletedSprint, forecast_velocity
from planners.plan.models import HistoricSprint, Person
from planners.sprints.calendar import SprintDates, country_working_days, working_days
from planners.sprints.model import PlanOptions
from planners.sprints.words import percent

HUNDRED = 100
WEEKDAYS = 5
WORTH_SAYING = 0.05
PACE_SPRINTS = 6
PACE_RUNS = 4_000
RECORD = 20
FEWEST_FORECASTS = 3


@dataclass(frozen=True, slots=True)
class MemberCapacity:
    """One person's part of what the team may be given in each sprint, in hundredths of a point."""

    name: str
    skills: frozenset[str]
    commitment: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class TeamCapacity:
    """What a team can do. Sprint n is at index n - 1; amounts are hundredths of a point.

    `capacity` is at the lead's confidence, `commitment` is that less the buffer and what the members' shares add up
    to. `velocity` is the distribution of the points of one normal sprint, which `availability` scales. `lost_days` are
    working days that absences and public holidays take from each sprint. `record` says how the forecasts of past
    sprints did; nothing when too few are known.
    """

    key: str
    people: int
    members: tuple[MemberCapacity, ...]
    capacity: tuple[int, ...]
    commitment: tuple[int, ...]
    velocity: Forecast
    availability: tuple[float, ...]
    lost_days: tuple[int, ...]
    from_history: bool
    basis: str
    record: str = ""

    @property
    def known(self) -> bool:
        """False when the team has neither people nor history: it can be given nothing."""
        return bool(self.people) or self.from_history

    @property
    def skills(self) -> frozenset[str]:
        """What somebody can do who has any time during the plan."""
        return frozenset(skill for member in self.members if any(member.commitment) for skill in member.skills)


def team_capacity(
    key: str,
    people: Sequence[Person],
    history: Sequence[HistoricSprint],
    country: str | None,
    options: PlanOptions,
    sprints: Sequence[SprintDates],
) -> TeamCapacity:
    """The capacity of one team over `sprints`: nothing when it has neither people nor history.

    With history, it is the pace of :func:`sure_pace`, scaled by the days that the team's people work in each sprint.
    Without, it is working days x hours x share x 0.75 x 0.2 points an hour.
    `country` is the one whose holidays count for people who name none. Raises
    :class:`~planners.sprints.calendar.UnknownCountry`.
    """
    if not people and not history:
        nothing = (0,) * len(sprints)
        none = Forecast.of([0.0], basis="neither people nor closed sprints", reliable=False)
        return TeamCapacity(key, 0, (), nothing, nothing, none, (1.0,), nothing, False, none.basis)
    days = _days(people, country, sprints)
    hours = [[float(p.hours_per_day * p.share) * d for d in row] for p, row in zip(people, days, strict=True)]
    full = sum(float(p.hours_per_day * p.share) for p in people) * WEEKDAYS * options.sprint_weeks
    factor = float(options.capacity_factor)
    if history:
        level = _level(people, history, options, sprints[0].start)
        velocity = _scaled(forecast_velocity([_completed(sprint) for sprint in history]), factor * level)
        base = sure_pace(velocity, float(options.confidence))
        basis = _history_basis(history, velocity, base, level, options)
        normal = _reference_hours(people, options, sprints[0].start)
    else:
        velocity = _scaled(forecast_from_capacity(full), factor)
        base = full * UTILISATION * POINTS_PER_HOUR * factor
        basis = (
            f"from capacity: {_people(len(people))} x hours x {UTILISATION} utilisation x {POINTS_PER_HOUR} points an "
            f"hour, {base:.0f} points in a sprint without absences and holidays (no closed sprint yet)"
        )
        normal = full
    if people:
        worked = [sum(row[n] for row in hours) for n in range(len(sprints))]
        availability = tuple(amount / normal if normal else 0.0 for amount in worked)
    else:
        ordinary = WEEKDAYS * options.sprint_weeks
        availability = tuple(len(country_working_days(country, s.start, s.end)) / ordinary for s in sprints)
    capacity = tuple(max(0, math.floor(base * share * HUNDRED + 1e-6)) for share in availability)
    kept = 1 - options.buffer
    commitment = tuple(int((amount * kept).to_integral_value(ROUND_FLOOR)) for amount in map(Decimal, capacity))
    return TeamCapacity(
        key,
        len(people),
        _members(people, hours, commitment),
        capacity,
        commitment,
        velocity,
        availability,
        _lost_days(people, days, sprints),
        bool(history),
        basis,
        _record(tuple(_completed(sprint) for sprint in history)),
    )


def sure_pace(velocity: Forecast, confidence: float) -> float:
    """Points a sprint that a team completes on average over six sprints with at least `confidence`.

    One bad sprint is likelier than six in a row, so this lies above what a single sprint holds with that confidence.
    It is what a plan of several sprints can be built on, and agrees with the forecast of the plan as a whole, which
    draws its sprints in the same way (a part of what is unknown stays the same from sprint to sprint).
    """
    rng = np.random.default_rng(0)
    noise = math.sqrt(1 - PERSISTENCE) * rng.standard_normal((PACE_SPRINTS, PACE_RUNS))
    noise += math.sqrt(PERSISTENCE) * rng.standard_normal(PACE_RUNS)
    ranks = (np.arange(velocity.values.size) + 0.5) / velocity.values.size
    normal = NormalDist()
    paces = np.interp(noise, [normal.inv_cdf(rank) for rank in ranks], velocity.values)
    return max(0.0, float(np.quantile(paces.mean(axis=0), 1 - confidence)))


def _days(people: Sequence[Person], country: str | None, sprints: Sequence[SprintDates]) -> list[list[int]]:
    return [[working_days(person, country, s.start, s.end) for s in sprints] for person in people]


def _completed(sprint: HistoricSprint) -> CompletedSprint:
    committed = sprint.committed_points
    return CompletedSprint(
        float(sprint.completed_points),
        committed_points=None if committed is None else float(committed),
        people=sprint.people,
        working_days=sprint.working_days,
    )


@lru_cache(maxsize=256)
def _record(history: tuple[CompletedSprint, ...]) -> str:
    """How the velocity forecasts of the last sprints did; a plan asks for it once for each horizon it tries."""
    found = backtest_velocity(history[-RECORD:])
    return found.short if found.ours.count >= FEWEST_FORECASTS else ""


def _scaled(forecast: Forecast, factor: float) -> Forecast:
    if factor == 1:
        return forecast
    values = forecast.values * factor
    return Forecast.of(values, basis=forecast.basis, notes=forecast.notes, reliable=forecast.reliable)


def _present(people: Sequence[Person], start: dt.date) -> list[Person]:
    """Those whom the closed sprints can stand for: in the team before the plan starts, or everybody if nobody is."""
    return [p for p in people if (p.starts is None or p.starts < start) and start <= (p.ends or start)] or list(people)


def _reference_hours(people: Sequence[Person], options: PlanOptions, start: dt.date) -> float:
    hours = sum(float(p.hours_per_day * p.share) for p in _present(people, start))
    return hours * WEEKDAYS * options.sprint_weeks


def _level(people: Sequence[Person], history: Sequence[HistoricSprint], options: PlanOptions, start: dt.date) -> float:
    """How a normal sprint of today's team compares with the closed ones, in people-days."""
    level = 1.0
    then = [sprint.people for sprint in history if sprint.people]
    if people and then:
        level *= len(_present(people, start)) / fmean(then)
    lengths = [sprint.working_days for sprint in history if sprint.working_days]
    if lengths:
        # A closed sprint of 9 days in two weeks had a holiday; its length is still two weeks.
        weeks = max(1, round(fmean(lengths) / WEEKDAYS))
        level *= options.sprint_weeks / weeks
    return level


def _history_basis(
    history: Sequence[HistoricSprint], velocity: Forecast, base: float, level: float, options: PlanOptions
) -> str:
    count = len(history)
    text = (
        f"from {count} closed sprint{'s' if count != 1 else ''}: median {velocity.quantile(0.5):.0f} points, and at "
        f"{percent(options.confidence)} confidence at least {base:.0f} a sprint over {PACE_SPRINTS} sprints"
    )
    if abs(level - 1) >= WORTH_SAYING:
        text += f", scaled by {percent(level)} because the team or the sprint length differs from then"
    if not velocity.reliable:
        text += "; few sprints, so the range is wide"
    return text


def _people(count: int) -> str:
    return "1 person" if count == 1 else f"{count} people"


def _members(
    people: Sequence[Person], hours: Sequence[Sequence[float]], commitment: Sequence[int]
) -> tuple[MemberCapacity, ...]:
    """The commitment shared by hours; without people, one member stands for the team."""
    if not people:
        return (MemberCapacity("team", frozenset(), tuple(commitment)),)
    columns = [_shares(total, [row[n] for row in hours]) for n, total in enumerate(commitment)]
    return tuple(
        MemberCapacity(person.name, frozenset(person.skills), tuple(column[n] for column in columns))
        for n, person in enumerate(people)
    )


def _shares(total: int, weights: Sequence[float]) -> list[int]:
    """`total` split in proportion to `weights`, whole parts that add up to it (largest remainder)."""
    whole = sum(weights)
    if not whole:
        return [0] * len(weights)
    exact = [total * weight / whole for weight in weights]
    parts = [math.floor(value) for value in exact]
    by_remainder = sorted(range(len(parts)), key=lambda n: (parts[n] - exact[n], n))
    for n in by_remainder[: total - sum(parts)]:
        parts[n] += 1
    return parts


def _lost_days(
    people: Sequence[Person], days: Sequence[Sequence[int]], sprints: Sequence[SprintDates]
) -> tuple[int, ...]:
    lost = []
    for n, sprint in enumerate(sprints):
        weekdays = len(country_working_days(None, sprint.start, sprint.end))
        present = [
            row[n]
            for person, row in zip(people, days, strict=True)
            if (person.starts or sprint.start) <= sprint.start and (person.ends or sprint.end) >= sprint.end
        ]
        lost.append(sum(weekdays - worked for worked in present))
    return tuple(lost)
