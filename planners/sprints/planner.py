"""The narrow entrance to planning: a document and the lead's options in, a sprint plan out."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import math
from collections.abc import Callable, Mapping, Sequence

from planners.plan.models import PlanDocument
from planners.sprints import warnings
from planners.sprints.assumptions import assumptions_of
from planners.sprints.backlog import MOST_CYCLES, Backlog, Teams
from planners.sprints.calendar import next_monday
from planners.sprints.capacity import TeamCapacity
from planners.sprints.engine import Progress
from planners.sprints.forecasting import plan_forecast
from planners.sprints.model import (
    Assumption,
    PinnedSprint,
    PlanForecast,
    PlanningError,
    PlanOptions,
    PlanWarning,
    SprintPlan,
)
from planners.sprints.prepared import Prepared, prepare, refusals
from planners.sprints.problem import Reason
from planners.sprints.result import Result
from planners.sprints.schedule import Schedule, schedule
from planners.sprints.words import named, stories

__all__ = ["PlanningError", "default_options", "plan_digest", "plan_sprints"]


def default_options(document: PlanDocument, today: dt.date) -> PlanOptions:
    """Options as the document asks for them: from its timeline, else from the Monday after `today`."""
    timeline = document.timeline
    start = timeline.start or next_monday(today)
    if timeline.sprint_weeks is None:
        return PlanOptions(start=start)
    return PlanOptions(start=start, sprint_weeks=timeline.sprint_weeks)


def plan_sprints(
    document: PlanDocument,
    options: PlanOptions,
    *,
    pinned: Sequence[PinnedSprint] = (),
    previous: SprintPlan | None = None,
    hold: Mapping[str, int] | None = None,
    seconds: float = 0.0,
    progress: Callable[[Progress], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> SprintPlan:
    """Plan the open stories of `document` into sprints.

    `pinned` items stay where the board has them; `previous` is the plan before, from which as little as possible is
    moved; items in `hold` come in that sprint or later, never earlier, and take their room in that order after those
    that are not in it. `seconds` is the time given to improve on list scheduling. With ``seconds=0`` equal inputs give
    equal plans.
    What can't be kept stands in `infeasible` of the result, with the best plan there is.

    Raises :class:`~planners.sprints.model.PlanningError` when the options and the document don't fit together: a team
    or a country that isn't known, skills that ask for more points than their story has, a plan beyond the year 9999;
    and :class:`~planners.plan.problems.PlanProblems`, its base, for a document that can't be normalised.
    """
    with refusals(document):
        return _plan(prepare(document, options, pinned), pinned, previous, hold, seconds, progress, cancelled)


def _plan(
    given: Prepared,
    pinned: Sequence[PinnedSprint],
    previous: SprintPlan | None,
    hold: Mapping[str, int] | None,
    seconds: float,
    progress: Callable[[Progress], None] | None,
    cancelled: Callable[[], bool] | None,
) -> SprintPlan:
    document, options, teams, backlog = given.document, given.options, given.teams, given.backlog
    fixed, dues = given.fixed, given.dues
    found = schedule(
        backlog.items,
        teams,
        dues,
        fixed,
        options,
        previous=_sprints_of(previous),
        hold=hold,
        seconds=seconds,
        progress=progress,
        cancelled=cancelled,
    )
    result = Result(backlog.items, found, fixed, dues, options, given.epics)
    sprints = result.sprints()
    used = found.sprints[: len(sprints)]
    forecast = plan_forecast(
        backlog.items,
        found.result.allocation.sprint_of,
        dues,
        found.capacities,
        options,
        result.loads(),
        _basis(found, backlog),
    )
    plan = SprintPlan(
        venture=document.plan.venture,
        title=document.plan.title,
        options=options,
        sprints=sprints,
        epics=result.epics(),
        items=result.items(),
        warnings=_warnings(teams, backlog, found, result, forecast),
        assumptions=(
            *assumptions_of(backlog.items, teams, found.capacities, used, options),
            *backlog.assumptions,
            *_quality(found),
        ),
        forecast=forecast,
        infeasible=_infeasible(backlog, found, result),
        horizon=found.horizon,
        pinned=tuple(pinned),
        hold=dict(hold or {}),
        digest="",
    )
    return plan.model_copy(update={"digest": plan_digest(plan)})


def plan_digest(plan: SprintPlan) -> str:
    """SHA-256 of the plan's content as canonical JSON, without its own digest and how it was looked for."""
    content = plan.model_dump(mode="json", exclude={"digest", "horizon", "pinned", "hold"})
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def _sprints_of(plan: SprintPlan | None) -> dict[str, int] | None:
    return None if plan is None else {item.key: item.sprint for item in plan.items if item.sprint is not None}


