"""The words and tables of a sprint plan that several views share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bot.blocks.elements import Block
from bot.blocks.tables import Column, shown_rows, table
from bot.blocks.text import bullets, count, cut, day, escape, number, percent, period, safe
from planners.sprints.model import (
    ChangeKind,
    DateForecast,
    ItemChange,
    PlanDifference,
    PlannedItem,
    PlannedSprint,
    SprintPlan,
)

COLUMNS = (
    Column("Sprint", width=12),
    Column("Dates", width=16),
    Column("Items", right=True, width=5),
    Column("Points", right=True, width=16),
    Column("What is in it", width=34),
)
CHANGE_WORDS = {
    ChangeKind.ADDED: "added",
    ChangeKind.REMOVED: "removed",
    ChangeKind.MOVED: "moved",
    ChangeKind.CHANGED: "changed",
}


def items_by_key(plan: SprintPlan) -> dict[str, PlannedItem]:
    """The plan's items by their key."""
    return {item.key: item for item in plan.items}


def load_text(sprint: PlannedSprint) -> str:
    """``34 of 36``: planned points of what may be committed, all teams together."""
    load = sum(team.load for team in sprint.teams)
    commitment = sum(team.commitment for team in sprint.teams)
    return f"{number(load)} of {number(commitment)}"


def sprint_table(plan: SprintPlan, *, rich: bool, budget: int) -> tuple[list[Block], int]:
    """The sprints as a table within `budget` characters, and how many sprints are left out."""
    items = items_by_key(plan)
    rows = [
        (
            sprint.name,
            period(sprint.start, sprint.end, year=False),
            str(len(sprint.items)),
            load_text(sprint),
            _contents(sprint, items),
        )
        for sprint in plan.sprints
    ]
    blocks = table(COLUMNS, rows, rich=rich, budget=budget)
    return blocks, len(rows) - shown_rows(blocks)


def _contents(sprint: PlannedSprint, items: Mapping[str, PlannedItem]) -> str:
    """The first items by title, and how many more there are."""
    titles: list[str] = []
    used = 0
    for key in sprint.items:
        title = cut(items[key].title, 34)
        if titles and used + len(title) > 80:
            break
        titles.append(title)
        used += len(title) + 2
    left = len(sprint.items) - len(titles)
    return ", ".join(titles) + (f" +{left}" if left else "")


def item_line(item: PlannedItem, *, why: bool = False) -> str:
    """One item as a line, escaped."""
    points = number(item.points) + ("?" if item.points_assumed else "")
    parts = f", in {len(item.parts)} parts" if item.parts else ""
    line = f"`{escape(item.key)}` {safe(item.title, 90)} · {points} pts · {item.priority.value} · {escape(item.team)}"
    return line + parts + (f"\n    _{safe(item.why, 180)}_" if why and item.why else "")


def forecast_lines(plan: SprintPlan) -> list[str]:
    """How sure the plan is: must-haves, everything, milestones; a line each, escaped."""
    forecast = plan.forecast
    listed = [*([forecast.must_haves] if forecast.must_haves else []), forecast.everything, *forecast.milestones]
    return [_forecast_line(each) for each in listed]


def _forecast_line(forecast: DateForecast) -> str:
    dates = [
        f"{day(forecast.dates[key])} at {percent(float(key))}" for key in ("0.50", "0.85") if key in forecast.dates
    ]
    line = f"*{safe(forecast.name, 80)}*: {', '.join(dates) or 'too far ahead to say'}"
    if forecast.due is not None:
        line += f" · due {day(forecast.due)}"
    if forecast.probability_on_time is not None:
        line += f" · {forecast.probability_on_time:.0%}".replace("%", " %") + " likely on time"
    return line


def change_line(change: ItemChange) -> str:
    """One difference as a line, escaped."""
    name = f"`{escape(change.key)}` {safe(change.title, 80)}"
    if change.kind is ChangeKind.MOVED:
        text = f"{name}: {_sprint(change.before)} → {_sprint(change.after)}"
    elif change.kind is ChangeKind.ADDED:
        text = f"{name}: new, {_sprint(change.after)}"
    elif change.kind is ChangeKind.REMOVED:
        text = f"{name}: no longer in the plan, was in {_sprint(change.before)}"
    else:
        return f"{name}: {escape(', '.join(change.fields))}"
    return text + (f"; also {escape(', '.join(change.fields))}" if change.fields else "")


def _sprint(number_: int | None) -> str:
    return "no sprint" if number_ is None else f"sprint {number_}"


def change_counts(changes: Sequence[ItemChange]) -> str:
    """``3 added, 2 moved``."""
    parts = []
    for kind, word in CHANGE_WORDS.items():
        amount = sum(change.kind is kind for change in changes)
        if amount:
            parts.append(f"{amount} {word}")
    return ", ".join(parts) or "no item changes"


def difference_text(difference: PlanDifference, *, shown: int = 10, budget: int = 2_400) -> str:
    """A difference as text: options and forecast first, then the items, as many as fit."""
    if difference.empty:
        return "Nothing changed."
    head = [escape(cut(text, 160)) for text in (*difference.options, *difference.forecast)]
    text = bullets(head, budget // 3, shown=10, more="more of these") if head else ""
    if difference.items:
        listed = bullets([change_line(change) for change in difference.items], budget - len(text) - 120, shown=shown)
        text += f"{chr(10) if text else ''}*Items*: {change_counts(difference.items)}\n{listed}"
    return text


def summary(plan: SprintPlan) -> str:
    """``6 sprints · 42 items · 187 points``."""
    placed = [item for item in plan.items if item.sprint is not None]
    points = sum(item.points for item in placed)
    return f"{count(len(plan.sprints), 'sprint')} · {count(len(placed), 'item')} · {number(points)} points"
