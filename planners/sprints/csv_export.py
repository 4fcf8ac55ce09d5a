"""The backlog as a CSV that Jira's importer takes, for those who have no API access.

One row an issue: first the epics, then the stories in planned order, then the tasks, because the importer only finds
parents that stand above. Columns, after the header:

* ``Issue Id`` — a number that is unique in the file; ``Parent Id`` — that of the epic (stories) or story (sub-tasks).
* ``Issue Type`` — ``Epic``, ``Story`` or ``Sub-task``.
* ``Summary``, ``Description`` — the acceptance criteria are a list at the end of the description.
* ``Priority`` — ``Highest`` for must, ``Medium`` for should, ``Low`` for could.
* ``Story Points`` — a number; empty for epics and for tasks without points.
* ``Sprint`` — the name of the sprint; empty where the story did not fit. The importer wants the sprint to exist.
* ``External Key`` — the plan's own key; map it to a text field or leave it out.
* ``Labels`` — as many columns as the issue with most labels needs. Jira's labels have no spaces: they become ``-``.
* ``Outward issue link (Blocks)`` — as many columns as needed, named as in Jira's own export; each holds the
  ``Issue Id`` of an issue that this one blocks. In the importer, map them to ``Link "Blocks"``.

A spreadsheet takes a cell that starts with ``=``, ``+``, ``-``, ``@``, a tab or a carriage return for a formula, so
such a cell gets a leading apostrophe. Text that starts with a minus, like a list, is therefore imported with one.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass

from planners.plan.models import Priority
from planners.sprints.model import PlannedEpic, PlannedItem, PlannedTask, SprintPlan
from planners.sprints.words import amount

_HEADER = (
    "Issue Id",
    "Parent Id",
    "Issue Type",
    "Summary",
    "Description",
    "Priority",
    "Story Points",
    "Sprint",
    "External Key",
)
_LABELS = "Labels"
_BLOCKS = "Outward issue link (Blocks)"
_PRIORITIES = {
    Priority.MUST: "Highest",
    Priority.SHOULD: "Medium",
    Priority.COULD: "Low",
    Priority.WONT: "Lowest",
}
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, slots=True)
class _Row:
    cells: tuple[str, ...]
    labels: tuple[str, ...] = ()
    blocks: tuple[str, ...] = ()


def to_jira_csv(plan: SprintPlan) -> str:
    """The plan's epics, stories and tasks as CSV (comma, double quotes, CRLF); see the module for the columns."""
    order = sorted(plan.items, key=lambda item: (item.sprint is None, item.sprint or 0))
    numbers: dict[tuple[str, str], str] = {}
    for kind, keys in (("epic", [epic.key for epic in plan.epics]), ("story", [item.key for item in order])):
        for key in keys:
            numbers[kind, key] = str(len(numbers) + 1)
    blocks: dict[str, list[str]] = {}
    for item in order:
        for other in item.depends_on:
            blocks.setdefault(other, []).append(numbers["story", item.key])
    rows = [_epic(epic, numbers["epic", epic.key]) for epic in plan.epics]
    names = {sprint.number: sprint.name for sprint in plan.sprints}
    tasks: list[_Row] = []
    for item in order:
        number = numbers["story", item.key]
        parent = numbers.get(("epic", item.epic), "") if item.epic else ""
        sprint = names.get(item.sprint, "") if item.sprint is not None else ""
        rows.append(_story(item, number, parent, sprint, blocks.get(item.key, ())))
        for task in item.tasks:
            tasks.append(_task(task, str(len(numbers) + len(tasks) + 1), number, item))
    return _written([*rows, *tasks])


def _written(rows: Sequence[_Row]) -> str:
    labels = max((len(row.labels) for row in rows), default=0)
    blocks = max((len(row.blocks) for row in rows), default=0)
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow([*_HEADER, *[_LABELS] * labels, *[_BLOCKS] * blocks])
    for row in rows:
        filled = (*row.labels, *[""] * (labels - len(row.labels)), *row.blocks, *[""] * (blocks - len(row.blocks)))
        writer.writerow([_safe(cell) for cell in (*row.cells, *filled)])
    return text.getvalue()


def _safe(cell: str) -> str:
    return f"'{cell}" if cell.startswith(_FORMULA) else cell


def _epic(epic: PlannedEpic, number: str) -> _Row:
    priority = _PRIORITIES[epic.priority]
    cells = (number, "", "Epic", epic.title, epic.description, priority, "", "", epic.key)
    return _Row(cells, _labels(epic.labels))


def _story(item: PlannedItem, number: str, parent: str, sprint: str, blocks: Sequence[str]) -> _Row:
    cells = (
        number,
        parent,
        "Story",
        item.title,
        _description(item),
        _PRIORITIES[item.priority],
        amount(item.points),
        sprint,
        item.key,
    )
    return _Row(cells, _labels(item.labels), tuple(blocks))


def _task(task: PlannedTask, number: str, parent: str, item: PlannedItem) -> _Row:
    size = "" if task.points is None else amount(task.points)
    priority = _PRIORITIES[item.priority]
    return _Row((number, parent, "Sub-task", task.title, task.description, priority, size, "", task.key))


def _description(item: PlannedItem) -> str:
    if not item.acceptance_criteria:
        return item.description
    listed = "\n".join(f"* {criterion}" for criterion in item.acceptance_criteria)
    return "\n\n".join(part for part in (item.description, f"Acceptance criteria:\n{listed}") if part)


def _labels(labels: Sequence[str]) -> tuple[str, ...]:
    return tuple("-".join(label.split()) for label in labels)
