"""From open items and the teams' capacity to an allocation problem, in hundredths of a point."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum

from planners.plan.models import ItemStatus, Priority
from planners.plan.normalise import NormalisedMilestone
from planners.sprints.backlog import NEED, OpenItem
from planners.sprints.calendar import sprints_ended_by
from planners.sprints.capacity import HUNDRED, TeamCapacity
from planners.sprints.model import PinnedSprint, PlanOptions
from planners.sprints.problem import AllocationProblem, Crew, Member, Target, WorkItem

NO_DATE = 999
# Above every rank that needs and dates give.
HELD = 1_000_000
# What a point of each priority weighs where the plan gives no value: a must-have goes before twice as much of a
# should-have, and that before twice as much of a could-have.
PRIORITY_WEIGHT = {Priority.MUST: 4, Priority.SHOULD: 2, Priority.COULD: 1, Priority.WONT: 1}


class FixedBy(StrEnum):
    """What holds an item in its sprint whatever else is said."""

    BOARD = "board"
    STARTED = "started"
    PLAN = "plan"


@dataclass(frozen=True, slots=True)
class Fixed:
    """An item that is not moved."""

    sprint: int
    by: FixedBy


@dataclass(frozen=True, slots=True)
class Due:
    """A milestone as the open items that it asks for; `sprint` is the last one that ends by its date, 0 when none."""

    name: str
    title: str
    date: dt.date
    sprint: int
    items: tuple[str, ...]
    weight: int


class Ranking(StrEnum):
    """What list scheduling looks at first."""

    PRIORITY = "priority"
    DATE = "date"


def hundredths(points: Decimal) -> int:
    """Points as whole hundredths."""
    return int(points * HUNDRED)


def points(units: int) -> Decimal:
    """Whole hundredths as points, without trailing zeros."""
    value = (Decimal(units) / HUNDRED).normalize()
    return value.quantize(Decimal(1)) if value == value.to_integral_value() else value


def fixed_items(items: Iterable[OpenItem], pinned: Sequence[PinnedSprint]) -> dict[str, Fixed]:
    """Where items stay: on the board, in sprint 1 because they are started, or where the plan says."""
    on_board = {pin.key: pin.sprint for pin in pinned}
    result: dict[str, Fixed] = {}
    for item in items:
        if item.key in on_board:
            result[item.key] = Fixed(on_board[item.key], FixedBy.BOARD)
        elif item.story.status is ItemStatus.STARTED:
            result[item.key] = Fixed(1, FixedBy.STARTED)
        elif item.story.sprint is not None:
            result[item.key] = Fixed(item.story.sprint, FixedBy.PLAN)
    return result


def milestones_due(
    milestones: Iterable[NormalisedMilestone], items: Sequence[OpenItem], options: PlanOptions
) -> tuple[Due, ...]:
    """The milestones that still ask for an open item."""
    kept = {item.key for item in items}
    result = []
    for milestone in milestones:
        asked = tuple(key for key in milestone.items if key in kept)
        if asked:
            sprint = sprints_ended_by(milestone.due, options.start, options.sprint_weeks)
            result.append(Due(milestone.key, milestone.title, milestone.due, sprint, asked, milestone.weight))
    return tuple(result)


def build_problem(
    items: Sequence[OpenItem],
    capacities: Mapping[str, TeamCapacity],
    dues: Sequence[Due],
    fixed: Mapping[str, Fixed],
    options: PlanOptions,
    horizon: int,
    ranking: Ranking = Ranking.PRIORITY,
    hold: Mapping[str, int] | None = None,
) -> AllocationProblem:
    """The allocation problem over sprints 1..`horizon`, which the capacities must cover.

    The items' teams must all be among `capacities`. Items in `hold` come in that sprint or later and are
    placed in that order, after those that are not in it.
    """
    ranks = _ranks(items, dues, ranking)
    work = tuple(
        _work(item, fixed.get(item.key), _asked(item, fixed, capacities[item.team]), ranks[item.key], options)
        for item in items
    )
    if hold:
        order = {key: n for n, key in enumerate(hold)}
        work = tuple(
            _held(item, hold[item.key], order[item.key], horizon) if item.key in hold else item for item in work
        )
    crews = tuple(_crew(capacity, horizon) for capacity in capacities.values())
    targets = tuple(Target(due.name, due.items, due.sprint, due.weight) for due in dues)
    return AllocationProblem(horizon, crews, work, targets)


def skills_are_checked(capacity: TeamCapacity) -> bool:
    """Skills can only be checked where somebody in the team lists some."""
    return any(member.skills for member in capacity.members)


def demand(item: OpenItem) -> dict[str, int]:
    """Hundredths of a point that an item asks of each skill."""
    return {skill: hundredths(amount) for skill, amount in item.skills.items() if amount}


def _crew(capacity: TeamCapacity, horizon: int) -> Crew:
    members = tuple(
        Member(f"{n} {member.name}", member.skills, member.commitment[:horizon])
        for n, member in enumerate(capacity.members)
    )
    return Crew(capacity.key, members)


def _asked(item: OpenItem, fixed: Mapping[str, Fixed], capacity: TeamCapacity) -> dict[str, int]:
    """The skills to look at; a fixed item whose skill nobody has still takes the team's time, whoever's it is."""
    if not skills_are_checked(capacity):
        return {}
    asked = demand(item)
    return {skill: units for skill, units in asked.items() if item.key not in fixed or skill in capacity.skills}


def _work(item: OpenItem, fixed: Fixed | None, asked: Mapping[str, int], rank: int, options: PlanOptions) -> WorkItem:
    story = item.story
    lag = 0 if options.same_sprint else 1
    weight = story.value if story.value is not None else item.points * PRIORITY_WEIGHT[story.priority]
    return WorkItem(
        item.key,
        item.team,
        hundredths(item.points),
        demand=tuple(sorted(asked.items())),
        predecessors=tuple((key, lag) for key in item.waits_for),
        earliest=story.not_before or 1,
        weight=hundredths(weight),
        priority=rank,
        epic=story.epic,
        fixed=fixed.sprint if fixed else None,
        must=story.priority is Priority.MUST,
    )


def _held(item: WorkItem, sprint: int, place: int, horizon: int) -> WorkItem:
    """The item not before a sprint, and after those that are free to move."""
    return replace(item, earliest=max(item.earliest, min(sprint, horizon)), priority=HELD + place)


def _ranks(items: Sequence[OpenItem], dues: Sequence[Due], ranking: Ranking) -> dict[str, int]:
    """What goes first, lower first: an item is needed as much, and as soon, as what waits for it."""
    need = {item.key: NEED[item.story.priority] for item in items}
    date = dict.fromkeys(need, NO_DATE)
    for due in dues:
        for key in due.items:
            date[key] = min(date[key], due.sprint)
    by_key = {item.key: item for item in items}
    for key in _waiting_first(items):
        for other in by_key[key].waits_for:
            need[other] = min(need[other], need[key])
            date[other] = min(date[other], date[key])
    if ranking is Ranking.DATE:
        return {key: date[key] * 10 + need[key] for key in need}
    return {key: need[key] * (NO_DATE + 1) + date[key] for key in need}


def _waiting_first(items: Sequence[OpenItem]) -> list[str]:
    """Keys in an order in which each comes before everything it waits for."""
    waiting = dict.fromkeys((item.key for item in items), 0)
    for item in items:
        for other in item.waits_for:
            waiting[other] += 1
    by_key = {item.key: item for item in items}
    ready = [key for key, count in waiting.items() if not count]
    for key in ready:
        for other in by_key[key].waits_for:
            waiting[other] -= 1
            if not waiting[other]:
                ready.append(other)
    return ready


def longest_chain(items: Sequence[OpenItem]) -> int:
    """How many items wait for each other in the longest chain."""
    by_key = {item.key: item for item in items}
    length: dict[str, int] = {}
    for key in reversed(_waiting_first(items)):
        length[key] = 1 + max((length[other] for other in by_key[key].waits_for), default=0)
    return max(length.values(), default=0)
