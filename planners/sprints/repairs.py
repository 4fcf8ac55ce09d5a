"""What contradicts each other in a plan, and the cheapest ways out, ranked: each also as a what-if to try."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from decimal import Decimal

from planners.plan.models import PlanDocument, Priority
from planners.plan.problems import PlanProblems
from planners.sprints.answers import MilestoneExplanation, PlanConflict, PlanRepair, RepairKind
from planners.sprints.build import Due, demand, points, skills_are_checked
from planners.sprints.conflicts import MUSTS, Conflict, Repair, find_conflict
from planners.sprints.conflicts import RepairKind as Way
from planners.sprints.model import SprintPlan
from planners.sprints.planner import plan_sprints
from planners.sprints.prepared import Reading, read_plan
from planners.sprints.warnings import cycle_text
from planners.sprints.what_if import WhatIfError, apply
from planners.sprints.why import explain_plan
from planners.sprints.words import amount, long_date, named, short, sprints, stories

SECONDS = 10.0
MOST_CONFLICTS = 3
MORE_PEOPLE = (1, 2, 4, 8)
# What is easier to decide goes first where the effort is the same.
_TIES = tuple(RepairKind)


def find_conflicts(
    document: PlanDocument,
    plan: SprintPlan,
    *,
    milestone: str | None = None,
    seconds: float = SECONDS,
    clock: Callable[[], float] = time.monotonic,
) -> tuple[PlanConflict, ...]:
    """Why `plan` can't keep all that `document` demands; empty when it does, or when no contradiction is proven.

    Each conflict is a smallest set of demands: a circle of dependencies, items whose skill nobody has, the work of a
    team that no number of sprints holds, and milestones (or all must-haves) that can't be met together. With
    `milestone`, a key, only what keeps that one from being met. `seconds` bounds the search for the last kind.
    Raises PlanningError when plan and document don't belong together.
    """
    reading = read_plan(document, plan)
    found: list[PlanConflict] = []
    if milestone is None:
        found = [*_cycles(reading), *_missing_skills(document, reading), *_no_room(document, reading)]
    slacks = zip(reading.prepared.dues, reading.explainer.slack(), strict=True)
    late = {due.name for due, slack in slacks if slack.done is None or slack.done > due.sprint}
    late &= {milestone} if milestone is not None else late
    return (*found, *_milestones(document, reading, late, clock() + seconds, clock)) if late else tuple(found)


def explain_milestone(
    document: PlanDocument, plan: SprintPlan, key: str, *, seconds: float = SECONDS
) -> MilestoneExplanation:
    """How milestone `key` stands; where the plan does not meet it, what is in the way and the cheapest ways out.

    Raises KeyError for an unknown milestone, PlanningError when plan and document don't belong together.
    """
    milestone = {each.key: each for each in explain_plan(document, plan).milestones}[key]
    late = milestone.slack is None or milestone.slack < 0
    conflicts = find_conflicts(document, plan, milestone=key, seconds=seconds) if late else ()
    sentences = [milestone.text]
    for conflict in conflicts:
        sentences.append(conflict.text)
        sentences += [f"{number}. {repair.text}" for number, repair in enumerate(conflict.repairs, start=1)]
    if late and not conflicts:
        sentences.append("No contradiction is proven: with more time to improve, the plan may meet it.")
    return MilestoneExplanation(milestone=milestone, conflicts=conflicts, sentences=tuple(sentences))


def _cycles(reading: Reading) -> Iterator[PlanConflict]:
    titles = reading.prepared.backlog.titles
    for cycle in reading.prepared.backlog.cycles:
        waits, other = (f"'{short(titles[key])}'" for key in cycle.ignored)
        repair = PlanRepair(
            kind=RepairKind.REMOVE_DEPENDENCY,
            text=f"Let {waits} no longer wait for {other}; that is what this plan takes for granted.",
            what_if=(),
            effort=1,
        )
        yield PlanConflict(
            demands=cycle.keys,
            teams=(),
            text=f"Items wait for each other: {cycle_text(cycle, titles)}.",
            minimal=True,
            repairs=(repair,),
        )


def _missing_skills(document: PlanDocument, reading: Reading) -> Iterator[PlanConflict]:
    for (team, skill), keys in _without_skill(reading).items():
        verb = "needs" if len(keys) == 1 else "need"
        repairs = [_drop(keys)] if _optional(reading, keys) else []
        person = f"add 1 {skill} to {team}"
        if _places(document, reading.plan, [person], keys):
            text = f"One person with {skill} in team {team}, from sprint 1."
            repairs.append(PlanRepair(kind=RepairKind.ADD_PERSON, text=text, what_if=(person,), effort=1))
        yield PlanConflict(
            demands=tuple(keys),
            teams=(team,),
            text=f"Nobody in team {team} has the skill '{skill}', which {named(keys)} {verb}.",
            minimal=True,
            repairs=_ranked(repairs),
        )


def _no_room(document: PlanDocument, reading: Reading) -> Iterator[PlanConflict]:
    """Teams whose work no number of sprints holds, or that can do nothing."""
    skilled = {key for keys in _without_skill(reading).values() for key in keys}
    left = [item for item in reading.plan.unplaced if item.key not in skilled]
    missing = {item.key for item in reading.plan.unplaced}
    by_team: dict[str, list[str]] = {}
    for item in left:
        if not missing & set(item.depends_on):
            by_team.setdefault(item.team, []).append(item.key)
    for team, keys in by_team.items():
        room = points(sum(reading.capacities[team].commitment))
        work = sum((item.points for item in reading.plan.items if item.team == team), Decimal(0))
        if room:
            fits = "fits" if len(keys) == 1 else "fit"
            text = (
                f"Team {team} has work for {amount(work)} points, and {sprints(reading.problem.horizon)} of "
                f"{amount(room)} in all are not enough for it in whole items: {named(keys)} {fits} nowhere."
            )
        else:
            text = f"Team {team} has no capacity, so {named(keys)} can't be planned."
        repairs = [_drop(keys)] if _optional(reading, keys) else []
        for count in MORE_PEOPLE:
            change = f"add {count} {'person' if count == 1 else 'people'} to {team}"
            if _places(document, reading.plan, [change], keys):
                more = "One more person" if count == 1 else f"{count} more people"
                repairs.append(
                    PlanRepair(
                        kind=RepairKind.ADD_PERSON,
                        text=f"{more} in team {team}, from sprint 1.",
                        what_if=(change,),
                        effort=count,
                    )
                )
                break
        yield PlanConflict(demands=tuple(keys), teams=(team,), text=text, minimal=True, repairs=_ranked(repairs))


def _milestones(
    document: PlanDocument, reading: Reading, late: set[str], end: float, clock: Callable[[], float]
) -> Iterator[PlanConflict]:
    """Proven contradictions among milestones, each once; the late ones are looked at together with those before."""
    problem = reading.problem
    alone = tuple(target for target in problem.targets if target.key in late)
    targets = problem.targets
    for n in range(MOST_CONFLICTS + 1):
        left = end - clock()
        if left <= 0 or not targets:
            return
        # Those that are late first: only if they don't contradict each other, those that they compete with.
        asked = alone if n == 0 else targets
        conflict = find_conflict(replace(problem, targets=asked), seconds=left, seed=reading.plan.options.seed)
        if conflict is not None and conflict.targets != (MUSTS,):
            yield _worded(document, reading, conflict)
            targets = tuple(target for target in targets if target.key not in conflict.targets)
            if not late & {target.key for target in targets}:
                return
        elif n:
            return


def _worded(document: PlanDocument, reading: Reading, conflict: Conflict) -> PlanConflict:
    dues = {due.name: due for due in reading.prepared.dues}
    concerned = [dues[key] for key in conflict.targets if key != MUSTS]
    ways = [way for way in conflict.repairs if not any(set(due.items) <= set(way.items) for due in concerned)]
    repairs = [repair for way in ways if (repair := _repair(reading, dues, way))]
    people = {repair.key for repair in conflict.repairs if repair.kind is Way.ADD_PERSON}
    for team in conflict.crews:
        if team not in people:
            repairs += _more_people(document, reading, concerned, team)
    return PlanConflict(
        demands=tuple(due.name for due in concerned),
        teams=conflict.crews,
        text=_demands(concerned, MUSTS in conflict.targets, conflict.crews),
        minimal=conflict.minimal,
        repairs=_ranked(repairs),
    )


def _demands(dues: Sequence[Due], musts: bool, teams: Sequence[str]) -> str:
    listed = [f"'{short(due.title)}' on {long_date(due.date)}" for due in dues]
    if musts:
        listed.append("all must-haves within the sprints looked at")
    what = "Milestone " if len(dues) == 1 and not musts else "Milestones " if dues else ""
    together = " can't be met" if len(listed) == 1 else " can't be met together"
    if not teams:
        return (
            f"{what}{named(listed)}{together}: the chain of what waits for each other is too long, whoever works on it."
        )
    who = f"team {teams[0]}" if len(teams) == 1 else f"teams {named(list(teams))}"
    return f"{what}{named(listed)}{together} with the people of {who}."


def _repair(reading: Reading, dues: dict[str, Due], way: Repair) -> PlanRepair | None:
    """A repair in words and as a what-if; None for a longer horizon, which is not the lead's to give."""
    if way.kind is Way.DROP_ITEMS:
        return _drop(way.items)
    if way.kind is Way.ADD_PERSON:
        person = f"One more person with {way.skill} in team {way.key}, from sprint {way.sprints}."
        change = f"add 1 {way.skill} to {way.key} from sprint {way.sprints}"
        return PlanRepair(kind=RepairKind.ADD_PERSON, text=person, what_if=(change,), effort=way.effort)
    if way.key == MUSTS:
        return None
    count = f"{way.sprints} sprint{'s' if way.sprints != 1 else ''}"
    due = dues[way.key]
    change = f"milestone {due.name} +{count}"
    moved = apply(reading.prepared.document, reading.plan.options, [change])[0].timeline.milestones
    names = [milestone.key or milestone.title for milestone in moved]
    text = f"Move milestone '{short(due.title)}' by {count}"
    if due.name in names:
        text += f", to {long_date(moved[names.index(due.name)].due)}"
    return PlanRepair(kind=RepairKind.MOVE_MILESTONE, text=f"{text}.", what_if=(change,), effort=way.effort)


