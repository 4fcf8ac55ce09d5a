"""Does a sprint plan keep its own rules? Plain arithmetic on the values; shares nothing with the planner."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from planners.plan.models import PlanDocument
from planners.sprints.model import PlannedItem, SprintPlan


def broken(plan: SprintPlan, document: PlanDocument, pinned: dict[str, int] | None = None) -> list[str]:
    """Every rule that the plan breaks, in words; empty for a good plan."""
    stories = {story.key: story for story in document.plan.stories}
    stays = {key for key, story in stories.items() if story.status == "started" or story.sprint} | set(pinned or {})
    return [*_lost(plan, document), *_early(plan, stays), *_overfull(plan, stays), *_sums(plan)]


def _parts(item: PlannedItem) -> list[tuple[int, Decimal]]:
    if item.parts:
        return [(part.sprint, part.points) for part in item.parts]
    return [(item.sprint, item.points)] if item.sprint is not None else []


def _lost(plan: SprintPlan, document: PlanDocument) -> Iterator[str]:
    rank = ["must", "should", "could"]
    limit = rank.index(plan.options.scope) if plan.options.scope in rank else 2
    wanted = {
        story.key for story in document.plan.stories if story.status != "done" and story.priority in rank[: limit + 1]
    }
    there = [item.key for item in plan.items]
    if len(there) != len(set(there)):
        yield "an item is there twice"
    if missing := wanted - set(there):
        yield f"lost: {sorted(filter(None, missing))}"
    for item in plan.items:
        at = [sprint.number for sprint in plan.sprints if item.key in sprint.items]
        if at != sorted({sprint for sprint, _ in _parts(item)}):
            yield f"{item.key} says {_parts(item)}, the sprints say {at}"


def _early(plan: SprintPlan, stays: set[str | None]) -> Iterator[str]:
    by_key = {item.key: item for item in plan.items}
    gap = 0 if plan.options.same_sprint else 1
    for item in plan.items:
        if item.sprint is None or item.key in stays:
            continue
        first = min(sprint for sprint, _ in _parts(item))
        for other in item.depends_on:
            done = by_key[other].sprint
            if done is None or first < done + gap:
                yield f"{item.key} starts in {first}, {other} is done in {done}"


def _overfull(plan: SprintPlan, stays: set[str | None]) -> Iterator[str]:
    for sprint in plan.sprints:
        for team in sprint.teams:
            own = [item for item in plan.items if item.team == team.team]
            load = sum((p for item in own for at, p in _parts(item) if at == sprint.number), Decimal(0))
            fixed = sum((item.points for item in own if item.key in stays and item.sprint == sprint.number), Decimal(0))
            if load != team.load:
                yield f"{sprint.name}, {team.team}: says {team.load}, holds {load}"
            if load > max(team.commitment, fixed):
                yield f"{sprint.name}, {team.team}: {load} in {team.commitment}"
            if team.commitment > team.capacity:
                yield f"{sprint.name}, {team.team}: no buffer"


def _sums(plan: SprintPlan) -> Iterator[str]:
    for item in plan.items:
        if item.sprint is not None and sum(points for _, points in _parts(item)) != item.points:
            yield f"the parts of {item.key} are not the whole"
