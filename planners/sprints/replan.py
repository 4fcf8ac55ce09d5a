"""Planning again with new facts: how few moves for how little lateness, as up to three choices."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal

from planners.plan.models import PlanDocument
from planners.plan.normalise import normalise
from planners.plan.problems import Problem
from planners.sprints.answers import ReplanChoice, ReplanName
from planners.sprints.build import PRIORITY_WEIGHT, build_problem
from planners.sprints.difference import difference
from planners.sprints.engine import Progress, allocate
from planners.sprints.model import PinnedSprint, PlanningError, PlanOptions, SprintPlan
from planners.sprints.planner import plan_sprints
from planners.sprints.prepared import prepare, read_plan, refusals
from planners.sprints.schedule import capacities_over
from planners.sprints.words import long_date, sprints, stories

# Sprints that the work may be pushed beyond what the plan before took, while an order is looked for.
BEYOND = 12
ROUNDS = 40
MANY = 1_000


def replan(
    document: PlanDocument,
    options: PlanOptions,
    previous: SprintPlan,
    *,
    pinned: Sequence[PinnedSprint] = (),
    seconds: float = 0.0,
    progress: Callable[[Progress], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> tuple[ReplanChoice, ...]:
    """Up to three plans for `document` as it is now, from the one that moves least to the one that is least late.

    *Fewest moves* leaves every item in its sprint of `previous` unless a fact pushes it later. *Balanced* lets the
    items move that lead to milestones which would else be late, or that would fit nowhere. *Best plan* starts anew and
    takes `seconds` to improve. A choice that is no better than one with fewer moves is left out. The start may have
    moved on by whole sprints since. Raises PlanningError where the sprints of the two plans don't lie on each other,
    and what :func:`plan_sprints` raises.
    """
    before = _renumbered(previous, options)
    done = {item.key: item.sprint for item in before.items if item.sprint is not None}
    begun = {item.key: item.parts[0].sprint for item in before.items if item.parts}
    hold = {key: max(begun.get(key, sprint), 1) for key, sprint in done.items()}
    # What is new takes the room that is left.
    hold |= {story.key: 1 for story in normalise(document).stories if story.key not in hold}

    def planned(kept: Mapping[str, int]) -> SprintPlan:
        settled = _settled(document, options, pinned, kept, done)
        return plan_sprints(document, options, pinned=pinned, previous=before, hold=settled)

    fewest = planned(hold)
    found = [_choice(ReplanName.FEWEST, document, before, fewest)]
    free = _leading(fewest, _in_trouble(document, fewest))
    if free:
        balanced = planned({key: sprint for key, sprint in hold.items() if key not in free})
        found.append(_choice(ReplanName.BALANCED, document, before, balanced))
    best = plan_sprints(
        document,
        options,
        pinned=pinned,
        previous=before,
        seconds=seconds,
        progress=progress,
        cancelled=cancelled,
    )
    found.append(_choice(ReplanName.BEST, document, before, best))
    return _worth_choosing(found)


def _settled(
    document: PlanDocument,
    options: PlanOptions,
    pinned: Sequence[PinnedSprint],
    hold: Mapping[str, int],
    done: Mapping[str, int],
) -> dict[str, int]:
    """The order in which to hold items so that few of them move.

    `hold` says where items begin and `done` where they were done. By sprint first: what loses its place there would
    take that of others in the next sprint, and they that of others. So, round by round, it comes last instead, and the
    round with the fewest moves is taken.
    """
    with refusals(document):
        given = prepare(document, options, pinned)
        items = given.backlog.items
        pins = (each.sprint for each in given.fixed.values())
        horizon = max([1, *hold.values(), *pins]) + BEYOND
        _, capacities = capacities_over(given.teams, options, horizon)
        known = {item.key for item in items}
        order = dict(
            sorted(
                ((key, at) for key, at in hold.items() if key in known), key=lambda pair: (pair[0] not in done, pair[1])
            )
        )
        best, fewest = order, len(order) + 1
        last: set[str] = set()
        for _ in range(ROUNDS if len(items) <= MANY else 1):
            problem = build_problem(items, capacities, given.dues, given.fixed, options, horizon, hold=order)
            found = allocate(problem).allocation.sprint_of
            moved = [key for key in order if key in done and found.get(key) != done[key]]
            if len(moved) < fewest:
                best, fewest = order, len(moved)
            earliest = min((order[key] for key in moved if key not in last), default=0)
            if not earliest:
                break
            last |= {key for key in moved if order[key] == earliest}
            order = dict(sorted(order.items(), key=lambda pair: (pair[0] not in done, pair[0] in last, pair[1])))
    return best


def _renumbered(previous: SprintPlan, options: PlanOptions) -> SprintPlan:
    """The previous plan in the sprint numbers of the new one; 0 and less lie before its first sprint."""
    days = 7 * options.sprint_weeks
    apart = (options.start - previous.options.start).days
    if previous.options.sprint_weeks != options.sprint_weeks or apart % days:
        then = f"{long_date(previous.options.start)}, every {_weeks(previous.options.sprint_weeks)}"
        message = f"has sprints from {then}, which don't lie on those of this one"
        raise PlanningError([Problem("previous plan", message)])
    gone = apart // days
    items = tuple(
        item
        if item.sprint is None
        else item.model_copy(
            update={
                "sprint": item.sprint - gone,
                "parts": tuple(part.model_copy(update={"sprint": part.sprint - gone}) for part in item.parts),
            }
        )
        for item in previous.items
    )
    return previous.model_copy(update={"items": items}) if gone else previous


def _weeks(count: int) -> str:
    return "week" if count == 1 else f"{count} weeks"


def _in_trouble(document: PlanDocument, plan: SprintPlan) -> set[str]:
    """Items of milestones that are late, and those in no sprint; every must-have when nothing is late."""
    reading = read_plan(document, plan)
    keys = {item.key for item in plan.unplaced}
    for due, slack in zip(reading.prepared.dues, reading.explainer.slack(), strict=True):
        if slack.done is None or slack.done > due.sprint:
            keys |= set(due.items)
    return keys or {item.key for item in plan.items if item.priority == "must"}


def _leading(plan: SprintPlan, keys: Iterable[str]) -> set[str]:
    """These items and all that they wait for."""
    waits = {item.key: item.depends_on for item in plan.items}
    found = set(keys)
    pending = list(found)
    while pending:
        for other in waits[pending.pop()]:
            if other not in found:
                found.add(other)
                pending.append(other)
    return found


def _choice(name: ReplanName, document: PlanDocument, before: SprintPlan, plan: SprintPlan) -> ReplanChoice:
    was = {item.key: item.sprint for item in before.items}
    moves = sum(item.key in was and was[item.key] != item.sprint for item in plan.items)
    reading = read_plan(document, plan)
    lateness = 0
    for due, slack in zip(reading.prepared.dues, reading.explainer.slack(), strict=True):
        done = slack.done or len(plan.sprints) + 1
        lateness += due.weight * max(0, done - due.sprint)
    text = f"{stories(moves)} {'moves' if moves == 1 else 'move'}; the plan takes {sprints(len(plan.sprints))}; "
    text += f"milestones are late by {lateness} weighted sprints" if lateness else "every milestone is met"
    if plan.unplaced:
        text += f"; {stories(len(plan.unplaced))} not planned"
    return ReplanChoice(
        name=name,
        moves=moves,
        lateness=lateness,
        unplaced=len(plan.unplaced),
        plan=plan,
        difference=difference(before, plan),
        text=f"{text}.",
    )


def _worth_choosing(choices: Sequence[ReplanChoice]) -> tuple[ReplanChoice, ...]:
    """Those that are better than each with as few moves."""
    kept: list[ReplanChoice] = []
    for choice in sorted(choices, key=lambda each: (each.moves, _cost(each))):
        if not kept or _cost(choice) < min(map(_cost, kept)):
            kept.append(choice)
    return tuple(kept)


def _cost(choice: ReplanChoice) -> tuple[int, int, Decimal]:
    """Items left out, lateness, and how late the points are done on the whole."""
    never = len(choice.plan.sprints) + 1
    weights = ((PRIORITY_WEIGHT[item.priority] * item.points, item.sprint or never) for item in choice.plan.items)
    return choice.unplaced, choice.lateness, sum((weight * sprint for weight, sprint in weights), Decimal(0))