def _more_people(document: PlanDocument, reading: Reading, dues: Sequence[Due], team: str) -> Iterator[PlanRepair]:
    """The fewest more people without a skill in particular with whom a plan was found that meets the milestones."""
    last = max((due.sprint for due in dues), default=0)
    for count in MORE_PEOPLE:
        change = f"add {count} {'person' if count == 1 else 'people'} to {team}"
        plan = _planned(document, reading.plan, [change])
        if plan is not None and _in_time(plan, dues):
            more = "One more person" if count == 1 else f"{count} more people"
            text = f"{more} in team {team}, from sprint 1."
            yield PlanRepair(kind=RepairKind.ADD_PERSON, text=text, what_if=(change,), effort=count * max(1, last))
            return


def _in_time(plan: SprintPlan, dues: Sequence[Due]) -> bool:
    sprint_of = {item.key: item.sprint for item in plan.items}
    ends = [(sprint_of[key], due.sprint) for due in dues for key in due.items]
    return all(sprint is not None and sprint <= due for sprint, due in ends)


def _places(document: PlanDocument, plan: SprintPlan, changes: Sequence[str], keys: Sequence[str]) -> bool:
    """Whether a plan after the changes has these items in a sprint."""
    after = _planned(document, plan, changes)
    return after is not None and not {item.key for item in after.unplaced} & set(keys)


