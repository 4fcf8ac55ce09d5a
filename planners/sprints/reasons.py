"""What holds each item in its sprint, or out of the plan, in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from planners.sprints.backlog import OpenItem
from planners.sprints.build import Fixed, FixedBy, demand, hundredths, skills_are_checked
from planners.sprints.capacity import TeamCapacity
from planners.sprints.model import PlanOptions
from planners.sprints.problem import Allocation, Reason
from planners.sprints.words import named, short

_FIXED = {
    FixedBy.BOARD: "It is in sprint {sprint} on the board, so it stays there.",
    FixedBy.STARTED: "Its work has started, so it stays in sprint {sprint}.",
    FixedBy.PLAN: "The plan fixes it in sprint {sprint}.",
}


class Reasons:
    """Answers why, item by item, for one finished allocation."""

    def __init__(
        self,
        items: Sequence[OpenItem],
        allocation: Allocation,
        capacities: Mapping[str, TeamCapacity],
        fixed: Mapping[str, Fixed],
        options: PlanOptions,
    ) -> None:
        self._sprint_of = allocation.sprint_of
        self._unplaced = allocation.unplaced
        self._parts = allocation.parts
        self._capacities = capacities
        self._fixed = fixed
        self._lag = 0 if options.same_sprint else 1
        self._titles = {item.key: item.story.title for item in items}
        self._load: dict[tuple[str, int], int] = {}
        for item in items:
            if item.key in allocation.sprint_of:
                units = ((allocation.sprint_of[item.key], hundredths(item.points)),)
                for sprint, amount in allocation.parts.get(item.key, units):
                    at = item.team, sprint
                    self._load[at] = self._load.get(at, 0) + amount

    def why(self, item: OpenItem) -> str:
        """One or two sentences."""
        if item.key in self._unplaced:
            return self._why_not(item)
        if item.key in self._fixed:
            each = self._fixed[item.key]
            return _FIXED[each.by].format(sprint=each.sprint)
        parts = self._parts.get(item.key)
        first = parts[0][0] if parts else self._sprint_of[item.key]
        text = self._held(item, first)
        if parts:
            text += f" Too big for one sprint: in parts in sprints {named([str(sprint) for sprint, _ in parts], 8)}."
        return text

    def _held(self, item: OpenItem, sprint: int) -> str:
        after = [(self._sprint_of[key] + self._lag, key) for key in item.waits_for if key in self._sprint_of]
        possible = max([item.story.not_before or 1, *(start for start, _ in after)])
        if sprint > possible:
            return self._held_by_capacity(item, possible, sprint)
        holding = [key for start, key in after if start == sprint]
        if holding and sprint > 1:
            return f"Comes after {self._quoted(holding)}."
        if sprint == 1:
            return "Nothing holds it back, and sprint 1 has room."
        return f"Not before sprint {sprint}, as the plan says."

    def _held_by_capacity(self, item: OpenItem, possible: int, sprint: int) -> str:
        capacity = self._capacities[item.team]
        full = (
            f"sprint {possible}"
            if sprint == possible + 1
            else f"sprints {possible} {'and' if sprint == possible + 2 else 'to'} {sprint - 1}"
        )
        has = "has" if sprint == possible + 1 else "have"
        if self._room(item, possible, sprint) and demand(item) and skills_are_checked(capacity):
            skills = named(sorted(demand(item)))
            return (
                f"Its dependencies allow sprint {possible}, but {full} {has} no room for {skills} in team {item.team}."
            )
        return f"Its dependencies allow sprint {possible}, but {full} {has} no room in team {item.team}."

    def _room(self, item: OpenItem, first: int, last: int) -> bool:
        """Whether points alone would have let it into a sprint before `last`: then its skills hold it."""
        commitment = self._capacities[item.team].commitment
        size = hundredths(item.points)
        return any(
            commitment[sprint - 1] - self._load.get((item.team, sprint), 0) >= size for sprint in range(first, last)
        )

    def _why_not(self, item: OpenItem) -> str:
        reason = self._unplaced[item.key]
        capacity = self._capacities[item.team]
        if not any(capacity.commitment):
            return f"Team {item.team} has no capacity."
        if reason is Reason.WAITS:
            missing = [key for key in item.waits_for if key in self._unplaced]
            return f"It waits for {self._quoted(missing)}, which is in no sprint."
        if reason is Reason.NO_SKILL:
            return f"Nobody in team {item.team} can do {named(self._missing_skills(item) or sorted(demand(item)))}."
        if reason is Reason.TOO_LATE:
            return "Its dependencies or its earliest sprint lie beyond the last sprint of the plan."
        return f"No sprint of team {item.team} has room for it."

    def _missing_skills(self, item: OpenItem) -> list[str]:
        held = self._capacities[item.team].skills
        return sorted(skill for skill in demand(item) if skill not in held)

    def _quoted(self, keys: Sequence[str]) -> str:
        return named([f"'{short(self._titles[key])}'" for key in keys], 3)
