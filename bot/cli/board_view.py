"""The embedded board as JSON, and the same on a terminal."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table
from sqlmodel import Session

from planners.sprints.pushing import IssueKind
from storage import boards
from storage.tables import BoardIssue, BoardSprint, Venture

Json = dict[str, Any]


def issue_name(venture: str, row: BoardIssue) -> str:
    """What people call an issue of the board: VENTURE-1."""
    return f"{venture.upper()}-{row.number}"


def all_issues(session: Session, venture: str) -> list[BoardIssue]:
    """Every issue of a board, highest first."""
    rows: list[BoardIssue] = []
    while page := boards.issues(session, venture, after=rows[-1].number if rows else 0):
        rows += page
    return sorted(rows, key=lambda row: (row.rank, row.number))


def board_view(session: Session, venture: Venture) -> Json:
    """What the board holds: sprints by their start with their stories by rank, the backlog, and the epics.

    Points are texts of decimal numbers, days ISO dates. Tasks stand inside their stories.
    """
    rows = all_issues(session, venture.key)
    names = {row.id: issue_name(venture.key, row) for row in rows}
    blockers = boards.blockers_of(session, [row.id for row in rows if row.id is not None])
    tasks: dict[int | None, list[BoardIssue]] = {}
    for row in rows:
        if row.kind == IssueKind.TASK:
            tasks.setdefault(row.parent, []).append(row)

    def shown(row: BoardIssue) -> Json:
        entry: Json = {
            "issue": names[row.id],
            "key": row.muster_key,
            "kind": row.kind,
            "title": row.fields["title"],
            "points": row.fields["points"],
            "status": row.status,
            "removed": row.removed,
        }
        if row.kind == IssueKind.STORY:
            entry["epic"] = names.get(row.parent)
            entry["blocked_by"] = [names[other] for other in sorted(blockers.get(row.id or 0, ()))]
            entry["tasks"] = [shown(task) for task in tasks.get(row.id, ())]
        return entry

    stories = [row for row in rows if row.kind == IssueKind.STORY]
    return {
        "venture": venture.key,
        "title": venture.title,
        "sprints": [
            _sprint(sprint, [shown(row) for row in stories if row.sprint == sprint.id])
            for sprint in boards.board_sprints(session, venture.key)
        ],
        "backlog": [shown(row) for row in stories if row.sprint is None],
        "epics": [shown(row) for row in rows if row.kind == IssueKind.EPIC],
    }


def _sprint(row: BoardSprint, issues: Sequence[Json]) -> Json:
    return {
        "name": row.name,
        "state": row.state,
        "goal": row.goal,
        "start": row.start.isoformat(),
        "end": row.end.isoformat(),
        "committed_points": _points(row.committed),
        "completed_points": _points(row.completed),
        "issues": list(issues),
    }


def _points(hundredths: int | None) -> str | None:
    return None if hundredths is None else f"{(Decimal(hundredths) / 100).normalize():f}"


def print_board(view: Json) -> None:
    """Print the board, a table for each sprint."""
    console = Console(highlight=False)
    console.print(f"[bold]{escape(view['title'])}[/bold]")
    if not view["sprints"] and not view["backlog"]:
        console.print("The board is empty: nothing was pushed yet.")
    for sprint in view["sprints"]:
        head = f"{sprint['name']} ({sprint['state']}, {sprint['start']} to {sprint['end']})"
        title = f"{head}: {sprint['goal']}" if sprint["goal"] else head
        console.print(_table(title, sprint["issues"]) if sprint["issues"] else f"[bold]{escape(title)}[/bold]")
        if not sprint["issues"]:
            console.print("  nothing in it")
        if sprint["committed_points"] is not None:
            completed = sprint["completed_points"]
            done = f", {completed} completed" if completed is not None else ""
            console.print(f"  {sprint['committed_points']} points committed{done}")
    if view["backlog"]:
        console.print(_table("Backlog", view["backlog"]))
    if view["epics"]:
        console.print(_table("Epics", view["epics"]))


def _table(title: str, issues: Iterable[Json]) -> Table:
    table = Table(title=escape(title), title_justify="left", title_style="bold")
    table.add_column("Issue", no_wrap=True)
    table.add_column("Item", overflow="fold")
    table.add_column("Status")
    table.add_column("Points", justify="right")
    table.add_column("Title")
    table.add_column("Waits for")
    for issue in issues:
        _add(table, issue)
        for task in issue.get("tasks", ()):
            _add(table, task, inside="  ")
    return table


def _add(table: Table, issue: Json, *, inside: str = "") -> None:
    status = f"{issue['status']}, no longer in the plan" if issue["removed"] else issue["status"]
    table.add_row(
        inside + escape(issue["issue"]),
        escape(issue["key"]),
        status,
        issue["points"] or "",
        inside + escape(issue["title"]),
        escape(", ".join(issue.get("blocked_by", ()))),
    )