def _planned(document: PlanDocument, plan: SprintPlan, changes: Sequence[str]) -> SprintPlan | None:
    try:
        changed, options = apply(document, plan.options, changes)
        return plan_sprints(changed, options, pinned=plan.pinned)
    except (WhatIfError, PlanProblems):
        return None


def _without_skill(reading: Reading) -> dict[tuple[str, str], list[str]]:
    """By team and skill: unplaced items that ask for it where nobody has it."""
    unplaced = {item.key for item in reading.plan.unplaced}
    result: dict[tuple[str, str], list[str]] = {}
    for item in reading.prepared.backlog.items:
        capacity = reading.capacities[item.team]
        if item.key in unplaced and skills_are_checked(capacity):
            for skill in demand(item):
                if skill not in capacity.skills:
                    result.setdefault((item.team, skill), []).append(item.key)
    return result


def _optional(reading: Reading, keys: Sequence[str]) -> bool:
    """Whether none of them is a must-have, or needed by an item that stays."""
    gone = set(keys)
    return not any(
        (item.key in gone and item.priority is Priority.MUST) or (item.key not in gone and gone & set(item.depends_on))
        for item in reading.plan.items
    )


def _drop(keys: Sequence[str]) -> PlanRepair:
    text = f"Leave out {stories(len(keys))}: {named(list(keys))}."
    return PlanRepair(kind=RepairKind.DROP_ITEMS, text=text, what_if=(f"drop {', '.join(keys)}",), effort=len(keys))


def _ranked(repairs: Sequence[PlanRepair]) -> tuple[PlanRepair, ...]:
    return tuple(sorted(repairs, key=lambda repair: (repair.effort, _TIES.index(repair.kind), repair.text)))
