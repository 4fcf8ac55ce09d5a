"""What changed from one sprint plan to the next."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from decimal import Decimal

from planners.sprints.model import (
    ChangeKind,
    DateChange,
    DateForecast,
    ItemChange,
    PlanDifference,
    PlannedItem,
    PlanOptions,
    SprintPlan,
    WarningKind,
)
from planners.sprints.words import long_date, named, percent, short, sprints, stories

# What a board shows of an item, with the word a person has for it.
_FIELDS = {
    "title": "title",
    "description": "description",
    "epic": "epic",
    "team": "team",
    "points": "story points",
    "priority": "priority",
    "status": "status",
    "acceptance_criteria": "acceptance criteria",
    "labels": "labels",
    "depends_on": "dependencies",
    "tasks": "tasks",
}
_OPTIONS = {
    "start": "First day",
    "sprint_weeks": "Sprint length",
    "buffer": "Buffer",
    "confidence": "Confidence",
    "capacity_factor": "Capacity",
    "scope": "Scope",
    "team": "Team",
    "same_sprint": "Dependencies within a sprint",
}
# Less than that in a chance is the noise of the simulation.
WORTH_SAYING = 0.015
_SHARES = ("buffer", "confidence", "capacity_factor")


def difference(before: SprintPlan, after: SprintPlan) -> PlanDifference:
    """Items, options and forecast dates that differ. Items come in the order of `after`, removed ones last.

    An item whose sprint and fields both changed is one change: moved, with its `fields`.
    """
    old = {item.key: item for item in before.items}
    new = {item.key: item for item in after.items}
    changes = [change for key, item in new.items() if (change := _change(old.get(key), item))]
    changes += [
        ItemChange(key=key, title=item.title, kind=ChangeKind.REMOVED, before=item.sprint)
        for key, item in old.items()
        if key not in new
    ]
    return PlanDifference(
        items=tuple(changes),
        options=tuple(_option_changes(before.options, after.options)),
        forecast=tuple(_forecast_changes(before, after)),
        dates=tuple(_date_changes(before, after)),
        sprints_before=len(before.sprints),
        sprints_after=len(after.sprints),
    )


def _change(old: PlannedItem | None, new: PlannedItem) -> ItemChange | None:
    if old is None:
        return ItemChange(key=new.key, title=new.title, kind=ChangeKind.ADDED, after=new.sprint)
    fields = tuple(word for name, word in _FIELDS.items() if getattr(old, name) != getattr(new, name))
    moved = old.sprint != new.sprint
    if not moved and old.parts != new.parts:
        fields = (*fields, "parts")
    if not moved and not fields:
        return None
    kind = ChangeKind.MOVED if moved else ChangeKind.CHANGED
    return ItemChange(key=new.key, title=new.title, kind=kind, before=old.sprint, after=new.sprint, fields=fields)


def _option_changes(before: PlanOptions, after: PlanOptions) -> Iterator[str]:
    for name, word in _OPTIONS.items():
        old, new = getattr(before, name), getattr(after, name)
        if old != new:
            yield f"{word}: {_worded(name, old)} → {_worded(name, new)}"


def _worded(name: str, value: object) -> str:
    if name in _SHARES and isinstance(value, Decimal):
        return percent(value)
    if isinstance(value, dt.date):
        return long_date(value)
    if isinstance(value, bool):
        return "allowed" if value else "not allowed"
    if name == "sprint_weeks":
        return "1 week" if value == 1 else f"{value} weeks"
    if name == "team":
        return str(value or "all teams")
    return str(value)


def _forecast_changes(before: SprintPlan, after: SprintPlan) -> Iterator[str]:
    old, new = _forecasts(before), _forecasts(after)
    shares = before.options.confidence, after.options.confidence
    for name in dict.fromkeys((*new, *old)):
        was, now = old.get(name), new.get(name)
        if was is None or now is None:
            yield f"{name}: {'new' if was is None else 'no longer in the plan'}"
            continue
        if (was.at_confidence, shares[0]) != (now.at_confidence, shares[1]):
            confidence = percent(shares[0]) if shares[0] == shares[1] else "the chosen confidence"
            yield f"{name} at {confidence}: {_day(was)} → {_day(now)}"


def _date_changes(before: SprintPlan, after: SprintPlan) -> Iterator[DateChange]:
    old = _forecasts(before)
    for name, now in _forecasts(after).items():
        for confidence in ("0.50", "0.85"):
            was, then = old[name].dates.get(confidence) if name in old else None, now.dates.get(confidence)
            if name in old and was != then:
                yield DateChange(name=name, confidence=confidence, before=was, after=then)


def difference_sentences(before: SprintPlan, after: SprintPlan) -> tuple[str, ...]:
    """What matters of a difference: sprints, what moves or falls out, P50 and P85, milestones; never empty."""
    found = difference(before, after)
    result = []
    if found.sprints_before != found.sprints_after:
        result.append(f"The plan takes {sprints(found.sprints_after)} instead of {found.sprints_before}.")
    out = [c.key for c in found.items if c.before is not None and c.after is None and c.kind is ChangeKind.MOVED]
    result += _fell_out(out, "no longer fits" if len(out) == 1 else "no longer fit")
    gone = [change.key for change in found.items if change.kind is ChangeKind.REMOVED]
    result += _fell_out(gone, "is no longer in the plan" if len(gone) == 1 else "are no longer in the plan")
    moved = sum(c.kind is ChangeKind.MOVED and c.after is not None for c in found.items)
    if moved:
        result.append(f"{stories(moved)} {'moves' if moved == 1 else 'move'} to another sprint.")
    result += [f"{change.name}: {_date_words(change)}." for change in found.dates]
    old = {each.name: each.probability_on_time for each in before.forecast.milestones}
    for each in after.forecast.milestones:
        was, now = old.get(each.name), each.probability_on_time
        if was is not None and now is not None and abs(now - was) >= WORTH_SAYING:
            result.append(
                f"Milestone '{short(each.name)}': its chance to be on time goes from {percent(was)} to {percent(now)}."
            )
    known = {warning.text for warning in before.warnings}
    result += [w.text for w in after.warnings if w.kind is WarningKind.MILESTONE_LATE and w.text not in known]
    result += [reason for reason in after.infeasible if reason not in before.infeasible]
    return tuple(result) or ("Nothing changes.",)


def _fell_out(keys: Sequence[str], verb: str) -> list[str]:
    return [f"{stories(len(keys))} {verb}: {named(keys)}."] if keys else []


def _date_words(change: DateChange) -> str:
    was, now = (long_date(day) if day else "too far ahead to say" for day in (change.before, change.after))
    text = f"P{change.confidence[2:]} {was} → {now}"
    if change.before and change.after:
        days = (change.after - change.before).days
        weeks = abs(days) // 7
        span = f"{weeks} week{'s' if weeks != 1 else ''}" if days % 7 == 0 else f"{abs(days)} days"
        text += f" ({span} {'later' if days > 0 else 'earlier'})"
    return text


def _forecasts(plan: SprintPlan) -> dict[str, DateForecast]:
    forecast = plan.forecast
    listed = [*([forecast.must_haves] if forecast.must_haves else []), forecast.everything, *forecast.milestones]
    return {each.name: each for each in listed}


def _day(forecast: DateForecast) -> str:
    return long_date(forecast.at_confidence) if forecast.at_confidence else "too far ahead to say"
