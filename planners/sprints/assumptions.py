"""What a plan takes for granted, said out loud."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from planners.forecasts.capacity import POINTS_PER_HOUR, UTILISATION
from planners.sprints.backlog import OpenItem, Teams
from planners.sprints.build import skills_are_checked
from planners.sprints.calendar import SprintDates, holidays_between
from planners.sprints.capacity import TeamCapacity
from planners.sprints.model import Assumption, PlanOptions
from planners.sprints.words import long_date, named, percent, stories

SHOWN_HOLIDAYS = 6


def assumptions_of(
    items: Sequence[OpenItem],
    teams: Teams,
    capacities: Mapping[str, TeamCapacity],
    sprints: Sequence[SprintDates],
    options: PlanOptions,
) -> tuple[Assumption, ...]:
    """Everything that the plan rests on and that the document doesn't prove. `sprints` are those in use."""
    used = [capacity for key, capacity in capacities.items() if any(item.team == key for item in items)]
    result = [
        Assumption(name=f"Velocity of {capacity.key}", text=capacity.basis) for capacity in used if capacity.known
    ]
    result += [
        Assumption(name=f"Forecasts of {capacity.key} so far", text=capacity.record)
        for capacity in used
        if capacity.record
    ]
    weeks = "1 week" if options.sprint_weeks == 1 else f"{options.sprint_weeks} weeks"
    result += [
        Assumption(name="Sprint length", text=f"{weeks}, the first from {long_date(options.start)}"),
        Assumption(
            name="Commitment buffer", text=f"{percent(options.buffer)} of the capacity is kept free in every sprint"
        ),
        Assumption(name="Confidence", text=f"{percent(options.confidence)} for velocity and dates"),
    ]
    if any(not capacity.from_history and capacity.known for capacity in used):
        text = f"{percent(UTILISATION)} of working hours go to sprint items, and an hour gives {POINTS_PER_HOUR} points"
        result.append(Assumption(name="Utilisation", text=text))
    if options.capacity_factor != 1:
        text = f"planned with {percent(options.capacity_factor)} of it, as asked"
        result.append(Assumption(name="Capacity", text=text))
    result += _holidays(teams, used, sprints)
    result += _absences(used, sprints)
    result += _unchecked_skills(items, used)
    assumed = [item for item in items if item.points_assumed]
    if assumed:
        text = f"assumed for {stories(len(assumed))}: the median of the team's other stories"
        result.append(Assumption(name="Story points", text=text))
    order = "in the same sprint or later" if options.same_sprint else "in a later sprint"
    result.append(Assumption(name="Dependencies", text=f"what waits for another item comes {order}"))
    if sprints:
        count = "1 sprint" if len(sprints) == 1 else f"{len(sprints)} sprints"
        result.append(
            Assumption(name="Horizon", text=f"{count}, until {long_date(sprints[-1].end)}; no work is added meanwhile")
        )
    return tuple(result)


def _holidays(teams: Teams, used: Sequence[TeamCapacity], sprints: Sequence[SprintDates]) -> list[Assumption]:
    if not sprints:
        return []
    codes: set[str] = set()
    for capacity in used:
        country = teams.countries[capacity.key]
        named_by = [person.country or country for person in teams.people[capacity.key]] or [country]
        codes.update(code for code in named_by if code)
    if not codes:
        return [Assumption(name="Public holidays", text="none: no country is given")]
    result = []
    for code, days in holidays_between(codes, sprints[0].start, sprints[-1].end).items():
        listed = [f"{day.day} {day:%b} ({name})" for day, name in days.items()]
        text = named(listed, SHOWN_HOLIDAYS) if listed else "none on weekdays in the time of the plan"
        result.append(Assumption(name=f"Public holidays in {code}", text=text))
    return result


def _absences(used: Sequence[TeamCapacity], sprints: Sequence[SprintDates]) -> list[Assumption]:
    lost = sum(sum(capacity.lost_days[: len(sprints)]) for capacity in used)
    if not lost:
        return []
    days = "1 working day" if lost == 1 else f"{lost} working days"
    return [Assumption(name="Absences", text=f"{days} are lost to absences and public holidays")]


def _unchecked_skills(items: Sequence[OpenItem], used: Sequence[TeamCapacity]) -> list[Assumption]:
    return [
        Assumption(name=f"Skills of {capacity.key}", text="not checked: nobody in the team lists any")
        for capacity in used
        if not skills_are_checked(capacity) and any(item.team == capacity.key and item.skills for item in items)
    ]