def _used_capacities(backlog: Backlog, found: Schedule) -> list[TeamCapacity]:
    used = {item.team for item in backlog.items}
    return [capacity for key, capacity in found.capacities.items() if key in used]


def _basis(found: Schedule, backlog: Backlog) -> str:
    return "; ".join(f"{c.key}: {c.basis}" for c in _used_capacities(backlog, found))


def _quality(found: Schedule) -> tuple[Assumption, ...]:
    """How good the allocation is known to be; nothing where no bound was looked for."""
    if found.result.proven:
        text = f"proven best possible within the {found.horizon} sprints looked at"
    elif found.result.gap is not None:
        # Rounded up: what is said must hold.
        text = f"within {max(1, math.ceil(found.result.gap * 1000)) / 10:.1f} % of the best possible"
    elif found.result.bound is not None:
        text = "the best found in the time given; how far from the best possible is not known"
    else:
        return ()
    return (Assumption(name="Quality", text=text),)


def _warnings(
    teams: Teams, backlog: Backlog, found: Schedule, result: Result, forecast: PlanForecast
) -> tuple[PlanWarning, ...]:
    listed = [*teams.warnings, *backlog.warnings]
    allocation = found.result.allocation
    if allocation.parts:
        listed.append(warnings.too_big([item.key for item in backlog.items if item.key in allocation.parts]))
    listed += result.missing_skills()
    for capacity in _used_capacities(backlog, found):
        keys = [item.key for item in backlog.items if item.team == capacity.key]
        if not any(capacity.commitment):
            listed.append(warnings.no_capacity(_no_capacity(capacity), keys))
        elif not capacity.velocity.reliable:
            listed.append(warnings.weak_forecast(capacity.key, capacity.velocity.notes))
    left = [item.key for item in backlog.items if item.key in allocation.unplaced]
    if left:
        listed.append(warnings.did_not_fit(left, len(found.sprints)))
    listed += result.late_milestones(forecast.milestones)
    return tuple(listed)


def _no_capacity(capacity: TeamCapacity) -> str:
    if not capacity.known:
        return (
            f"Team {capacity.key} has no capacity: neither people nor closed sprints are known. Add its people to the "
            "resources, or its velocity history."
        )
    if capacity.from_history and any(capacity.availability):
        return (
            f"Team {capacity.key} has no capacity: going by its closed sprints, it may well complete nothing. Lower "
            "the confidence, or leave out sprints that don't count."
        )
    return f"Team {capacity.key} has no capacity: nobody in it works during the plan."


def _infeasible(backlog: Backlog, found: Schedule, result: Result) -> tuple[str, ...]:
    """Why no plan keeps every demand: cycles, teams that can do nothing, items that fit nowhere."""
    named_cycles = backlog.cycles[:MOST_CYCLES]
    reasons = [f"Items wait for each other: {warnings.cycle_text(each, backlog.titles)}." for each in named_cycles]
    if more := len(backlog.cycles) - len(named_cycles):
        reasons.append(f"{more} more groups of items wait for each other.")
    idle = {c.key: c for c in _used_capacities(backlog, found) if not any(c.commitment)}
    reasons += [_no_capacity(capacity) for capacity in idle.values()]
    unplaced = found.result.allocation.unplaced
    left = [item.key for item in backlog.items if item.key in unplaced and item.team not in idle]
    missing = [warning for warning in result.missing_skills() if warning.items and set(warning.items) & set(left)]
    reasons += [warning.text for warning in missing]
    skilled = {key for warning in missing for key in warning.items}
    full = [key for key in left if key not in skilled and unplaced[key] is not Reason.WAITS]
    if full:
        verb = "fits" if len(full) == 1 else "fit"
        reasons.append(f"{stories(len(full))} {verb} into none of {len(found.sprints)} sprints: {named(full)}.")
    waiting = [key for key in left if key not in skilled and unplaced[key] is Reason.WAITS]
    if waiting:
        reasons.append(f"Because of that, {stories(len(waiting))} can't be planned either: {named(waiting)}.")
    return tuple(reasons)
