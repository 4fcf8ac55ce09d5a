"""Velocity history from CSV: one row a closed sprint of a team, oldest first."""

from __future__ import annotations

from planners.plan.csv_text import Table
from planners.plan.explain import did_you_mean
from planners.plan.problems import Problem
from planners.plan.tree import Items, Parsed, Section

_FIELDS = {
    "team": "team",
    "sprint": "name",
    "name": "name",
    "completed": "completed_points",
    "completed_points": "completed_points",
    "committed": "committed_points",
    "committed_points": "committed_points",
    "people": "people",
    "working_days": "working_days",
}


def is_history(table: Table) -> bool:
    """Does the table look like a velocity history?"""
    return table.has("completed", "completed_points")


def read_history(table: Table, source: str = "") -> Parsed:
    """A document tree that holds the history only."""
    problems = [
        Problem(column, f"is not a known column{did_you_mean(column, _FIELDS)}", 1, source)
        for column in table.columns
        if column and _field(column) is None
    ]
    sprints = Items(1)
    for row in table.rows:
        sprint = Section(row.line, label=f"line {row.line}", source=source)
        for column, values in row.cells.items():
            if field := _field(column):
                sprint.put(field, values[0], row.line)
                sprint.names[field] = column
        sprints.put(sprint, row.line)
    root = Section(1, source=source)
    root.put("history", sprints, 1)
    return Parsed(root, tuple(problems))


def _field(column: str) -> str | None:
    return _FIELDS.get(column.lower().replace(" ", "_"))
