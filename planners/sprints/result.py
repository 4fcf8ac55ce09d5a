"""A finished allocation as the sprints and items of a plan."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from functools import cached_property

from planners.plan.normalise import NormalisedEpic
from planners.sprints import warnings
from planners.sprints.backlog import NEED, OpenItem
from planners.sprints.build import Due, Fixed, demand, hundredths, points, skills_are_checked
from planners.sprints.goals import sprint_goals
from planners.sprints.model import (
    DateForecast,
    ItemPart,
    PlannedEpic,
    PlannedItem,
    PlannedSprint,
    PlannedTask,
    PlanOptions,
    PlanWarning,
    TeamLoad,
)
from planners.sprints.reasons import Reasons
from planners.sprints.schedule import Schedule


class Result:
    """Reads one allocation in the terms of a sprint plan."""

    def __init__(
        self,
        items: Sequence[OpenItem],
        found: Schedule,
        fixed: Mapping[str, Fixed],
        dues: Sequence[Due],
        options: PlanOptions,
        epics: Sequence[NormalisedEpic],
    ) -> None:
        self._items = items
        self._found = found
        self._dues = dues
        self._options = options
        self._epics = {epic.key: epic for epic in epics}
        self._sprint_of = found.result.allocation.sprint_of
        self._parts = found.result.allocation.parts
        self._reasons = Reasons(items, found.result.allocation, found.capacities, fixed, options)

    @cached_property
    def _shares(self) -> dict[int, list[tuple[OpenItem, int]]]:
        """By sprint, the items in it with the hundredths of a point that they take there."""
        result: dict[int, list[tuple[OpenItem, int]]] = {}
        for item in self._items:
            if item.key in self._sprint_of:
                whole = ((self._sprint_of[item.key], hundredths(item.points)),)
                for sprint, units in self._parts.get(item.key, whole):
                    result.setdefault(sprint, []).append((item, units))
        return result

    def loads(self) -> tuple[int, ...]:
        """Hundredths of a point planned in each sprint, up to the last one in use."""
        last = max(self._shares, default=0)
        return tuple(sum(units for _, units in self._shares.get(n, ())) for n in range(1, last + 1))

    def sprints(self) -> tuple[PlannedSprint, ...]:
        """Every sprint up to the last one in use."""
        last = max(self._shares, default=0)
        titles = {key: epic.title for key, epic in self._epics.items()}
        goals = sprint_goals(self._items, self._sprint_of, self._shares, self._dues, titles, last)
        teams = [key for key in self._found.capacities if any(item.team == key for item in self._items)]
        result = []
        for dates, goal in zip(self._found.sprints[:last], goals, strict=True):
            shares = self._shares.get(dates.number, [])
            result.append(
                PlannedSprint(
                    number=dates.number,
                    name=f"Sprint {dates.number}",
                    start=dates.start,
                    end=dates.end,
                    goal=goal,
                    teams=tuple(self._load(team, dates.number, shares) for team in teams),
                    items=tuple(item.key for item, _ in sorted(shares, key=lambda s: NEED[s[0].story.priority])),
                )
            )
        return tuple(result)

    def _load(self, team: str, sprint: int, shares: Sequence[tuple[OpenItem, int]]) -> TeamLoad:
        capacity = self._found.capacities[team]
        own = [(item, units) for item, units in shares if item.team == team]
        skills: dict[str, int] = {}
        for item, units in own:
            whole = hundredths(item.points)
            for skill, amount in demand(item).items():
                skills[skill] = skills.get(skill, 0) + (amount * units // whole if whole else 0)
        return TeamLoad(
            team=team,
            capacity=points(capacity.capacity[sprint - 1]),
            commitment=points(capacity.commitment[sprint - 1]),
            load=points(sum(units for _, units in own)),
            skills={skill: points(amount) for skill, amount in sorted(skills.items())},
        )

    def items(self) -> tuple[PlannedItem, ...]:
        """Every open item, in the order of the document."""
        return tuple(self._planned(item) for item in self._items)

    def _planned(self, item: OpenItem) -> PlannedItem:
        story = item.story
        tasks = tuple(
            PlannedTask(key=task.key, title=task.title, description=task.description, points=task.points)
            for task in story.tasks
        )
        return PlannedItem(
            key=item.key,
            title=story.title,
            description=story.description,
            epic=story.epic,
            team=item.team,
            points=item.points,
            points_assumed=item.points_assumed,
            priority=story.priority,
            status=story.status,
            acceptance_criteria=story.acceptance_criteria,
            labels=story.labels,
            depends_on=item.waits_for,
            tasks=tasks,
            sprint=self._sprint_of.get(item.key),
            parts=tuple(
                ItemPart(sprint=sprint, points=points(units)) for sprint, units in self._parts.get(item.key, ())
            ),
            why=self._reasons.why(item),
        )

    def epics(self) -> tuple[PlannedEpic, ...]:
        """The epics that have an open item, in the order of the document."""
        used = {item.story.epic for item in self._items}
        return tuple(
            PlannedEpic(
                key=key,
                title=epic.title,
                description=epic.description,
                priority=epic.priority,
                labels=epic.labels,
            )
            for key, epic in self._epics.items()
            if key in used
        )

    def done_on(self, keys: Sequence[str]) -> dt.date | None:
        """The last day of the sprint in which the last of them is done; None when one is in no sprint."""
        if any(key not in self._sprint_of for key in keys):
            return None
        return self._found.sprints[max(self._sprint_of[key] for key in keys) - 1].end

    def late_milestones(self, forecasts: Sequence[DateForecast]) -> list[PlanWarning]:
        """Milestones that the plan finishes after their date; `forecasts` has one for each, in order."""
        never = len(self._found.sprints) + 1
        result = []
        for due, forecast in zip(self._dues, forecasts, strict=True):
            late = [key for key in due.items if self._sprint_of.get(key, never) > due.sprint]
            if late:
                chance, asked = forecast.probability_on_time, self._options.confidence
                done = self.done_on(due.items)
                result.append(warnings.milestone_late(due.title, due.date, done, late, chance, asked))
        return result

    def missing_skills(self) -> list[PlanWarning]:
        """Skills that a team's items ask for and nobody in it has."""
        result = []
        for team, capacity in self._found.capacities.items():
            if not skills_are_checked(capacity):
                continue
            asked: dict[str, list[str]] = {}
            for item in self._items:
                if item.team == team:
                    for skill in demand(item):
                        if skill not in capacity.skills:
                            asked.setdefault(skill, []).append(item.key)
            result += [warnings.no_skill(team, skill, keys) for skill, keys in sorted(asked.items())]
        return result
