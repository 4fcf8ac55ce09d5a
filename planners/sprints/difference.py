"""What changed from one sprint plan to the next."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal

from planners.sprints.model import (
    ChangeKind,
    DateForecast,
    ItemChange,
    PlanDifference,
    PlannedItem,
    PlanOptions,
    SprintPlan,
)
from planners.sprints.words import long_date, percent

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


def _forecasts(plan: SprintPlan) -> dict[str, DateForecast]:
    forecast = plan.forecast
    listed = [*([forecast.must_haves] if forecast.must_haves else []), forecast.everything, *forecast.milestones]
    return {each.name: each for each in listed}


def _day(forecast: DateForecast) -> str:
    return long_date(forecast.at_confidence) if forecast.at_confidence else "too far ahead to say"
